"""The services that can be chosen by a word, and what else may stand for one."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlsplit

from ..api import NotConfigured

ENDPOINTS: Mapping[str, str] = {
    "international": "https://api.picpik.ai",
    "china": "https://api.picpikai.com",
}
SANDBOX = "sandbox"
"""The endpoint that is no service but the pack's own local PICPIK. It needs no keys."""


def endpoint_url(chosen: str) -> str:
    """The URL of a chosen endpoint, or `SANDBOX`; empty is the international one. Raises NotConfigured."""
    if chosen == SANDBOX:
        return SANDBOX
    return ENDPOINTS.get(chosen or "international") or _checked_url(chosen)


def service_name(endpoint: str) -> str:
    """Under which what is known of a service stands: host and port of its URL."""
    return urlsplit(endpoint).netloc.rpartition("@")[2].lower()


def _checked_url(text: str) -> str:
    if not _is_http_url(text):
        raise NotConfigured(
            f'The endpoint "{text}" is unknown.',
            f"Set PICPIK_ENDPOINT to {', '.join(ENDPOINTS)}, {SANDBOX}, or a URL that starts with https://.",
        )
    return text


def _is_http_url(text: str) -> bool:
    try:
        parts = urlsplit(text)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False
