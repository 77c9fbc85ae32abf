"""The results as a picture: for each stage the processor time as a share of the peer's, and the target on its bar."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

_WIDTH, _ROW, _TOP, _BOTTOM = 1200, 34, 100, 60
_LABELS, _BARS, _END, _VALUES = 30, 430, 1000, 1060
_INK, _FAINT, _MET, _NOT_MET, _TARGET = "#1f2933", "#d8dee6", "#2f7d6b", "#c2552d", "#1f2933"


@dataclass(frozen=True)
class Bar:
    """One line: `ratio` to the peer, 1 being as much as the peer; a target, or None where none was set."""

    label: str
    ratio: float
    target: float | None


def draw(bars: Sequence[Bar], title: str, path: Path) -> None:
    """Writes the chart as PNG."""
    height = _TOP + _ROW * len(bars) + _BOTTOM
    picture = Image.new("RGB", (_WIDTH, height), "white")
    pen = ImageDraw.Draw(picture)
    pen.text((_LABELS, 24), title, _INK, ImageFont.load_default(24))
    _scale(pen, height)
    for index, bar in enumerate(bars):
        _bar(pen, bar, _TOP + _ROW * index)
    picture.save(path, optimize=True)


def _scale(pen: ImageDraw.ImageDraw, height: int) -> None:
    font = ImageFont.load_default(15)
    for tenth in range(0, 11, 2):
        x = _x(tenth / 10)
        pen.line((x, _TOP - 8, x, height - _BOTTOM + 4), _FAINT, 1)
        pen.text((x, _TOP - 14), "peer" if tenth == 10 else f"{tenth / 10:g}", _INK, font, anchor="mb")
    foot = "share of the peer's cost; shorter is better; the black mark is the target"
    pen.text((_BARS, height - _BOTTOM + 20), foot, _INK, font)


def _bar(pen: ImageDraw.ImageDraw, bar: Bar, top: int) -> None:
    font = ImageFont.load_default(17)
    middle = top + _ROW // 2
    is_met = bar.target is None or bar.ratio <= bar.target
    colour = _MET if is_met else _NOT_MET
    pen.text((_BARS - 14, middle), bar.label, _INK, font, anchor="rm")
    pen.rectangle((_BARS, top + 6, max(_BARS + 1, _x(min(bar.ratio, 1.05))), top + _ROW - 6), colour)
    if bar.target is not None:
        x = _x(bar.target)
        pen.line((x, top + 2, x, top + _ROW - 2), _TARGET, 3)
    pen.text((_VALUES, middle), f"{bar.ratio:.2f}" + ("" if is_met else "  not met"), colour, font, anchor="lm")


def _x(share: float) -> int:
    return round(_BARS + share * (_END - _BARS))
