"""The credits of the sandbox's one user: taken when a task is accepted, refunded when it fails; and a price."""

import math

from .answers import Refusal, RetCode

CREDITS_PER_MEGAPIXEL_STEP = 6


def generation_price(width: int, height: int, steps: int, batch_size: int) -> int:
    """What a generating Action costs: 6 per million pixels, step and picture, rounded up (the real list is unknown)."""
    return math.ceil(width * height / 1_000_000 * steps * CREDITS_PER_MEGAPIXEL_STEP * batch_size)


class CreditBalance:
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

    def refund(self, points: int) -> None:
        """Undoes a `spend` for a task that failed."""
        self.used -= points
