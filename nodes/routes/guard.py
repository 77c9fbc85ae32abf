"""Who may use the pack's HTTP routes: pages of this very ComfyUI, and nobody else's.

ComfyUI asks nobody for a password and, off the loopback address, compares no Origin. So this is done here: a foreign
page can neither change anything nor read anything. No answer carries a key.

One page is not known from ours: one whose name was bound anew, to the address of this ComfyUI, while it was open. In a
LAN or behind a proxy ComfyUI is rightly called by any name, so Host tells nothing. Such a page can do with the routes
what it can do with ComfyUI; but the keys go nowhere, for who changes an endpoint or a proxy has to know them.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from aiohttp import web
from comfy.cli_args import args
from server import PromptServer

from ...picpik import api

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

_LARGEST_BODY = 64 * 1024
_OWN_PAGES = ("same-origin", "none")


class Refusal(Exception):
    """What a request is answered with that is not served."""

    def __init__(self, status: int, what: str, do: str) -> None:
        super().__init__(what)
        self.response = web.json_response({"error": {"what": what, "do": do}}, status=status)


def guarded(handler: Handler) -> Handler:
    """The handler, for those who may use it; its errors become JSON."""

    @functools.wraps(handler)
    async def answer(request: web.Request) -> web.StreamResponse:
        try:
            _check_origin(request.headers)
            _check_user(request)
            return await handler(request)
        except Refusal as refusal:
            return refusal.response
        except api.PicpikError as error:
            return web.json_response({"error": {"what": error.what, "do": error.do}}, status=400)

    return answer


def is_multi_user() -> bool:
    return bool(args.multi_user)


def require_single_user() -> None:
    """In multi-user mode nobody is the owner of the keys that all share, so nobody changes them from a browser."""
    if is_multi_user():
        raise Refusal(
            403,
            "This ComfyUI has several users, who share its accounts.",
            "Whoever runs the server sets the keys in its environment or in accounts.json.",
        )


async def json_body(request: web.Request) -> dict[str, Any]:
    """The JSON object that was sent. A form or a text, which any page could send, is refused."""
    if request.content_type != "application/json":
        raise Refusal(415, "The request is not JSON.", "Send Content-Type: application/json.")
    if (request.content_length or 0) > _LARGEST_BODY:
        raise _too_large()
    content = bytearray()
    async for piece in request.content.iter_any():  # as they come: a body is not one TCP segment
        content += piece
        if len(content) > _LARGEST_BODY:
            raise _too_large()
    try:
        body = json.loads(content)
    except (ValueError, RecursionError):
        body = None
    if not isinstance(body, dict):
        raise Refusal(400, "The request is not a JSON object.", "Send names and values in braces.")
    return body


def _too_large() -> Refusal:
    return Refusal(413, "The request is too large.", f"Send at most {_LARGEST_BODY} bytes.")


def text_of(body: Mapping[str, Any], name: str, default: str = "") -> str:
    value = body.get(name, default)
    if not isinstance(value, str):
        raise Refusal(400, f"{name} is not a text.", f"Send {name} as a string.")
    return value.strip()


def _check_origin(headers: Mapping[str, str]) -> None:
    site = headers.get("Sec-Fetch-Site")
    if site is not None:  # the browser's own word, which no page can change
        is_own = site in _OWN_PAGES
    else:  # browsers leave it out on plain http outside this computer, programs always do
        origin, host = headers.get("Origin"), headers.get("Host", "")
        is_own = origin is None or origin.lower() in (f"http://{host}".lower(), f"https://{host}".lower())
    if not is_own:
        raise Refusal(403, "This page may not use the pack's routes.", "Open ComfyUI itself in the browser.")


def _check_user(request: web.Request) -> None:
    try:
        PromptServer.instance.user_manager.get_request_user_id(request)
    except KeyError:
        raise Refusal(403, "ComfyUI does not know this user.", "Log in to ComfyUI first.") from None
