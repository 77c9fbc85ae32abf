"""The credits of the sandbox's one user: taken when a task is accepted, refunded when it fails; and a price."""

import math

from .answers import Refusal, RetCode

CREDITS_PER_MEGAPIXEL_STEP = 6


def generation_price(width: int, height: int, steps: int, batch_size: int) -> int:
    """What a generating Action costs: 6 per million pixels, step and picture, rounded up (the real list is unknown)."""
    return math.ceil(width * height / 1_000_000 * steps * CREDITS_PER_MEGAPIXEL_STEP * batch_size)


def processing_price(width: int, height: int) -> int:
    """What a picture of this size costs that is made of another one: as much as 2 steps of generating it."""
    return generation_price(width, height, 2, 1)


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
