"""Routes of the model lists: what ListModels last said, and asking it anew."""

from __future__ import annotations

import asyncio
from typing import Any

from aiohttp import web

from ...picpik import accounts, api
from ..host import service
from .guard import json_body


async def models(_request: web.Request) -> web.StreamResponse:
    """GET: the list of last time, at once."""
    return web.json_response(_shown(await asyncio.to_thread(service.models)))


async def refresh_models(request: web.Request) -> web.StreamResponse:
    """POST {}: asks the service of the default account.

    Where that cannot be asked, the list of last time stays and `trouble` says why: whoever only has a page opened has
    done nothing wrong, and a browser counts every other answer than a good one as a fault of the page.
    """
    await json_body(request)
    try:
        return web.json_response(_shown(await asyncio.to_thread(service.refresh_models)))
    except api.PicpikError as error:
        known = await asyncio.to_thread(service.models)
        return web.json_response({**_shown(known), "trouble": {"what": error.what, "do": error.do}})


def _shown(known: accounts.KnownModels) -> dict[str, Any]:
    words = known.trigger_words or {}
    return {"main": known.main, "sub": known.sub, "trigger_words": words, "as_of": known.as_of, "trouble": None}
