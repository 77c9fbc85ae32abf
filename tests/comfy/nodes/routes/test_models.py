"""The routes of the model lists."""

import httpx
from comfyui_picpik.devtools.comfyui_server import ComfyuiServer


def test_models_are_asked_for_kept_and_offered(comfyui: ComfyuiServer, http: httpx.Client):
    listed = http.post("/picpik/models/refresh", json={}).json()
    info = comfyui.client.object_info()

    assert listed["main"][0] == "PICPIK General"
    assert len(listed["main"]) > 1
    assert http.get("/picpik/models").json() == listed
    assert info["PicpikExtractPattern"]["input"]["required"]["main_model"][1]["options"] == listed["main"]
    assert info["PicpikSubModel"]["input"]["required"]["model_code"][1]["options"] == ["", *listed["sub"]]
