"""httpx as the client uses it: its errors become ours, and its log says nothing of our calls.

Every foreign error is translated at this seam, so nothing of httpx leaves the package. httpx and httpcore log each URL;
what they say of our calls is kept out of ComfyUI's log, because result URLs are signed and the log is served by HTTP.

httpx is imported where it is used: it takes as long as all of the pack, and would be paid for at each ComfyUI start.
"""

from __future__ import annotations

import asyncio
import email.utils
import logging
import math
import ssl
import time
from collections.abc import AsyncIterator, Coroutine, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, TypeVar

from .errors import NeverSent, NoAnswer

if TYPE_CHECKING:
    import httpx

_T = TypeVar("_T")
_calling: ContextVar[bool] = ContextVar("picpik_calling", default=False)


def tls_context() -> ssl.SSLContext:
    """What `Client` needs for https. Blocks, for httpx is imported and the system's certificates are read."""
    import httpx

    return httpx.create_ssl_context()


@contextmanager
def translated(host: str) -> Iterator[None]:
    """Turns whatever httpx raises into ours, and hides the call from httpx's log."""
    import httpx

    token = _calling.set(True)
    try:
        yield
    except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError) as error:
        raise NeverSent(host, _reason(error)) from None
    except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError) as error:
        raise NoAnswer(host, _reason(error)) from None
    finally:
        _calling.reset(token)


async def in_time(call: Coroutine[Any, Any, _T], seconds: float, host: str) -> _T:
    """The outcome of the call. Raises NoAnswer where it takes longer than `seconds`."""
    try:
        return await asyncio.wait_for(call, seconds)
    except asyncio.TimeoutError:
        raise NoAnswer(host, "time-out") from None


async def streamed(pieces: Iterable[bytes]) -> AsyncIterator[bytes]:
    for piece in pieces:
        yield piece


async def read_body(response: httpx.Response, limit: int) -> bytes:
    """The whole body of at most `limit` bytes."""
    body = bytearray()
    async for piece in response.aiter_bytes():
        body += piece
        if len(body) > limit:
            raise NoAnswer("The server", f"it sent more than {limit // 1024**2} MB")
    return bytes(body)


def _reason(error: Exception) -> str:
    """A few words for people. Never the text of the error: it can hold the URL."""
    import httpx

    if isinstance(error, httpx.TimeoutException):
        return "time-out while connecting" if isinstance(error, httpx.ConnectTimeout) else "time-out"
    if isinstance(error, httpx.ProxyError):
        return "the proxy refused"
    if isinstance(error, httpx.ConnectError):
        return _connect_reason(str(error).lower())
    return "the connection broke"


def _connect_reason(text: str) -> str:
    if "certificate" in text or "ssl" in text:
        return "the TLS certificate was not accepted"
    if "name or service" in text or "getaddrinfo" in text or "nodename" in text or "name resolution" in text:
        return "its name could not be resolved"
    return "no connection"


def retry_after(response: httpx.Response) -> float | None:
    """Seconds of the Retry-After header, as a number or as a date; None where there is none that makes sense."""
    text = response.headers.get("Retry-After", "").strip()
    try:
        seconds = float(text)
    except ValueError:
        date = http_date(text)
        seconds = math.nan if date is None else date - time.time()
    return max(0.0, seconds) if math.isfinite(seconds) else None


def http_date(text: str) -> float | None:
    """Unix time of a header's date, or None where it is none."""
    try:
        return email.utils.parsedate_to_datetime(text).timestamp()
    except (TypeError, ValueError, OverflowError):
        return None


class _OursStayQuiet(logging.Filter):
    def filter(self, record: logging.LogRecord) -> bool:  # noqa: ARG002
        return not _calling.get()


_OURS_STAY_QUIET = _OursStayQuiet()


def keep_urls_out_of_the_log() -> None:
    """To be called before the first call; calling it again changes nothing."""
    # a filter of a parent logger does not see its children's records
    for name in ("httpx", "httpcore.connection", "httpcore.http11", "httpcore.http2", "httpcore.proxy"):
        logging.getLogger(name).addFilter(_OURS_STAY_QUIET)
