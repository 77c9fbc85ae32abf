"""Small JSON files of the pack's home folder, replaced as a whole, so that nobody ever reads half of one.

On Windows a file cannot be replaced while somebody reads it, in this process or in another one; nobody reads for long.
"""

from __future__ import annotations

import json
import os
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

_TRIES = 20
_PAUSE = 0.05


def write_json(path: Path, content: Any) -> None:
    """Blocks; raises OSError. The folder is made where there is none; who may use it may use the file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, part = tempfile.mkstemp(dir=path.parent, prefix=f".{path.stem}-", suffix=".part")
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            json.dump(content, file, ensure_ascii=False)
        with suppress(OSError):  # on a disk without such rights
            Path(part).chmod(0o666 & path.parent.stat().st_mode)
        replace_when_free(Path(part), path)
    except BaseException:
        Path(part).unlink(missing_ok=True)
        raise


def replace_when_free(part: Path, path: Path) -> None:
    """Gives the file the name of another one, as soon as nobody reads that. Blocks for 1 s at most; raises OSError."""
    for _ in range(_TRIES):
        try:
            part.replace(path)
            return
        except PermissionError:
            if not path.exists():  # nobody can be reading it: it is a matter of rights
                raise
            time.sleep(_PAUSE)
    part.replace(path)
