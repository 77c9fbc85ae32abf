"""Routes of the sidebar: recent tasks, their pictures, what was spent, and collecting what is pending.

A picture is asked for by the ledger's id of its task, never by a path.
"""

from __future__ import annotations

import asyncio
import datetime
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from aiohttp import web

from ... import imaging
from ...picpik import api, ledger
from ..host import service
from .guard import Refusal, json_body, text_of

_SHOWN = 60
_THUMBNAIL_SIDE = 256
_KEEP = {"Cache-Control": "private, max-age=86400"}


async def tasks(_request: web.Request) -> web.StreamResponse:
    """GET: the newest tasks, and the credits spent today and this month."""
    return web.json_response(await asyncio.to_thread(_listed))


async def picture(request: web.Request) -> web.StreamResponse:
    """GET: one stored picture as it came, or small with ?thumbnail."""
    path = await asyncio.to_thread(_stored, request.match_info["id"], int(request.match_info["index"]))
    if path is None:
        raise Refusal(404, "The picture is not here any more.", "Run again to get it.")
    if "thumbnail" not in request.query:
        return web.FileResponse(path, headers=_KEEP)
    return web.Response(body=await asyncio.to_thread(_small, path), content_type="image/jpeg", headers=_KEEP)


async def collect(request: web.Request) -> web.StreamResponse:
    """POST {id}: fetches the pictures of a paid task in the background."""
    id = text_of(await json_body(request), "id")
    task, payer = await asyncio.to_thread(_pending, id)
    # nobody needs to wait for it: a task that exists is carried to its end
    service.runner().collect(payer, task.task_uid or "").release()
    return web.json_response({"collecting": task.task_uid})


def _listed() -> dict[str, Any]:
    history = service.history()
    names = {account.identity: name for name, account in service.usable_accounts().items()}
    today = datetime.datetime.now().replace(hour=0, minute=0, second=0, microsecond=0)
    return {
        "tasks": [_shown(history, task, names) for task in history.recent(_SHOWN)],
        "spent_today": _paid(history.spent_since(today.timestamp())),
        "spent_this_month": _paid(history.spent_since(today.replace(day=1).timestamp())),
    }


def _paid(spent: Mapping[str, int]) -> int:
    return sum(credits for account, credits in spent.items() if not api.is_of_sandbox(account))


def _shown(history: ledger.TaskHistory, task: ledger.Record, names: dict[str, str]) -> dict[str, Any]:
    return {
        "id": task.id,
        "task_uid": task.task_uid,
        "action": task.action,
        "state": task.state,
        "message": task.message,
        "created": task.created,
        "ended": task.ended,
        "credits": task.points_spent,
        "seed": task.seed,
        "width": task.width,
        "height": task.height,
        "batch_size": task.batch_size,
        "account": names.get(task.account),
        "pictures": history.pictures(task),
        "texts": history.texts(task),
        "collectable": _is_collectable(task) and task.account in names,
    }


def _is_collectable(task: ledger.Record) -> bool:
    return task.is_pending and not task.is_expired(time.time())


def _stored(id: str, index: int) -> Path | None:
    history = service.history()
    task = history.find(id)
    return history.file(task, index) if task and index in history.pictures(task) else None


def _small(path: Path) -> bytes:
    try:
        return imaging.thumbnail(path, _THUMBNAIL_SIDE)
    except imaging.UnreadableImage:
        raise Refusal(404, "The picture cannot be read.", "Run again to get it anew.") from None


def _pending(id: str) -> tuple[ledger.Record, api.Account]:
    task = service.history().find(id)
    if task is None or not _is_collectable(task):
        raise Refusal(404, "There is nothing to collect of this task.", "Its pictures are here, or it is too old.")
    payers = [account for account in service.usable_accounts().values() if account.identity == task.account]
    if not payers:
        raise Refusal(400, "The account of this task is not known here.", "Save its keys in Settings > PICPIK.")
    return task, payers[0]
