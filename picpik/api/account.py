"""Whom calls are made for, and where. Where it comes from is no business of this room."""

from __future__ import annotations

import hashlib
import ipaddress
from dataclasses import dataclass, field
from functools import cached_property
from urllib.parse import urlsplit

from .assumptions import ASSUMED, Assumptions

_SANDBOX = "sandbox-"


@dataclass(frozen=True)
class Account:
    """`endpoint` is a URL. `proxy` is a URL, or None for what the environment says. In a sandbox nothing is paid.

    `assumptions` are what is assumed of the service behind the endpoint.
    """

    endpoint: str
    public_key: str = field(repr=False)
    private_key: str = field(repr=False)
    proxy: str | None = field(default=None, repr=False)
    is_sandbox: bool = False
    assumptions: Assumptions = field(default=ASSUMED, repr=False)

    @cached_property
    def identity(self) -> str:
        """Names endpoint and PublicKey without telling them, and tells a sandbox, which has another port each time."""
        digest = hashlib.sha256(f"{self.endpoint}\n{self.public_key}".encode()).hexdigest()[:16]
        return f"{_SANDBOX}{digest}" if self.is_sandbox else digest

    @cached_property
    def host(self) -> str:
        """For messages."""
        return urlsplit(self.endpoint).hostname or self.endpoint

    @property
    def is_loopback(self) -> bool:
        try:
            return self.host == "localhost" or ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return False


def is_of_sandbox(identity: str) -> bool:
    """Was nothing paid for what this account has made?"""
    return identity.startswith(_SANDBOX)
