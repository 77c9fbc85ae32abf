"""Names that saved workflows depend on: node ids, inputs and outputs in their order, pinned in `contract.json`.

A new optional input or output goes at the end. Anything else that changes the file breaks somebody's workflow.
"""

import json
from pathlib import Path
from typing import Any

import pytest
from comfyui_picpik.devtools.comfyui_server import ComfyuiServer

CONTRACT: dict[str, Any] = json.loads((Path(__file__).parent / "contract.json").read_text("utf-8"))


def contract_of(definition: dict[str, Any]) -> dict[str, Any]:
    inputs = definition["input"]
    return {
        "display_name": definition["display_name"],
        "required": {name: spec[0] for name, spec in inputs.get("required", {}).items()},
        "optional": {name: spec[0] for name, spec in inputs.get("optional", {}).items()},
        "outputs": dict(zip(definition["output_name"], definition["output"], strict=True)),
    }


def test_there_are_exactly_the_nodes_of_the_contract(comfyui: ComfyuiServer):
    ours = {name for name in comfyui.client.object_info() if name.startswith("Picpik")}
    assert ours == set(CONTRACT)


@pytest.mark.parametrize("node_id", CONTRACT)
def test_a_node_keeps_its_names_types_and_order(comfyui: ComfyuiServer, node_id: str):
    now = contract_of(comfyui.client.object_info()[node_id])
    assert now == CONTRACT[node_id]
    for part in ("required", "optional", "outputs"):
        assert list(now[part]) == list(CONTRACT[node_id][part])
