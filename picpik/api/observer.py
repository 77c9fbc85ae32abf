"""Who looks on at calls and learns of the service. The client tells; what is made of it is the observer's business."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .account import Account
from .errors import HttpRefused


class Observer:
    """This one learns nothing. Called from the client's event loop: what blocks is to be done elsewhere.

    It is told nothing of a sandbox that runs inside ComfyUI, which is no real service. What it is told holds keys,
    prompts, TaskUIDs and signed URLs: nothing of that may be kept.
    """

    def calling(self, account: Account, params: Mapping[str, Any]) -> None:
        """A call is about to be made. `params` as the Action gives them, images among them; not signed yet."""

    def answered(self, account: Account, params: Mapping[str, Any], answer: Mapping[str, Any]) -> None:
        """The API's JSON came, be it a refusal."""

    def refused(self, account: Account, params: Mapping[str, Any], error: HttpRefused) -> None:
        """An HTTP status came instead."""

    def downloaded(self, account: Account, url: str, content: bytes) -> None:
        """A result is here."""

    def clock_told(self, account: Account, offset: float) -> None:
        """The service's clock minus ours, in seconds."""
