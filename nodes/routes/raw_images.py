"""Route of the box picker: the picture that a node was given when it last ran."""

from __future__ import annotations

import asyncio

from aiohttp import web

from ..host import raw_images


async def raw_image(request: web.Request) -> web.StreamResponse:
    """GET ?workflow and ?node: a copy as JPEG, X-Picture-Size being the picture's own size; 204 where there is none."""
    query = request.query
    found = await asyncio.to_thread(raw_images.find, query.get("workflow", ""), query.get("node", ""))
    if found is None:
        return web.Response(status=204)
    headers = {"Cache-Control": "no-store", "X-Picture-Size": f"{found.width}x{found.height}"}
    return web.FileResponse(found.path, headers=headers)
