"""Who may use the controls: programs, and whoever types their address into a browser; no page of another site."""

import functools
from collections.abc import Awaitable, Callable, Mapping

from aiohttp import web

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

_OWN = ("same-origin", "none")


def not_for_pages(handler: Handler) -> Handler:
    """The handler, which answers a page of another site with HTTP 403."""

    @functools.wraps(handler)
    async def answer(request: web.Request) -> web.StreamResponse:
        if _is_foreign(request.headers):
            raise web.HTTPForbidden(text="A page of another site may not use the sandbox's controls.")
        return await handler(request)

    return answer


def _is_foreign(headers: Mapping[str, str]) -> bool:
    site = headers.get("Sec-Fetch-Site")
    if site is not None:  # the browser's own word, which no page can change
        return site not in _OWN
    origin, host = headers.get("Origin"), headers.get("Host", "")  # older browsers; programs send no Origin
    return origin is not None and origin.lower() not in (f"http://{host}".lower(), f"https://{host}".lower())
