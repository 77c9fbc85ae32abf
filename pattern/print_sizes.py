"""Pixels, centimetres and inches."""

from .errors import PatternRefused

CENTIMETRES_PER_INCH = 2.54
MOST_CENTIMETRES = 100_000
LEAST_DPI, MOST_DPI = 1, 10_000
"""Of a file: less is no print, and cannot be written into each kind of file."""


def refuse_no_size(**sizes: float) -> None:
    """Raises PatternRefused for a length in centimetres, or a `dpi`, that is none; by the id of the node's input."""
    for name, size in sizes.items():
        most = MOST_DPI if name == "dpi" else MOST_CENTIMETRES
        if not 0 <= size <= most:  # nor is NaN
            raise PatternRefused(name, f"{size:g} is outside 0 to {most}.", "Give a number above 0, or 0 for none.")


def print_resolution(width: int, dpi: float, width_cm: float) -> float:
    """Pixels an inch of a print that is `width` pixels wide, from its width on cloth, which wins, or as given."""
    refuse_no_size(dpi=dpi, width_cm=width_cm)
    if not (dpi or width_cm):
        raise PatternRefused("dpi", "0 is no resolution.", "Give dpi, for example 150, or width_cm.")
    found = width / (width_cm / CENTIMETRES_PER_INCH) if width_cm else dpi
    if not LEAST_DPI <= found <= MOST_DPI:
        raise PatternRefused(
            "width_cm" if width_cm else "dpi",
            f"{width} pixels would be printed at {found:g} dpi; {LEAST_DPI} to {MOST_DPI} can be written.",
            "Give another width_cm, or 0 and dpi, for example 150.",
        )
    return found


def pixels(centimetres: float, dpi: float) -> int:
    """The whole number of pixels nearest to a length."""
    return round(centimetres / CENTIMETRES_PER_INCH * dpi)


def centimetres(pixels: int, dpi: float) -> float:
    return pixels / dpi * CENTIMETRES_PER_INCH


def described(width: int, height: int, dpi: float) -> str:
    """A picture's size on cloth, as "17.3 x 17.3 cm (6.83 x 6.83 in) at 150 dpi"."""
    cm = " x ".join(f"{centimetres(side, dpi):.1f}" for side in (width, height))
    inches = " x ".join(f"{side / dpi:.2f}" for side in (width, height))
    return f"{cm} cm ({inches} in) at {dpi:g} dpi"
