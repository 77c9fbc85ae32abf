"""How costs grow, as a picture: a panel for each cost, with both axes logarithmic and named."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

_WIDTH, _HEIGHT = 600, 400
_LEFT, _RIGHT, _TOP, _BOTTOM = 90, 30, 60, 70
_COLUMNS = 2
_INK, _FAINT, _LINE = "#1f2933", "#d8dee6", "#2f7d6b"
_DOT = 5

Pen = ImageDraw.ImageDraw


@dataclass(frozen=True)
class Panel:
    """One cost: `points` are what it grows with and what it is, both above 0."""

    title: str
    x: str
    y: str
    points: Sequence[tuple[float, float]]


class _Axis:
    """Whole decades around some values, laid over some pixels."""

    def __init__(self, values: Sequence[float], start: int, end: int) -> None:
        self._low = math.floor(math.log10(min(values)) + 1e-9)
        self._high = max(self._low + 1, math.ceil(math.log10(max(values)) - 1e-9))
        self._start, self._end = start, end

    def place(self, value: float) -> float:
        share = (math.log10(value) - self._low) / (self._high - self._low)
        return self._start + share * (self._end - self._start)

    def decades(self) -> list[float]:
        return [10.0**power for power in range(self._low, self._high + 1)]


def draw(panels: Sequence[Panel], path: Path) -> None:
    """Writes the panels, two in a row, as PNG."""
    rows = math.ceil(len(panels) / _COLUMNS)
    picture = Image.new("RGB", (_WIDTH * _COLUMNS, _HEIGHT * rows), "white")
    for index, panel in enumerate(panels):
        row, column = divmod(index, _COLUMNS)
        picture.paste(_drawn(panel), (column * _WIDTH, row * _HEIGHT))
    picture.save(path, optimize=True)


def _drawn(panel: Panel) -> Image.Image:
    picture = Image.new("RGB", (_WIDTH, _HEIGHT), "white")
    pen = ImageDraw.Draw(picture)
    x = _Axis([point[0] for point in panel.points], _LEFT, _WIDTH - _RIGHT)
    y = _Axis([point[1] for point in panel.points], _HEIGHT - _BOTTOM, _TOP)
    pen.text((_LEFT, 18), panel.title, _INK, ImageFont.load_default(20))
    _grid(pen, x, y)
    pen.text(((_LEFT + _WIDTH - _RIGHT) / 2, _HEIGHT - 14), panel.x, _INK, ImageFont.load_default(16), anchor="mb")
    _write_upwards(picture, panel.y)
    places = [(x.place(across), y.place(up)) for across, up in panel.points]
    pen.line(places, _LINE, 3, joint="curve")
    for left, top in places:
        pen.ellipse((left - _DOT, top - _DOT, left + _DOT, top + _DOT), _LINE)
    return picture


def _grid(pen: Pen, x: _Axis, y: _Axis) -> None:
    font = ImageFont.load_default(14)
    for value in x.decades():
        left = x.place(value)
        pen.line((left, _TOP, left, _HEIGHT - _BOTTOM), _FAINT, 1)
        pen.text((left, _HEIGHT - _BOTTOM + 8), f"{value:,g}", _INK, font, anchor="mt")
    for value in y.decades():
        top = y.place(value)
        pen.line((_LEFT, top, _WIDTH - _RIGHT, top), _FAINT, 1)
        pen.text((_LEFT - 8, top), f"{value:,g}", _INK, font, anchor="rm")


def _write_upwards(picture: Image.Image, text: str) -> None:
    font = ImageFont.load_default(16)
    width = round(font.getlength(text)) + 2
    strip = Image.new("RGB", (width, 24), "white")
    ImageDraw.Draw(strip).text((1, 2), text, _INK, font)
    upwards = strip.rotate(90, expand=True)
    picture.paste(upwards, (10, (_TOP + _HEIGHT - _BOTTOM - width) // 2))
