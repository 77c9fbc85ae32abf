"""Small copies of the pictures that nodes were given, for the page, which draws boxes and points on them.

The page cannot see them itself: they may come out of any node, and a run whose nodes are all cached tells it nothing. A
copy is known by all that its picture was made of, so that a cached run, another browser and a copied workflow find it,
too. ComfyUI's temporary folder keeps it as long as its process keeps the cached outputs.
"""

from __future__ import annotations

import hashlib
import json
import logging
from collections import OrderedDict
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

import folder_paths
import torch
from server import PromptServer

from ... import imaging

_INPUT = "raw_image"
_NODE_TYPES = ("PicpikExtractPattern", "PicpikExtractContents", "PicpikRemoveBackground")
_LARGEST_SIDE = 1024
_EVENT = "picpik.raw_image"
_FOLDER = "picpik_raw_images"
_NO_ID = "00000000-0000-0000-0000-000000000000"
"""Of a workflow that was never saved: it is known by the page that it stands in."""
_REMEMBERED = 512
_KEPT = 64

_log = logging.getLogger(__name__)
_asked_for: OrderedDict[tuple[str, str], str] = OrderedDict()
"""By workflow and node: the origin of the picture in the last prompt."""
_sizes: OrderedDict[str, tuple[int, int]] = OrderedDict()
"""By origin: width and height of the picture itself. The newest come last."""


class RawImage(NamedTuple):
    """A copy, and width and height of the picture itself."""

    path: Path
    width: int
    height: int


def follow_prompts() -> None:
    """Has every prompt looked at before it is run, where there is a server: nodes can be used without."""
    server = getattr(PromptServer, "instance", None)
    if server is not None:
        server.add_on_prompt_handler(_remember)


def keep(node_id: str, prompt: Mapping[str, Any], entry: torch.Tensor) -> None:
    """Keeps a copy of the picture that the node is given, and tells the page. Blocks for some ms."""
    origin = _origin(prompt, node_id)
    if origin is None:
        return
    copy = imaging.encode_picture(_INPUT, entry, "compact", max_side=_LARGEST_SIDE)
    try:
        path = _path(origin)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"".join(copy.chunks))
    except OSError as error:  # the run goes on without: it is only for drawing on it
        _log.warning("PICPIK: no copy of raw_image could be kept for drawing on it (%s).", error.strerror)
        return
    _sizes[origin] = entry.shape[1], entry.shape[0]
    _sizes.move_to_end(origin)
    while len(_sizes) > _KEPT:
        with suppress(OSError):  # on Windows the page may be reading it; ComfyUI clears the folder at its next start
            _path(_sizes.popitem(last=False)[0]).unlink(missing_ok=True)
    server = PromptServer.instance
    if server.client_id is not None:  # no client id would mean: every browser
        server.send_sync(_EVENT, {"node": node_id}, server.client_id)


def find(workflow: str, node_id: str) -> RawImage | None:
    """The picture that the node was given when the workflow was last run."""
    origin = _asked_for.get((workflow, node_id))
    if origin not in _sizes or not _path(origin).is_file():
        return None
    return RawImage(_path(origin), *_sizes[origin])


def _remember(posted: dict[str, Any]) -> dict[str, Any]:
    """Notes of a posted prompt what its nodes are given; whether it is one at all is ComfyUI's to say."""
    try:
        workflow = posted["extra_data"]["extra_pnginfo"]["workflow"].get("id")
        if workflow in (None, _NO_ID):
            workflow = posted["client_id"]
        prompt = posted["prompt"]
        nodes = [id for id, node in prompt.items() if node["class_type"] in _NODE_TYPES]
        found = {id: _origin(prompt, id) for id in nodes}
    except (KeyError, TypeError, AttributeError):
        return posted
    for node_id, origin in found.items():
        if origin is not None:
            _asked_for[str(workflow), node_id] = origin
            _asked_for.move_to_end((str(workflow), node_id))
    while len(_asked_for) > _REMEMBERED:
        _asked_for.popitem(last=False)
    return posted


def _origin(prompt: Mapping[str, Any], node_id: str) -> str | None:
    """Names all that the node's picture is made of, whatever ids its nodes have; None where nothing is linked."""
    link = prompt[node_id]["inputs"].get(_INPUT)
    if not _is_link(link, prompt):
        return None
    numbers, waiting, told = {link[0]: 0}, [link[0]], [link[1]]
    for id in waiting:
        inputs = dict(prompt[id]["inputs"])
        for name in sorted(inputs):
            if _is_link(inputs[name], prompt):
                source, slot = inputs[name]
                if source not in numbers:
                    numbers[source] = len(waiting)
                    waiting.append(source)
                inputs[name] = {"from": numbers[source], "slot": slot}
            else:
                inputs[name] = _as_posted(inputs[name])
        told.append([prompt[id]["class_type"], inputs])
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()


def _as_posted(value: Any) -> Any:
    """A value as a browser writes it: ComfyUI makes 2.0 of the 2 that it gets for a fraction, and unwraps lists."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, Mapping):
        return _as_posted(value["__value__"]) if "__value__" in value else {k: _as_posted(v) for k, v in value.items()}
    return [_as_posted(each) for each in value] if isinstance(value, list) else value


def _is_link(value: Any, prompt: Mapping[str, Any]) -> bool:
    return isinstance(value, list) and len(value) == 2 and isinstance(value[0], str) and value[0] in prompt


def _path(origin: str) -> Path:
    return Path(folder_paths.get_temp_directory()) / _FOLDER / f"{origin}.jpg"
