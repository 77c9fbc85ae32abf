"""Routes of the model lists: what ListModels last said, and asking it anew."""

from __future__ import annotations

import asyncio
from typing import Any

from aiohttp import web

from ...picpik.accounts import KnownModels
from ..host import service
from .guard import json_body


async def models(_request: web.Request) -> web.StreamResponse:
    """GET: the list of last time, at once."""
    return web.json_response(_shown(await asyncio.to_thread(service.models)))


async def refresh_models(request: web.Request) -> web.StreamResponse:
    """POST {}: asks the service of the default account."""
    await json_body(request)
    return web.json_response(_shown(await asyncio.to_thread(service.refresh_models)))


def _shown(known: KnownModels) -> dict[str, Any]:
    return {"main": known.main, "sub": known.sub, "trigger_words": known.trigger_words or {}, "as_of": known.as_of}
