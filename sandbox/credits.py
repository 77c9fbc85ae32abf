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

    def spend(self, credits: int) -> None:
        """Takes `credits`, or refuses with what is left."""
        left = self.total - self.used
        if credits > left:
            raise Refusal(RetCode.CREDITS_SHORT, f"Insufficient credits: this task needs {credits}, {left} are left")
        self.used += credits

    def refund(self, credits: int) -> None:
        """Undoes a `spend` for a task that failed."""
        self.used -= credits
