"""Saved workflows become the prompts that ComfyUI's server takes."""

from typing import Any

import pytest
from comfyui_picpik.devtools.workflows import Workflow, WorkflowError

OBJECT_INFO: dict[str, Any] = {
    "Source": {
        "display_name": "A Source",
        "input": {
            "required": {
                "box": ["BOUNDING_BOX", {"default": {}}],
                "model": [["a", "b"], {}],
                "seed": ["INT", {"default": 0}],
                "count": ["INT", {"control_after_generate": "fixed"}],
                "noise_seed": ["INT", {"control_after_generate": False}],
            },
            "optional": {
                "image": ["IMAGE", {}],
                "text": ["STRING", {"forceInput": True}],
                "choice": ["COMBO", {"options": ["x", "y"]}],
                "late": ["FLOAT", {"default": 0.5}],
                "either": ["COMBO,STRING", {"widgetType": "COMBO", "default": "x"}],
            },
        },
    },
    "LoadImage": {
        "display_name": "Load Image",
        "input": {"required": {"image": [["one.png"], {"image_upload": True}], "scale": ["FLOAT", {}]}},
    },
    "Through": {
        "display_name": "Through",
        "input": {"required": {"mask": ["MASK"], "image": ["IMAGE"], "strength": ["FLOAT", {}]}},
    },
    "Sink": {"display_name": "Sink", "input": {"required": {"image": ["IMAGE"]}}},
}

BOX = {"x": 1, "y": 2, "width": 3, "height": 4}
SOURCE_VALUES = [BOX, 1, 2, 3, 4, "b", 77, "randomize", 5, "fixed", 6, "y", 0.25, "z"]


def node(id: int, type: str, values: list[Any] | None = None, **more: Any) -> dict[str, Any]:
    return {"id": id, "type": type, "mode": 0, "inputs": [], "widgets_values": values or []} | more


def socket(name: str, type: str, link: int | None) -> dict[str, Any]:
    return {"name": name, "type": type, "link": link}


def prompt(*nodes: dict[str, Any], links: list[list[Any]] | None = None) -> dict[str, Any]:
    return Workflow("test", {"nodes": list(nodes), "links": links or []}).to_prompt(OBJECT_INFO)


def sink(link: int) -> dict[str, Any]:
    return node(9, "Sink", inputs=[socket("image", "IMAGE", link)])


def test_values_by_position_get_their_names_and_controls_and_box_fields_are_left_out():
    assert prompt(node(1, "Source", SOURCE_VALUES))["1"]["inputs"] == {
        "box": BOX,
        "model": "b",
        "seed": 77,
        "count": 5,
        "noise_seed": 6,
        "choice": "y",
        "late": 0.25,
        "either": "z",
    }


def test_the_upload_button_of_a_picture_takes_a_place():
    assert prompt(node(1, "LoadImage", ["one.png", "image", 2.0]))["1"]["inputs"] == {"image": "one.png", "scale": 2.0}


def test_a_value_that_was_not_saved_yet_is_the_default():
    assert prompt(node(1, "Source", SOURCE_VALUES[:-2]))["1"]["inputs"]["late"] == 0.5


def test_a_missing_value_without_a_default_is_an_error_that_names_it():
    with pytest.raises(WorkflowError, match=r"Node 1 \(Source\) has no saved value for its input choice"):
        prompt(node(1, "Source", SOURCE_VALUES[:-3]))


def test_a_node_that_comfyui_does_not_have_is_an_error_that_names_it():
    with pytest.raises(WorkflowError, match="no node Nobody"):
        prompt(node(1, "Nobody"))


def test_a_list_is_wrapped_lest_it_be_read_as_a_link():
    values = [BOX, 1, 2, 3, 4, ["a", "b"], *SOURCE_VALUES[6:]]
    assert prompt(node(1, "Source", values))["1"]["inputs"]["model"] == {"__value__": ["a", "b"]}


def test_a_node_is_called_by_its_title_or_else_by_its_display_name():
    made = prompt(node(1, "Source", SOURCE_VALUES), node(2, "Source", SOURCE_VALUES, title="Mine"))
    assert [one["_meta"]["title"] for one in made.values()] == ["A Source", "Mine"]


def test_a_link_wins_over_the_value_of_a_widget_that_was_made_an_input():
    linked = node(2, "Source", SOURCE_VALUES, inputs=[socket("seed", "INT", 7)])
    made = prompt(node(1, "Source", SOURCE_VALUES), linked, links=[[7, 1, 3, 2, 0, "INT"]])
    assert made["2"]["inputs"]["seed"] == ["1", 3]
    assert made["2"]["inputs"]["count"] == 5


def test_notes_are_left_out_and_links_go_through_reroutes():
    reroute = node(2, "Reroute", inputs=[socket("", "*", 1)])
    made = prompt(
        node(1, "Source", SOURCE_VALUES),
        reroute,
        sink(2),
        node(4, "Note", ["text"]),
        node(5, "MarkdownNote", ["text"]),
        links=[[1, 1, 0, 2, 0, "IMAGE"], [2, 2, 0, 9, 0, "IMAGE"]],
    )
    assert set(made) == {"1", "9"}
    assert made["9"]["inputs"] == {"image": ["1", 0]}


def test_a_primitive_gives_its_value():
    linked = node(2, "Source", SOURCE_VALUES, inputs=[socket("seed", "INT", 1)])
    made = prompt(node(1, "PrimitiveNode", [123, "fixed"]), linked, links=[[1, 1, 0, 2, 0, "INT"]])
    assert set(made) == {"2"}
    assert made["2"]["inputs"]["seed"] == 123


def test_a_bypassed_node_passes_on_its_input_of_the_same_type():
    inputs = [socket("mask", "MASK", 1), socket("image", "IMAGE", 2)]
    made = prompt(
        node(1, "Source", SOURCE_VALUES),
        node(2, "Through", [1.0], inputs=inputs, mode=4),
        sink(3),
        links=[[1, 1, 1, 2, 0, "MASK"], [2, 1, 0, 2, 1, "IMAGE"], [3, 2, 0, 9, 0, "IMAGE"]],
    )
    assert set(made) == {"1", "9"}
    assert made["9"]["inputs"] == {"image": ["1", 0]}


def test_a_muted_node_and_a_bypassed_one_without_a_fitting_input_give_nothing():
    muted = node(1, "Source", SOURCE_VALUES, mode=2)
    bypassed = node(1, "Source", SOURCE_VALUES, mode=4)
    for silent in (muted, bypassed):
        made = prompt(silent, sink(1), links=[[1, 1, 0, 9, 0, "IMAGE"]])
        assert set(made) == {"9"}
        assert made["9"]["inputs"] == {}


@pytest.mark.parametrize(
    ("nodes", "summary"),
    [
        ([node(1, "MarkdownNote", ["\n## **From a shirt to a tile**\n\nMore."])], "From a shirt to a tile"),
        ([node(1, "Source"), node(2, "Note", ["Plain words"]), node(3, "Note", ["Later"])], "Plain words"),
        ([node(1, "Note", [""])], "test"),
        ([], "test"),
    ],
)
def test_a_workflow_is_summed_up_by_the_first_line_of_its_first_note(nodes: list[dict[str, Any]], summary: str):
    assert Workflow("test", {"nodes": nodes, "links": []}).summary() == summary
