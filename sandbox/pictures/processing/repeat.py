"""Finding the repeat of a print: the two steps after which the picture looks the same again."""

from dataclasses import dataclass

import numpy as np

from .float_images import FloatImage, blurred, grid, resized

_ANALYSED = 384
_SHORTEST = 10
_LONGEST_SHARE = 0.6
_WEDGE = np.tan(np.radians(18))
_LEAST_LIKENESS = 0.16
_AS_GOOD_AS_THE_BEST = 0.72


@dataclass(frozen=True)
class Repeat:
    """One step across and one step down, each (x, y) in pixels of the picture; `likeness` is their correlation."""

    across: tuple[float, float]
    down: tuple[float, float]
    likeness: float

    @property
    def matrix(self) -> np.ndarray:
        """[2, 2], columns are the steps: lattice coordinates in repeats to places in pixels."""
        return np.array([self.across, self.down], np.float64).T

    @property
    def lengths(self) -> tuple[float, float]:
        """Pixels of one step across and of one step down."""
        return float(np.hypot(*self.across)), float(np.hypot(*self.down))

    def scaled(self, factor: float) -> "Repeat":
        """The same in a picture `factor` times as large."""
        (ax, ay), (dx, dy) = self.across, self.down
        return Repeat((ax * factor, ay * factor), (dx * factor, dy * factor), self.likeness)


def find_repeat(picture: FloatImage) -> Repeat | None:
    """The smallest repeat of a picture [H, W, 3] that is about upright; None when nothing repeats."""
    height, width = picture.shape[:2]
    factor = min(1.0, _ANALYSED / max(height, width, 1))
    columns, rows = round(width * factor), round(height * factor)
    if min(columns, rows) < 3 * _SHORTEST:
        return None
    likeness = _autocorrelation(resized(picture, columns, rows))
    across = _step(likeness, upright=False)
    down = _step(likeness, upright=True)
    if across is None or down is None:
        return None
    return Repeat(across[0], down[0], min(across[1], down[1])).scaled(1 / factor)


def _autocorrelation(picture: FloatImage) -> FloatImage:
    """[2h-1, 2w-1], 1 at its centre: how like the picture is to itself, moved; far moves, with little overlap, fade."""
    height, width = picture.shape[:2]
    detail = picture - np.stack(
        [blurred(np.ascontiguousarray(picture[..., c]), 0.25 * min(height, width)) for c in range(3)], -1
    )
    detail -= detail.mean(axis=(0, 1))
    shape = (2 * height, 2 * width)
    power = sum(np.abs(np.fft.rfft2(detail[..., channel], shape)) ** 2 for channel in range(3))
    raw = np.fft.fftshift(np.fft.irfft2(power, shape))[1:, 1:]
    overlap = np.outer(_overlaps(height), _overlaps(width))
    fair = raw / np.maximum(overlap, 0.2 * height * width)
    return (fair / max(fair[height - 1, width - 1], 1e-9)).astype(np.float32)


def _overlaps(length: int) -> np.ndarray:
    return length - np.abs(np.arange(1 - length, length))


def _step(likeness: FloatImage, *, upright: bool) -> tuple[tuple[float, float], float] | None:
    """The shortest good step in the wedge to the right, or downwards, and its likeness."""
    image = likeness.T if upright else likeness
    middle, start = image.shape[0] // 2, image.shape[1] // 2
    half = image[:, start:]
    along, aside = grid(*half.shape)
    near = (along >= _SHORTEST) & (along <= _LONGEST_SHARE * half.shape[1])
    peaks = np.argwhere(near & (np.abs(aside - middle) <= _WEDGE * along) & _is_peak(half))
    heights = half[tuple(peaks.T)]
    best = float(heights.max(initial=0))
    if best < _LEAST_LIKENESS:
        return None
    good = peaks[heights >= _AS_GOOD_AS_THE_BEST * best]
    row, column = min(good, key=lambda peak: np.hypot(peak[0] - middle, peak[1]))
    away = float(row + _vertex(half[:, column], row) - middle)
    far = float(column + _vertex(half[row], column))
    return ((away, far) if upright else (far, away)), float(half[row, column])


def _is_peak(image: FloatImage) -> np.ndarray:
    """Where no neighbour within two pixels is higher."""
    return image >= _highest_above_and_below(_highest_above_and_below(image).T).T


def _highest_above_and_below(image: FloatImage) -> FloatImage:
    highest = image.copy()
    for away in (1, 2):
        np.maximum(highest[away:], image[:-away], out=highest[away:])
        np.maximum(highest[:-away], image[away:], out=highest[:-away])
    return highest


def _vertex(line: FloatImage, place: int) -> float:
    """Where the parabola through a peak and its two neighbours has its top, in -0.5..0.5 from the peak."""
    if not 0 < place < len(line) - 1:
        return 0.0
    before, at, after = (float(line[place + offset]) for offset in (-1, 0, 1))
    bend = before - 2 * at + after
    return 0.0 if bend >= 0 else float(np.clip(0.5 * (before - after) / bend, -0.5, 0.5))
