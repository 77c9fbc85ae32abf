"""Motifs of prints, drawn with a pen that goes over the edges of a tile and comes in again on the other side."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from PIL import ImageDraw

Polygon = np.ndarray
"""[n, 2]: x, y"""


@dataclass(frozen=True)
class Pen:
    """Draws on a canvas of `size` (width, height) in `inks`; what goes beyond an edge comes in again if it `wraps`."""

    draw: ImageDraw.ImageDraw
    size: tuple[int, int]
    inks: Sequence[str]
    wraps: bool

    @property
    def unit(self) -> float:
        """The shorter side."""
        return min(self.size)

    def ink(self, index: int) -> str:
        return self.inks[index % len(self.inks)]

    def fill(self, polygon: Polygon, ink: str) -> None:
        width, height = self.size
        left, top = np.floor(polygon.min(axis=0) / self.size).astype(int)
        right, bottom = np.floor(polygon.max(axis=0) / self.size).astype(int)
        copies = [(x, y) for x in range(left, right + 1) for y in range(top, bottom + 1)] if self.wraps else [(0, 0)]
        for x, y in copies:
            moved = polygon - (x * width, y * height)
            self.draw.polygon([tuple(corner) for corner in moved], fill=ink)

    def disc(self, x: float, y: float, radius: float, ink: str) -> None:
        self.fill(_petal((x, y), radius, radius, 0, 0), ink)

    def petal(self, x: float, y: float, length: float, width: float, angle: float, ink: str, away: float = 0) -> None:
        """An ellipse of these half axes, `away` from the place in the direction of `angle`."""
        self.fill(_petal((x, y), length, width, angle, away), ink)


def _petal(place: tuple[float, float], length: float, width: float, angle: float, away: float) -> Polygon:
    turn = np.linspace(0, 2 * np.pi, 48, endpoint=False)
    along, across = away + length * np.cos(turn), width * np.sin(turn)
    cos, sin = np.cos(angle), np.sin(angle)
    return np.stack([place[0] + along * cos - across * sin, place[1] + along * sin + across * cos], axis=-1)


def _places(pen: Pen, choice: np.random.Generator, count: tuple[int, int], jitter: float = 0.0, brick: bool = True):
    """x, y, number and step of places in rows, every other one half a step aside; a whole number across and down."""
    across = int(choice.integers(*count))
    width, height = pen.size
    down = max(2, 2 * round(across * height / width / 2))
    step_x, step_y = width / across, height / down
    for row in range(down):
        for column in range(across):
            x = (column + (0.5 if brick and row % 2 else 0.0) + 0.25) * step_x
            y = (row + 0.5) * step_y
            move_x, move_y = choice.uniform(-jitter, jitter, 2) * (step_x, step_y)
            yield x + move_x, y + move_y, row * across + column, min(step_x, step_y)


def dots(pen: Pen, choice: np.random.Generator) -> None:
    radius = choice.uniform(0.15, 0.3)
    for x, y, number, step in _places(pen, choice, (4, 9)):
        pen.disc(x, y, radius * step, pen.ink(number % 3))


def stripes(pen: Pen, choice: np.random.Generator) -> None:
    width, height = pen.size
    count = int(choice.integers(4, 10))
    parts = choice.uniform(0.3, 1, 2 * len(pen.inks))
    edges = np.concatenate([[0], np.cumsum(parts)]) / parts.sum()
    for repeat in range(count):
        for index in range(len(pen.inks)):
            left, right = ((repeat + edge) * width / count for edge in edges[2 * index : 2 * index + 2])
            if round(left) < round(right):
                pen.draw.rectangle((round(left), 0, round(right) - 1, height), fill=pen.ink(index))


def checks(pen: Pen, choice: np.random.Generator) -> None:
    width, height = pen.size
    across = int(choice.integers(4, 9))
    down = max(1, round(across * height / width))
    for row in range(down):
        for column in range(across):
            for index, (share, ink) in enumerate(((0.5, pen.ink(0)), (0.12, pen.ink(1)))):
                x, y = (column + 0.25 * index) * width / across, (row + 0.25 * index) * height / down
                pen.draw.rectangle(
                    (x, row * height / down, x + share * width / across, (row + 1) * height / down), fill=ink
                )
                pen.draw.rectangle(
                    (column * width / across, y, (column + 1) * width / across, y + share * height / down), fill=ink
                )
    for row in range(down):
        for column in range(across):
            x, y = column * width / across, row * height / down
            pen.draw.rectangle((x, y, x + width / across / 2, y + height / down / 2), fill=pen.ink(2))


def flowers(pen: Pen, choice: np.random.Generator) -> None:
    petals = int(choice.integers(5, 9))
    for x, y, number, step in _places(pen, choice, (3, 6), jitter=0.08):
        size = step * choice.uniform(0.26, 0.36)
        turn = choice.uniform(0, 2 * np.pi)
        for side in (0.5, 2.4):
            pen.petal(x, y, 0.55 * size, 0.22 * size, turn + side, pen.ink(1), away=1.25 * size)
        for index in range(petals):
            pen.petal(
                x,
                y,
                0.5 * size,
                0.32 * size,
                turn + 2 * np.pi * index / petals,
                pen.ink(2 * (number % 2)),
                away=0.55 * size,
            )
        pen.disc(x, y, 0.28 * size, pen.ink(1 + 2 * (number % 2)))


def leaves(pen: Pen, choice: np.random.Generator) -> None:
    for x, y, number, step in _places(pen, choice, (3, 6), jitter=0.1):
        angle = choice.uniform(0, 2 * np.pi)
        size = 0.42 * step
        pen.petal(x, y, size, 0.02 * step, angle, pen.ink(number % 3))
        for index in range(-3, 4):
            cos, sin = np.cos(angle), np.sin(angle)
            for side in (-1, 1):
                pen.petal(
                    x + cos * index * size / 4, y + sin * index * size / 4, 0.26 * size, 0.1 * size, angle + side * 0.9,
                    pen.ink(number % 3), away=0.22 * size,
                )  # fmt: skip


def stars(pen: Pen, choice: np.random.Generator) -> None:
    for x, y, number, step in _places(pen, choice, (4, 8), jitter=0.12):
        size, turn = step * choice.uniform(0.2, 0.36), choice.uniform(0, 2 * np.pi)
        angles = turn + np.arange(10) * np.pi / 5
        reach = np.where(np.arange(10) % 2, 0.42, 1) * size
        pen.fill(np.stack([x + reach * np.cos(angles), y + reach * np.sin(angles)], axis=-1), pen.ink(number % 3))


def waves(pen: Pen, choice: np.random.Generator) -> None:
    width, height = pen.size
    count, swings = int(choice.integers(5, 10)), int(choice.integers(3, 7))
    x = np.linspace(0, width, 240)
    for row in range(count):
        middle = (row + 0.5) * height / count
        line = middle + 0.22 * height / count * np.sin(2 * np.pi * swings * x / width + row * np.pi)
        thickness = 0.16 * height / count
        pen.fill(
            np.concatenate([np.stack([x, line - thickness], -1), np.stack([x, line + thickness], -1)[::-1]]),
            pen.ink(row % 3),
        )


def fans(pen: Pen, choice: np.random.Generator) -> None:
    across = int(choice.integers(3, 6))
    width, height = pen.size
    rows = max(2, 2 * round(across * height / width))
    radius = width / across / 2
    for row in range(-1, rows + 3):
        for column in range(-1, across + 1):
            x, y = (column + 0.5 + (row % 2) / 2) * width / across, row * height / rows
            number = (row % rows) * across + column % across
            for index, share in enumerate((1.0, 0.78, 0.55, 0.32)):
                pen.draw.ellipse(
                    (x - share * radius, y - share * radius, x + share * radius, y + share * radius),
                    fill=pen.ink(index % 3 + number),
                )


def diamonds(pen: Pen, choice: np.random.Generator) -> None:
    for x, y, number, step in _places(pen, choice, (4, 8)):
        for index, share in enumerate((0.5, 0.36, 0.2)):
            reach = share * step
            corners = np.array([(x, y - reach), (x + reach, y), (x, y + reach), (x - reach, y)])
            pen.fill(corners, pen.ink(index + number % 2))


def hearts(pen: Pen, choice: np.random.Generator) -> None:
    turn = np.linspace(0, 2 * np.pi, 60, endpoint=False)
    shape = (
        np.stack(
            [
                16 * np.sin(turn) ** 3,
                -(13 * np.cos(turn) - 5 * np.cos(2 * turn) - 2 * np.cos(3 * turn) - np.cos(4 * turn)),
            ],
            -1,
        )
        / 17
    )
    for x, y, number, step in _places(pen, choice, (4, 7), jitter=0.06):
        pen.fill((x, y) + shape * step * choice.uniform(0.2, 0.34), pen.ink(number % 3))


DRAWN: dict[str, Callable[[Pen, np.random.Generator], None]] = {
    "dot": dots,
    "stripe": stripes,
    "check": checks,
    "flower": flowers,
    "leaf": leaves,
    "star": stars,
    "wave": waves,
    "fan": fans,
    "diamond": diamonds,
    "heart": hearts,
}
"""By the motif's name: draws it all over the canvas."""
