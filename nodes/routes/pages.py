"""The pack's pages, where ComfyUI cannot serve them: its static routes find none below a folder with a name that stands
quoted in a URL, such as one with a space or an accent.
"""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import quote

from aiohttp import web

_PACK = Path(__file__).resolve().parents[2]
_PAGES = _PACK / "web"


def own_place(folder: str = _PACK.name) -> str | None:
    """The route that the pages have to be served at, by the name of the pack's folder; None where ComfyUI does it."""
    if quote(folder) == folder or "{" in folder or "}" in folder:
        return None
    # as an expression: what stands in a route as it is, is looked for in its quoted form, and not found
    return f"/extensions/{{folder:{re.escape(folder)}}}/{{path:.+}}"


async def page(request: web.Request) -> web.StreamResponse:
    """GET: a file of the folder `web`."""
    path = (_PAGES / request.match_info["path"]).resolve()
    if not (path.is_relative_to(_PAGES) and path.is_file()):
        raise web.HTTPNotFound
    return web.FileResponse(path)
