"""Sends each request directly, or through the proxy that is meant for it. To be imported where httpx is used.

httpx reads the proxies of the environment by itself, too, but makes a connection pool for each of them at once: it
gives up on one that it cannot use, though no call would go through it.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator
from typing import Any

import httpx

from .errors import NeverSent, NotConfigured
from .proxies import Proxies

_CONNECT_STEPS = 3
"""TCP, SOCKS and TLS: each may take as long as a connection may."""


class ProxiedTransport(httpx.AsyncBaseTransport):
    """Makes its connection pools when they are needed."""

    def __init__(self, proxies: Proxies, ssl_context: ssl.SSLContext, limits: httpx.Limits) -> None:
        self._proxies = proxies
        self._ssl_context = ssl_context
        self._limits = limits
        self._pools: dict[str | None, httpx.AsyncHTTPTransport] = {}

    def prepare(self, url: str) -> None:
        """Raises NotConfigured where this URL cannot be called."""
        try:
            self._pool(httpx.URL(url))
        except (ValueError, httpx.InvalidURL) as error:
            raise NotConfigured(
                f"The proxy or endpoint cannot be used ({type(error).__name__}).",
                "Check the proxy settings of the environment and of the pack: http://host:port is the usual form.",
            ) from error

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        try:
            pool = self._pool(request.url)
        except (NotConfigured, ValueError, httpx.InvalidURL):
            raise NeverSent(request.url.host, "its proxy cannot be used") from None
        return await pool.handle_async_request(request)

    async def aclose(self) -> None:
        for pool in self._pools.values():
            await pool.aclose()

    def _pool(self, url: httpx.URL) -> httpx.AsyncHTTPTransport:
        proxy = self._proxies.to(url.scheme, url.host)
        if proxy not in self._pools:
            self._pools[proxy] = self._made(proxy)
        return self._pools[proxy]

    def _made(self, proxy: str | None) -> httpx.AsyncHTTPTransport:
        kind = _SocksTransport if proxy and proxy.startswith("socks5:") else httpx.AsyncHTTPTransport
        try:
            return kind(verify=self._ssl_context, limits=self._limits, proxy=proxy)
        except ImportError as error:  # httpx has support for SOCKS, but not the package that it takes
            raise NotConfigured(
                "A SOCKS proxy needs a Python package that is not installed (socksio).",
                "Run `pip install httpx[socks]` in ComfyUI's Python, or use an HTTP proxy: http://host:port.",
            ) from error


class _SocksTransport(httpx.AsyncHTTPTransport):
    """httpx waits for ever for a SOCKS server that says nothing, lets pass what socksio finds of another's answer, and
    leaves such connections open. All of that is before anything of the request is sent.
    """

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        import socksio

        begun, connections = asyncio.Event(), []

        async def trace(event: str, info: dict[str, Any]) -> None:
            if event == "socks.connect_tcp.complete":
                connections.append(info["return_value"])

        request.extensions = {**request.extensions, "trace": trace}
        request.stream = _Watched(request.stream, begun)
        calling = asyncio.ensure_future(super().handle_async_request(request))
        beginning = asyncio.ensure_future(begun.wait())
        seconds = request.extensions["timeout"]["connect"] * _CONNECT_STEPS
        try:
            await asyncio.wait((calling, beginning), timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
            if not calling.done() and not begun.is_set():
                raise httpx.ProxyError("It is silent.", request=request)
            return await calling
        except socksio.ProtocolError as error:
            raise httpx.ProxyError("It is no SOCKS server.", request=request) from error
        finally:
            calling.cancel()
            beginning.cancel()
            await asyncio.gather(calling, beginning, return_exceptions=True)
            if not begun.is_set():
                for connection in connections:
                    await connection.aclose()


class _Watched(httpx.AsyncByteStream):
    """A request's body; `begun` is set when its first piece is asked for."""

    def __init__(self, body: httpx.SyncByteStream | httpx.AsyncByteStream, begun: asyncio.Event) -> None:
        assert isinstance(body, httpx.AsyncByteStream)  # as those of an AsyncClient are
        self._body = body
        self._begun = begun

    async def __aiter__(self) -> AsyncIterator[bytes]:
        self._begun.set()
        async for piece in self._body:
            yield piece

    async def aclose(self) -> None:
        await self._body.aclose()
