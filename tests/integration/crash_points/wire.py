"""The seams of a call: before it connects, after its last byte was written, before its answer is used."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Callable, Sequence

import httpx

from .seams import Seams

SENT = "sent"


def watch_calls(seams: Seams) -> None:
    """From now on every call of this process has its seams."""
    handle = httpx.AsyncHTTPTransport.handle_async_request

    async def watched(self: httpx.AsyncHTTPTransport, request: httpx.Request) -> httpx.Response:
        assert isinstance(request.stream, httpx.AsyncByteStream)
        pieces = [piece async for piece in request.stream]
        name = _name(request, b"".join(pieces))
        seams.at(f"call: {name} before it connects")
        request.stream = _Body(_replayed(pieces), lambda: seams.at(f"call: {name} {SENT}"))
        response = await handle(self, request)
        assert isinstance(response.stream, httpx.AsyncByteStream)
        response.stream = _Body(response.stream, lambda: seams.at(f"call: {name} answered"), response.stream)
        return response

    httpx.AsyncHTTPTransport.handle_async_request = watched


def _name(request: httpx.Request, body: bytes) -> str:
    action = re.search(rb'"Action": ?"(\w+)"', body)
    return action[1].decode() if action else "download" if request.method == "GET" else "call"


async def _replayed(pieces: Sequence[bytes]) -> AsyncIterator[bytes]:
    for piece in pieces:
        yield piece


class _Body(httpx.AsyncByteStream):
    """The same bytes; `passed` is called after the last one."""

    def __init__(
        self,
        pieces: AsyncIterator[bytes] | httpx.AsyncByteStream,
        passed: Callable[[], None],
        closes: httpx.AsyncByteStream | None = None,
    ) -> None:
        self._pieces = pieces
        self._passed = passed
        self._closes = closes

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for piece in self._pieces:
            yield piece
        self._passed()

    async def aclose(self) -> None:
        if self._closes is not None:
            await self._closes.aclose()
