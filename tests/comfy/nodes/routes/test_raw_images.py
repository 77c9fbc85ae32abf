"""The picture that a node was given is there for the page to draw a box on, however little of the run is run anew."""

import io

import httpx
import pytest
from comfyui_picpik.devtools.comfyui_server import ComfyuiServer
from comfyui_picpik.tests.comfy.prompts import Prompt, extract_prompt, node
from PIL import Image

WORKFLOW = {"id": "3f3c8f04-7d4c-4c5c-9f0e-5f5f4c1f0a01"}


def asked(server: ComfyuiServer, workflow: str, node_id: str = "2") -> httpx.Response:
    return server.client.http.get("/picpik/raw_images", params={"workflow": workflow, "node": node_id})


def renumbered(prompt: Prompt) -> Prompt:
    """The same nodes with other ids, as they have in a subgraph."""
    new = {"1": "7", "2": "5:3", "3": "9", "4": "8"}

    def moved(value):
        return [new[value[0]], value[1]] if isinstance(value, list) else value

    return {
        new[id]: each | {"inputs": {name: moved(value) for name, value in each["inputs"].items()}}
        for id, each in prompt.items()
    }


def scaled_prompt(seed: int) -> Prompt:
    prompt = extract_prompt(seed=seed)
    prompt["2"]["inputs"]["raw_image"] = ["4", 0]
    prompt["4"] = node("ImageScale", image=["1", 0], upscale_method="area", width=2000, height=1200, crop="disabled")
    return prompt


def test_what_the_node_was_given_is_there_small_with_its_own_size_also_when_all_was_cached(comfyui: ComfyuiServer):
    assert asked(comfyui, WORKFLOW["id"]).status_code == 204
    assert comfyui.client.run(scaled_prompt(seed=9011), workflow=WORKFLOW).status == "success"

    first = asked(comfyui, WORKFLOW["id"])
    assert (first.status_code, first.headers["X-Picture-Size"]) == (200, "2000x1200")
    assert Image.open(io.BytesIO(first.content)).size == (1024, 614)

    copy = {"id": "3f3c8f04-7d4c-4c5c-9f0e-5f5f4c1f0a02"}
    again = comfyui.client.run(renumbered(scaled_prompt(seed=9011)), workflow=copy)
    assert again.status == "success"
    assert asked(comfyui, copy["id"], "5:3").content == first.content
    assert asked(comfyui, copy["id"]).status_code == 204


def test_it_is_there_also_where_nothing_can_be_paid(keyless: ComfyuiServer):
    assert keyless.client.run(extract_prompt(), workflow=WORKFLOW).status == "error"

    assert asked(keyless, WORKFLOW["id"]).status_code == 200


def test_a_workflow_that_was_never_saved_is_known_by_its_page(comfyui: ComfyuiServer):
    nameless = {"id": "00000000-0000-0000-0000-000000000000"}
    assert comfyui.client.run(extract_prompt(seed=9013), workflow=nameless).status == "success"

    assert asked(comfyui, nameless["id"]).status_code == 204
    assert asked(comfyui, comfyui.client.id).status_code == 200


def test_what_comfyui_makes_of_a_posted_value_is_no_other_picture(comfyui: ComfyuiServer):
    def enlarged(scale_by: float, method: object) -> Prompt:
        prompt = extract_prompt(seed=9015)
        prompt["2"]["inputs"]["raw_image"] = ["4", 0]
        prompt["4"] = node("ImageScaleBy", image=["1", 0], upscale_method=method, scale_by=scale_by)
        return prompt

    browsers, programs = (f"3f3c8f04-7d4c-4c5c-9f0e-5f5f4c1f0a{number}" for number in ("03", "04"))

    assert comfyui.client.run(enlarged(1, {"__value__": "area"}), workflow={"id": browsers}).status == "success"
    assert asked(comfyui, browsers).headers["X-Picture-Size"] == "896x1152"

    assert comfyui.client.run(enlarged(1.0, "area"), workflow={"id": programs}).status == "success"  # all of it cached
    assert asked(comfyui, programs).content == asked(comfyui, browsers).content


@pytest.mark.parametrize(
    "prompt", [{}, {"1": 3}, {"1": {"class_type": "PicpikExtractPattern"}}, [], "no prompt"], ids=str
)
def test_what_is_no_prompt_is_left_to_comfyui_to_refuse(comfyui: ComfyuiServer, prompt: object):
    body = {"prompt": prompt, "client_id": "c", "extra_data": {"extra_pnginfo": {"workflow": WORKFLOW}}}
    before = comfyui.log_text()

    answer = comfyui.client.http.post("/prompt", json=body)

    assert not answer.is_success
    assert "raw_images" not in comfyui.log_text()[len(before) :]


def test_a_prompt_whose_nodes_feed_each_other_ends_in_comfyui_s_own_refusal(comfyui: ComfyuiServer):
    prompt = extract_prompt()
    prompt["2"]["inputs"]["raw_image"] = ["4", 0]
    prompt["4"] = node("ImageInvert", image=["5", 0])
    prompt["5"] = node("ImageInvert", image=["4", 0])
    body = {"prompt": prompt, "client_id": "c", "extra_data": {"extra_pnginfo": {"workflow": WORKFLOW}}}

    assert comfyui.client.http.post("/prompt", json=body).status_code in (200, 400)
    assert comfyui.client.run(extract_prompt(seed=9014), workflow=WORKFLOW).status == "success"
