"""Clocks that are not the system's."""

from __future__ import annotations

from comfyui_picpik.picpik.api import Clock


class SetClock(Clock):
    """A computer's clock that somebody sets `ahead` seconds."""

    def __init__(self) -> None:
        self.ahead = 0.0

    def time(self) -> float:
        return super().time() + self.ahead
