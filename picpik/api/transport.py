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
import re
import ssl
from collections.abc import AsyncIterator, Coroutine, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import timezone
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urljoin, urlsplit

from .clock import Clock
from .errors import NeverSent, NoAnswer

if TYPE_CHECKING:
    import httpx

_T = TypeVar("_T")
_HOST = re.compile(r"[\w.:-]{1,100}")
_ELSEWHERE = "another address"
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
    # httpx lets pass what TLS and the system raise in mid-stream (OSError), and what IDNA says of a host (UnicodeError)
    except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, OSError, UnicodeError) as error:
        raise NoAnswer(host, _reason(error)) from None
    finally:
        _calling.reset(token)


async def in_time(call: Coroutine[Any, Any, _T], seconds: float, host: str) -> _T:
    """The outcome of the call. Raises NoAnswer where it takes longer than `seconds`."""
    try:
        return await asyncio.wait_for(call, seconds)
    except asyncio.TimeoutError:
        raise NoAnswer(host, "time-out") from None


async def in_time_once(begun: asyncio.Event, call: Coroutine[Any, Any, _T], seconds: float, host: str) -> _T:
    """The outcome of the call. Raises NoAnswer where it takes longer than `seconds` from the moment `begun` is set."""
    calling = asyncio.ensure_future(call)
    beginning = asyncio.ensure_future(begun.wait())
    try:
        await asyncio.wait((calling, beginning), return_when=asyncio.FIRST_COMPLETED)
        await asyncio.wait((calling,), timeout=seconds)
        if calling.done():
            return calling.result()
        raise NoAnswer(host, "time-out")
    finally:
        calling.cancel()
        beginning.cancel()
        await asyncio.gather(calling, beginning, return_exceptions=True)


async def streamed(pieces: Iterable[bytes], sent: asyncio.Event) -> AsyncIterator[bytes]:
    """The pieces; `sent` is set when the last one was taken over by the system."""
    for piece in pieces:
        yield piece
    sent.set()


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
    if isinstance(error, httpx.TooManyRedirects):
        return "it redirects again and again"
    return "the connection broke"


def _connect_reason(text: str) -> str:
    if "certificate" in text or "ssl" in text:
        return "the TLS certificate was not accepted"
    if "name or service" in text or "getaddrinfo" in text or "nodename" in text or "name resolution" in text:
        return "its name could not be resolved"
    return "no connection"


def retry_after(response: httpx.Response, clock: Clock) -> float | None:
    """Seconds of the Retry-After header, as a number or as a date; None where there is none that makes sense.

    A date is meant by the clock of the server that gives it, which is in the same answer; `clock` is for those without.
    """
    text = response.headers.get("Retry-After", "").strip()
    try:
        seconds = float(text)
    except ValueError:
        date = http_date(text)
        told = http_date(response.headers.get("Date", ""))
        seconds = math.nan if date is None else date - (clock.time() if told is None else told)
    return max(0.0, seconds) if math.isfinite(seconds) else None


def is_web_address(url: str) -> bool:
    """Can this be called at all? The libraries below find some of it out by errors that nobody expects."""
    try:
        parts = urlsplit(url)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:  # of a port that is no number, or too large a one
        return False


def redirects_to(response: httpx.Response) -> str | None:
    """Scheme and host that a redirect leads to, for messages; None where the answer is no redirect.

    Path and query can hold a signature or a login, so they are never told.
    """
    if not 300 <= response.status_code < 400:
        return None
    try:
        target = urlsplit(urljoin(str(response.request.url), response.headers.get("Location", "")))
        host, port = target.hostname or "", target.port
    except ValueError:
        return _ELSEWHERE
    if "Location" not in response.headers or not _HOST.fullmatch(host):
        return _ELSEWHERE
    shown = f"[{host}]" if ":" in host else host
    return f"{target.scheme}://{shown}" + (f":{port}" if port else "")


def http_date(text: str) -> float | None:
    """Unix time of a header's date, or None where it is none. A date of HTTP is GMT, also where it does not say so."""
    try:
        date = email.utils.parsedate_to_datetime(text)
        return (date if date.tzinfo else date.replace(tzinfo=timezone.utc)).timestamp()
    except (TypeError, ValueError, OverflowError):
        return None


class _OursStayQuiet(logging.Filter):
    def filter(self, record: logging.LogRecord) -> bool:  # noqa: ARG002
        return not _calling.get()


_OURS_STAY_QUIET = _OursStayQuiet()
_LOGGERS = ("httpx", *(f"httpcore.{name}" for name in ("connection", "http11", "http2", "proxy", "socks")))


def keep_urls_out_of_the_log() -> None:
    """To be called before the first call; calling it again changes nothing."""
    # a filter of a parent logger does not see its children's records
    for name in _LOGGERS:
        logging.getLogger(name).addFilter(_OURS_STAY_QUIET)
