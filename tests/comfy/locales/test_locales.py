"""The translations against the nodes as a running ComfyUI knows them."""

import json
from typing import Any

import pytest
from comfyui_picpik.devtools.comfyui_server import ComfyuiServer
from comfyui_picpik.devtools.fixtures import ROOT


def described(definition: dict[str, Any]) -> dict[str, Any]:
    """A node's texts in the form of nodeDefs.json, as Python gives them."""
    inputs = {
        name: {"name": name} | ({"tooltip": spec[1]["tooltip"]} if spec[1:] and spec[1].get("tooltip") else {})
        for group in ("required", "optional")
        for name, spec in definition["input"].get(group, {}).items()
    }
    tooltips = definition.get("output_tooltips") or [None] * len(definition["output_name"])
    outputs = {
        str(index): {"name": name} | ({"tooltip": tooltip} if tooltip else {})
        for index, (name, tooltip) in enumerate(zip(definition["output_name"], tooltips, strict=True))
    }
    texts = {"display_name": definition["display_name"], "description": definition["description"]}
    return {**texts, "inputs": inputs, "outputs": outputs}


def names(texts: dict[str, Any]) -> dict[str, Any]:
    """Which inputs and outputs have which kinds of text."""
    return {
        node: {part: {name: sorted(texts) for name, texts in content[part].items()} for part in ("inputs", "outputs")}
        for node, content in texts.items()
    }


@pytest.fixture
def nodes(comfyui: ComfyuiServer) -> dict[str, Any]:
    info = comfyui.client.object_info()
    return {name: described(definition) for name, definition in info.items() if name.startswith("Picpik")}


def test_english_is_word_for_word_what_the_nodes_say(nodes: dict[str, Any]):
    assert json.loads((ROOT / "locales/en/nodeDefs.json").read_text("utf-8")) == nodes


def test_chinese_has_every_input_and_output_of_the_nodes(nodes: dict[str, Any]):
    assert names(json.loads((ROOT / "locales/zh/nodeDefs.json").read_text("utf-8"))) == names(nodes)


def test_every_input_has_a_tooltip(nodes: dict[str, Any]):
    without = [
        (node, name) for node, texts in nodes.items() for name, of in texts["inputs"].items() if "tooltip" not in of
    ]
    assert without == []


def test_the_server_gives_both_languages(comfyui: ComfyuiServer):
    given = comfyui.client.http.get("/i18n").json()
    assert given["zh"]["nodeDefs"]["PicpikExtractPattern"]["display_name"] == "提取图案 (PICPIK)"
    assert given["en"]["settings"]["PICPIK_Accounts"]["name"] == "Accounts"


def test_every_node_is_found_in_both_languages(comfyui: ComfyuiServer):
    info = comfyui.client.object_info()
    aliases = {name: "".join(of.get("search_aliases") or []) for name, of in info.items() if name.startswith("Picpik")}
    assert [name for name, text in aliases.items() if "picpik" not in text or text.isascii()] == []
