"""Sizes in whole pixels: what fits where, and how large a result is asked for."""

from .errors import ImageRefused

Size = tuple[int, int]
"""Width and height."""

SMALLEST_SIDE = 64
LARGEST_SIDE = 2560


def fit_inside(width: int, height: int, largest: int) -> tuple[int, int]:
    """The size with its long side brought inside `largest`, proportions kept, no side below 1; unchanged if it fits."""
    scale = min(1.0, largest / max(width, height))
    return max(1, round(width * scale)), max(1, round(height * scale))


def output_size(
    width: int, height: int, raw_width: int, raw_height: int, default: str | int = "raw"
) -> tuple[tuple[int, int], tuple[str, ...]]:
    """The size of the result, and a note where it is not what was asked for.

    A side is 64 to 2560 pixels, or 0. With a number as `default`, a side of 0 is that number. With "raw", two sides
    of 0 take the size of the raw picture, and one side of 0 follows the other in the proportions of the raw picture;
    what then leaves 64..2560 is brought inside, proportions kept where both sides allow it. Other values raise
    ImageRefused.
    """
    for name, side in (("width", width), ("height", height)):
        if side != 0 and not SMALLEST_SIDE <= side <= LARGEST_SIDE:
            raise ImageRefused(
                name,
                f"{side} is outside {SMALLEST_SIDE}..{LARGEST_SIDE} pixels.",
                f"Set {name} to a value from {SMALLEST_SIDE} to {LARGEST_SIDE}, or to 0 for the default size.",
            )
    if width and height:
        return (width, height), ()
    if isinstance(default, int):
        return (width or default, height or default), ()
    wanted = _completed(width, height, raw_width / raw_height) if width or height else (raw_width, raw_height)
    return _brought_inside(*wanted)


def _completed(width: int, height: int, proportions: float) -> tuple[float, float]:
    return (width, width / proportions) if width else (height * proportions, height)


def _brought_inside(width: float, height: float) -> tuple[tuple[int, int], tuple[str, ...]]:
    scale = min(1.0, LARGEST_SIDE / max(width, height))
    scale = max(scale, SMALLEST_SIDE / min(width, height))
    size = _limited(width * scale), _limited(height * scale)
    if size == (round(width), round(height)):
        return size, ()
    changed = round(max(width, height) * scale) > LARGEST_SIDE
    return size, (
        f"width, height: {width:.0f} x {height:.0f} was brought inside {SMALLEST_SIDE}..{LARGEST_SIDE}: "
        f"{size[0]} x {size[1]}{', which changes the proportions' if changed else ''}",
    )


def _limited(side: float) -> int:
    return min(LARGEST_SIDE, max(SMALLEST_SIDE, round(side)))
