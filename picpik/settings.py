"""Endpoint, keys, home folder and poll interval: where each may come from.

Keys are never inputs of a node: whatever is on a node ends in the workflow file, in the PNG and in ComfyUI's history.
"""

from __future__ import annotations

import hashlib
import ipaddress
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from .errors import NotConfigured

ENDPOINTS: Mapping[str, str] = {
    "international": "https://api.picpik.ai",
    "china": "https://api.picpikai.com",
}
SANDBOX = "sandbox"
"""The endpoint that is no service but the pack's own local PICPIK. It needs no keys."""

_WAYS_TO_GIVE_KEYS = (
    "Set PICPIK_PUBLIC_KEY and PICPIK_PRIVATE_KEY in the environment that starts ComfyUI; both are in the PICPIK User "
    "Center. To try the nodes without an account, set PICPIK_ENDPOINT=sandbox: it needs no keys."
)


@dataclass(frozen=True)
class Account:
    """Whom the calls are made for, and where. `proxy` is a URL, or None for what the environment says."""

    endpoint: str
    public_key: str
    private_key: str = field(repr=False)
    proxy: str | None = field(default=None, repr=False)

    @property
    def identity(self) -> str:
        """Names endpoint and PublicKey without telling them."""
        return hashlib.sha256(f"{self.endpoint}\n{self.public_key}".encode()).hexdigest()[:16]

    @property
    def host(self) -> str:
        """For messages."""
        return urlsplit(self.endpoint).hostname or self.endpoint

    @property
    def is_loopback(self) -> bool:
        try:
            return self.host == "localhost" or ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return False


@dataclass(frozen=True)
class Settings:
    """What the environment says. Read anew for each run, so that a change is used at once."""

    environ: Mapping[str, str] = field(repr=False)

    @property
    def endpoint(self) -> str:
        """The URL of the service, or `SANDBOX`."""
        chosen = self._value("PICPIK_ENDPOINT") or "international"
        if chosen == SANDBOX:
            return SANDBOX
        return ENDPOINTS.get(chosen) or _checked_url(chosen)

    @property
    def account(self) -> Account:
        """The account of the environment. Raises NotConfigured where a key is missing."""
        public_key, private_key = self._value("PICPIK_PUBLIC_KEY"), self._value("PICPIK_PRIVATE_KEY")
        missing = [
            name
            for name, value in (("PICPIK_PUBLIC_KEY", public_key), ("PICPIK_PRIVATE_KEY", private_key))
            if not value
        ]
        if missing:
            raise NotConfigured(f"No PICPIK keys: {' and '.join(missing)} missing.", _WAYS_TO_GIVE_KEYS)
        return Account(self.endpoint, public_key, private_key)

    @property
    def home(self) -> Path | None:
        """The folder for ledger and results, or None for ComfyUI's own place for the pack."""
        chosen = self._value("PICPIK_HOME")
        return Path(chosen).expanduser() if chosen else None

    @property
    def poll_interval(self) -> float | None:
        """Seconds between polls, or None for the pack's own rhythm."""
        chosen = self._value("PICPIK_POLL_INTERVAL")
        if not chosen:
            return None
        try:
            seconds = float(chosen)
        except ValueError:
            seconds = math.nan
        if not 0.05 <= seconds <= 3600:
            raise NotConfigured(
                f'PICPIK_POLL_INTERVAL is "{chosen}".', "Set it to seconds from 0.05 to 3600, or take it away."
            )
        return seconds

    def _value(self, name: str) -> str:
        return self.environ.get(name, "").strip()


def _checked_url(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise NotConfigured(
            f'The endpoint "{text}" is unknown.',
            f"Set PICPIK_ENDPOINT to {', '.join(ENDPOINTS)}, {SANDBOX}, or a URL that starts with https://.",
        )
    return text
