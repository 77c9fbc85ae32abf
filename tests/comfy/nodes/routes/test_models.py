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


def test_where_nobody_can_be_asked_the_list_of_last_time_comes_with_what_kept_it(keyless: ComfyuiServer):
    answer = keyless.client.http.post("/picpik/models/refresh", json={})

    assert answer.is_success
    assert answer.json()["main"] == ["PICPIK General"]
    assert answer.json()["trouble"]["what"].startswith("No PICPIK keys")


def test_each_account_s_models_are_offered_while_it_is_the_default_one(keyless: ComfyuiServer):
    http = keyless.client.http

    def offered() -> list[str]:
        models = http.get("/picpik/models").raise_for_status().json()["main"]
        info = keyless.client.object_info()["PicpikExtractPattern"]["input"]["required"]["main_model"]
        assert info[1]["options"] == models
        return models

    def save(**body: object) -> None:
        http.post("/picpik/accounts", json=body).raise_for_status()

    save(create=True, name="Try", endpoint="sandbox")
    of_sandbox = http.post("/picpik/models/refresh", json={}).raise_for_status().json()["main"]
    assert offered() == of_sandbox
    assert len(of_sandbox) > 1

    save(create=True, name="Real", public_key="p", private_key="q", default=True)
    assert offered() == ["PICPIK General"]
    save(name="Try", default=True)
    assert offered() == of_sandbox
    save(name="Try", endpoint="china")
    assert offered() == ["PICPIK General"]
