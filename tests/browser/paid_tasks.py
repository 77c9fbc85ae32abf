"""Rows of the ledger as paid tasks leave them, written without a service."""

import io
import itertools
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from comfyui_picpik.picpik.ledger import DELIVERED, FILE_NAME, FOLDER_NAME, Ledger, Record, ResultFolder, new_record
from PIL import Image

_number = itertools.count(1)


def write_task(
    home: Path,
    state: str = DELIVERED,
    pictures: Sequence[bytes] = (),
    texts: Sequence[str] = (),
    action: str = "GeneratePatternsFromImage",
    **columns: Any,
) -> Record:
    """One task, newer than those before it, with its results on disk."""
    task_uid = columns.pop("task_uid", f"uid{next(_number)}")
    folder = ResultFolder(home / FOLDER_NAME, print)
    files = [folder.save(task_uid, index, picture) for index, picture in enumerate(pictures)]
    files += [folder.save_text(task_uid, len(files) + index, text) for index, text in enumerate(texts)]
    row = new_record(request_key=task_uid, account="a", owner="o", action=action, size=(512, 384), batch_size=1)
    return rewrite_task(
        home, row, state=state, task_uid=task_uid, files=tuple(files), results=len(files), ended=time.time(), **columns
    )


def rewrite_task(home: Path, task: Record, **columns: Any) -> Record:
    """The task as it is from now on."""
    changed = replace(task, **columns)
    ledger = Ledger(home / FILE_NAME)
    ledger.write(changed)
    ledger.close()
    return changed


def png(colour: str = "teal", size: tuple[int, int] = (256, 200)) -> bytes:
    """A picture of one colour."""
    content = io.BytesIO()
    Image.new("RGB", size, colour).save(content, "PNG")
    return content.getvalue()
