"""Pictures for the page to look at."""

from __future__ import annotations

import sys
import uuid
from pathlib import Path
from typing import Any

import folder_paths
import torch

from ... import imaging, pattern

_LONGEST_SIDE = 2048


def preview(levels: Any) -> dict[str, str]:
    """Writes a picture, array uint8 [H,W,3], into ComfyUI's temporary folder, and says where the page finds it.

    No side of it is longer than 2048 pixels there. Takes a while: not for ComfyUI's loop.
    """
    folder = Path(folder_paths.get_temp_directory())
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"picpik_{uuid.uuid4().hex}.png"
    picture = imaging.encode_picture("images", torch.from_numpy(levels), "lossless", _LONGEST_SIDE, sys.maxsize)
    pattern.write_new(path, picture.chunks)
    return {"filename": path.name, "subfolder": "", "type": "temp"}
