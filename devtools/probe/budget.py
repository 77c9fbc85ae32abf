"""What tasks cost, and when to stop. No price list is published."""

import math
from collections.abc import Callable, Mapping
from typing import Any

CREDITS_PER_MEGAPIXEL_STEP = 6
"""The one price that any page hints at: "6 points/million pixels/step"."""

_STEPS = 10
_STEPS_OF_PROCESSING = 2
_SMALLEST = 64


class CapReached(Exception):
    """The next task might cost more than is left."""


class Budget:
    """Of one probe, over all its runs: `spent` says how much it has spent so far."""

    def __init__(self, cap: int, spent: Callable[[], int]) -> None:
        self.cap = cap
        self._spent = spent
        self._factors = {True: 1.0, False: 1.0}

    def estimate(self, params: Mapping[str, Any]) -> int:
        """Credits that the task may cost, by its size and by the dearest of its kind that was seen so far."""
        return math.ceil(_guess(params) * self._factors[_generates(params)])

    def require(self, params: Mapping[str, Any]) -> int:
        """The estimate. Raises CapReached where it is more than is left."""
        estimate, left = self.estimate(params), self.cap - self._spent()
        if estimate > left:
            raise CapReached(f"it may cost {estimate} credits, and {left} of {self.cap} are left")
        return estimate

    def seen(self, params: Mapping[str, Any], credits: int) -> None:
        """What such a task has cost."""
        kind = _generates(params)
        self._factors[kind] = max(self._factors[kind], credits / _guess(params))


def _guess(params: Mapping[str, Any]) -> int:
    steps = _STEPS if _generates(params) else _STEPS_OF_PROCESSING
    pixels = params.get("Width", _SMALLEST) * params.get("Height", _SMALLEST)
    return math.ceil(pixels / 1_000_000 * steps * CREDITS_PER_MEGAPIXEL_STEP)


def _generates(params: Mapping[str, Any]) -> bool:
    return "MainModel" in params
