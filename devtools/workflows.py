"""A workflow as ComfyUI's front end saves it, made into the prompt that ComfyUI's server takes.

A saved workflow lists nodes with their widgets' values by position, and links by number; a prompt has inputs by name.
What stands at which position follows from the node's definition in `/object_info`. Subgraphs are not understood.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

MUTED, BYPASSED = 2, 4
NOTES = ("Note", "MarkdownNote")
REROUTE, PRIMITIVE = "Reroute", "PrimitiveNode"
ONLY_IN_THE_FRONT_END = (*NOTES, REROUTE, PRIMITIVE)

WIDGET_SLOTS = {"INT": 1, "FLOAT": 1, "STRING": 1, "BOOLEAN": 1, "COMBO": 1, "COLOR": 1, "BOUNDING_BOX": 5}
"""Types that are edited on the node, and how many saved values each takes. A box: the box, then x, y, width, height."""

SEED_NAMES = ("seed", "noise_seed")
"""Integers of these names have a control (fixed, randomize, ...) behind them unless their definition says no."""


class WorkflowError(Exception):
    """A workflow that does not fit the nodes of this ComfyUI."""


@dataclass(frozen=True)
class Link:
    """One connection, from an output to an input."""

    from_node: str
    from_slot: int
    type: str


class Workflow:
    """One saved workflow."""

    def __init__(self, name: str, content: dict[str, Any]) -> None:
        self.name = name
        self.content = content
        self._nodes: dict[str, dict[str, Any]] = {str(node["id"]): node for node in content["nodes"]}
        self._links = {link[0]: Link(str(link[1]), link[2], link[5]) for link in content["links"]}

    @classmethod
    def load(cls, path: Path) -> "Workflow":
        """Reads a workflow's JSON file."""
        return cls(path.stem, json.loads(path.read_text("utf-8")))

    def to_prompt(self, object_info: Mapping[str, Any]) -> dict[str, Any]:
        """The prompt for ComfyUI's server. Raises WorkflowError when it has not all the nodes."""
        return {
            node_id: {
                "class_type": node["type"],
                "inputs": self._inputs(node, definition),
                "_meta": {"title": node.get("title") or definition["display_name"]},
            }
            for node_id, node, definition in self._nodes_to_run(object_info)
        }

    def summary(self) -> str:
        """The first line of text in the workflow's first note, without Markdown's marks; else its name."""
        for node in self._nodes.values():
            if node["type"] in NOTES:
                lines = [line.strip("#*_ ") for line in node["widgets_values"][0].splitlines()]
                return next((line for line in lines if line), self.name)
        return self.name

    def _nodes_to_run(
        self, object_info: Mapping[str, Any]
    ) -> Iterator[tuple[str, Mapping[str, Any], Mapping[str, Any]]]:
        """Id, node and definition of all nodes that the server has to know."""
        for node_id, node in self._nodes.items():
            if node["type"] in ONLY_IN_THE_FRONT_END or node.get("mode") in (MUTED, BYPASSED):
                continue
            if node["type"] not in object_info:
                raise WorkflowError(f"This ComfyUI has no node {node['type']} (node {node_id} of the workflow).")
            yield node_id, node, object_info[node["type"]]

    def _inputs(self, node: Mapping[str, Any], definition: Mapping[str, Any]) -> dict[str, Any]:
        inputs = {name: _literal(value) for name, value in _widget_values(node, definition)}
        for socket in node.get("inputs") or []:
            if socket.get("link") is not None:
                inputs.pop(socket["name"], None)
                inputs.update(self._linked(socket))
        return inputs

    def _linked(self, socket: Mapping[str, Any]) -> dict[str, Any]:
        """The input that a link gives: a node's output or a primitive's value; nothing when its origin is muted."""
        link = self._origin(self._links[socket["link"]])
        if link is None:
            return {}
        origin = self._nodes[link.from_node]
        if origin["type"] == PRIMITIVE:
            return {socket["name"]: _literal(origin["widgets_values"][0])}
        return {socket["name"]: [link.from_node, link.from_slot]}

    def _origin(self, link: Link | None) -> Link | None:
        """Follows a link back through reroutes and bypassed nodes to the node that makes the value."""
        while link is not None:
            node = self._nodes[link.from_node]
            if node.get("mode") == MUTED:
                return None
            if node["type"] == REROUTE:
                link = self._link_into(node, 0)
            elif node.get("mode") == BYPASSED:
                link = self._link_past(node, link)
            else:
                return link
        return None

    def _link_into(self, node: Mapping[str, Any], slot: int) -> Link | None:
        return self._links.get(node["inputs"][slot]["link"])

    def _link_past(self, node: Mapping[str, Any], link: Link) -> Link | None:
        """What a bypassed node passes on: its input of the output's type, the one at the same position if it fits."""
        slots = [slot for slot, socket in enumerate(node.get("inputs") or []) if socket["type"] == link.type]
        if not slots:
            return None
        return self._link_into(node, link.from_slot if link.from_slot in slots else slots[0])


def _widget_values(node: Mapping[str, Any], definition: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Name and value of each widget, in order; a value that was not saved is the definition's default."""
    saved = list(node.get("widgets_values") or [])
    for name, type_, options in _definitions_of_inputs(definition):
        slots = _slots(name, type_, options)
        if not slots:
            continue
        values, saved = saved[:slots], saved[slots:]
        if values:
            yield name, values[0]
        elif "default" in options:
            yield name, options["default"]
        else:
            raise WorkflowError(f"Node {node['id']} ({node['type']}) has no saved value for its input {name}.")


def _definitions_of_inputs(definition: Mapping[str, Any]) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    """Name, type and options of all inputs, required ones first, as the front end lays them out."""
    for group in ("required", "optional"):
        for name, (type_, *options) in definition["input"].get(group, {}).items():
            options = options[0] if options else {}
            yield name, "COMBO" if isinstance(type_, list) else options.get("widgetType", type_), options


def _slots(name: str, type_: str, options: Mapping[str, Any]) -> int:
    """How many saved values an input takes: 0 when it is a mere socket."""
    if options.get("forceInput") or type_ not in WIDGET_SLOTS:
        return 0
    has_control = options.get("control_after_generate", type_ == "INT" and name in SEED_NAMES)
    has_upload_button = any(options.get(f"{kind}_upload") for kind in ("image", "video", "audio"))
    return WIDGET_SLOTS[type_] + bool(has_control) + has_upload_button


def _literal(value: Any) -> Any:
    """A list would be read as a link, so it is wrapped."""
    return {"__value__": value} if isinstance(value, list) else value
