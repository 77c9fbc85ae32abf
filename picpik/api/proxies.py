"""Which proxy a call goes through: the account's own, or one of the environment's. No message tells its address.

Both `socks5` and `socks5h` have the proxy resolve names: httpx knows no other way.
"""

from __future__ import annotations

import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from .account import Account
from .errors import NotConfigured

_SCHEMES = ("http", "https", "socks5", "socks5h")

_HOW_TO_WRITE_IT = (
    "Write it as http://host:port, https://host:port, socks5://host:port or socks5h://host:port, in Settings > PICPIK "
    "or in HTTPS_PROXY or ALL_PROXY of the environment."
)


@dataclass(frozen=True)
class Proxies:
    """The proxies of one account: its own one, and by URL scheme those of the environment, with `no` and `all`."""

    own: str | None = field(default=None, repr=False)
    environment: Mapping[str, str] = field(default_factory=dict, repr=False)

    @classmethod
    def of(cls, account: Account) -> Proxies:
        """Those of this moment."""
        # a proxy of the environment cannot reach this computer's own loopback
        return cls(account.proxy, {} if account.is_loopback else urllib.request.getproxies())

    def to(self, scheme: str, host: str) -> str | None:
        """The proxy for URLs of this scheme and host, or None for the direct way; ALL_PROXY is for what has no other.

        Raises NotConfigured where it can be none.
        """
        if self.own:
            return _usable(self.own)
        found = self.environment.get(scheme) or self.environment.get("all")
        if not found or self._is_excepted(host):
            return None
        return _usable(found if "://" in found else f"http://{found}")

    def _is_excepted(self, host: str) -> bool:
        """By NO_PROXY: names of hosts, and of domains with all that is in them."""
        names = [name.strip().strip("[]").lstrip(".").lower() for name in self.environment.get("no", "").split(",")]
        return any(name in ("*", host) or host.endswith(f".{name}") for name in names if name)


def check_proxy(address: str) -> None:
    """Raises NotConfigured where no call can go through it."""
    _usable(address)


def _usable(address: str) -> str:
    """The address as every httpx takes it: older ones do not know that socks5h is what they do with socks5."""
    if not _is_address(address):
        raise NotConfigured("The proxy is not an address.", _HOW_TO_WRITE_IT)
    scheme, _, place = address.partition("://")
    scheme = scheme.lower()
    if scheme not in _SCHEMES:
        raise NotConfigured(f'A proxy of the kind "{scheme}" cannot be used.', _HOW_TO_WRITE_IT)
    return f"{'socks5' if scheme == 'socks5h' else scheme}://{place}"


def _is_address(text: str) -> bool:
    try:
        parts = urlsplit(text)
        return bool(parts.scheme and parts.hostname) and parts.port != 0
    except ValueError:  # of a bracket that is not closed, or a port that is no number
        return False
