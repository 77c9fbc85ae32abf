"""Whether what is paid survives the end of ComfyUI."""

from __future__ import annotations

import logging

_log = logging.getLogger("picpik")


class Durability:
    """Whether what is paid is remembered on disk. Said once, whatever else fails after that."""

    def __init__(self) -> None:
        self.warning: str | None = None

    def lost(self, reason: str) -> None:
        if self.warning is None:
            self.warning = reason
            _log.warning("%s", reason)
