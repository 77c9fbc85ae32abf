"""The credits of the sandbox's one user: counted when a task is accepted, given back when it fails."""

import math

from .answers import Refusal, RetCode

CREDITS_PER_MEGAPIXEL_STEP = 6


def price(width: int, height: int, steps: int, batch_size: int) -> int:
    """Credits for one task: 6 for each million pixels, step and picture, rounded up (the real list is unknown)."""
    return math.ceil(width * height / 1_000_000 * steps * CREDITS_PER_MEGAPIXEL_STEP * batch_size)


class Purse:
    """`total` was bought, `used` is spent; the difference is left."""

    def __init__(self, total: int) -> None:
        self.total = total
        self.used = 0

    def spend(self, points: int) -> None:
        """Takes `points`, or refuses with what is left."""
        left = self.total - self.used
        if points > left:
            raise Refusal(RetCode.CREDITS_SHORT, f"Insufficient credits: this task needs {points}, {left} are left")
        self.used += points

    def give_back(self, points: int) -> None:
        """Undoes a `spend` for a task that failed."""
        self.used -= points
