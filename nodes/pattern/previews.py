"""Pictures for the page to look at, and lossless files."""

from __future__ import annotations

import sys
import uuid
from pathlib import Path
from typing import Any

import folder_paths
import torch

from ...imaging import encode_picture
from ...pattern import write_numbered

_LONGEST_SIDE = 2048


def preview(levels: Any) -> dict[str, str]:
    """Writes a picture, array uint8 [H,W,3], into ComfyUI's temporary folder, and says where the page finds it.

    No side of it is longer than 2048 pixels there. Takes a while: not for ComfyUI's loop.
    """
    folder = Path(folder_paths.get_temp_directory())
    folder.mkdir(parents=True, exist_ok=True)
    path = write_numbered(folder, lambda _: f"picpik_{uuid.uuid4().hex}.png", 1, _png(levels, _LONGEST_SIDE))
    return {"filename": path.name, "subfolder": "", "type": "temp"}


def lossless_png(levels: Any) -> tuple[bytes, ...]:
    """A PNG, in pieces, of a picture, array uint8 [H,W,3], by the pack's own encoder, which takes two threads."""
    return _png(levels, max(levels.shape))


def _png(levels: Any, longest_side: int) -> tuple[bytes, ...]:
    return encode_picture("images", torch.from_numpy(levels), "lossless", longest_side, sys.maxsize).chunks
