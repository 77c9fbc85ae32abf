"""One clean repeat of a print out of many repeats on folded cloth.

The print is taken to be one tile, repeated; folds have moved and shaded it. In turns, the tile is the median of all
repeats, the light is what the tile does not explain, and the drift is where each place fits the tile best.
"""

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from .float_images import FloatImage, blurred, grid, luminance, resized, sampled, sampled_wrapped
from .repeat import Repeat
from .tiling import faded_into_itself

Cell = tuple[int, int]

_WORKED_ON = 320
_BLURS = (6.0, 5.0, 4.0, 3.5, 3.0, 2.5, 2.0, 1.5, 1.0)
"""Pixels by which picture and tile are blurred in each turn: far moves first, then fine ones."""
_TURNS_BEFORE_LIGHT = 2
_WINDOW = 6.0
_SMOOTHNESS = 3.0
_LONGEST_MOVE = 4.0
_LIGHT_DETAIL = 0.08
"""Of a repeat's length: how fine the light is that the tile may explain away."""
_FADE = 0.1
"""Of a repeat's length: how much of what follows the tile is faded into its beginning."""
_LEAST_FIT = 0.45
_CELLS_JUDGED = 9
_LEAST_SEEN = 0.25
"""Of a cell, for its being judged."""
_FEWEST_ALIKE = 3
_ALIKE, _ALIKE_ON_GROUND = 0.93, 0.88
"""Correlation of the fine detail of repeats."""
_FINE_DETAIL = 0.04
"""Of a repeat's length."""
_LEAST_DETAIL = 0.67
"""Of a picture's edges: what a tile must have of them, or the median has blotted them out."""
_CELLS_COMPARED, _CELLS_SHOWN = 16, 6
_DRIFT_READ_AT = 48
_COARSE = 3
"""Every how many pixels layers are compared."""
_STRANGER_SIZE = 0.06
_STRANGE = 1.15


@dataclass(frozen=True)
class Cloth:
    """A picture of printed cloth, and how its print lies in it."""

    picture: FloatImage
    """[H, W, 3]"""
    light: FloatImage
    """[H, W], 1 where it is well lit"""
    repeat: Repeat
    drift: FloatImage
    """[H, W, 2]: pixels in x and y from where a place is to where it would be without folds"""
    cells: tuple[Cell, ...]
    """Repeats in the picture, as steps across and down; the most complete ones first."""

    @cached_property
    def flat(self) -> FloatImage:
        """[H, W, 3], the picture in even light."""
        return self.picture / self.light[..., None]

    def tile(self, width: int, height: int, cells: tuple[Cell, ...], *, rough: bool = False) -> FloatImage:
        """One repeat [height, width, 3], the median of `cells`; its opposite edges continue each other.

        `rough` keeps what lies in the way of the print in some cells, as it must before they are straight.
        """
        tail_x, tail_y = round(_FADE * width), round(_FADE * height)
        layers = np.stack([self.seen(cell, width, height, tail_x, tail_y) for cell in cells])
        whole = _median(layers if rough else _without_strangers(layers))
        return faded_into_itself(faded_into_itself(whole, tail_x, axis=1), tail_y, axis=0)

    def seen(self, cell: Cell, width: int, height: int, tail_x: int = 0, tail_y: int = 0) -> FloatImage:
        """One repeat and a tail of the next ones, straightened; nan where it is not seen."""
        goal = self._goals(cell, *grid(height + tail_y, width + tail_x), width, height)
        place = goal - resized(self._drift_at(cell, width, height, tail_x, tail_y), width + tail_x, height + tail_y)
        x, y = place[..., 0], place[..., 1]
        rows, columns = self.light.shape
        found = sampled(self.flat, x, y)
        found[(x < 0) | (y < 0) | (x > columns - 1) | (y > rows - 1)] = np.nan
        return found

    def _goals(self, cell: Cell, x: FloatImage, y: FloatImage, width: int, height: int) -> FloatImage:
        """Where a cell's pixels x, y would lie in the picture if there were no folds."""
        steps = np.stack([x / width + cell[0], y / height + cell[1]], axis=-1)
        return steps @ self.repeat.matrix.T.astype(np.float32)

    def _drift_at(self, cell: Cell, width: int, height: int, tail_x: int, tail_y: int) -> FloatImage:
        """The drift of a cell's pixels, at every few of them: it changes slowly."""
        columns, rows = min(width + tail_x, _DRIFT_READ_AT), min(height + tail_y, _DRIFT_READ_AT)
        x, y = grid(rows, columns)
        step_x, step_y = (width + tail_x) / columns, (height + tail_y) / rows
        goal = self._goals(cell, (x + 0.5) * step_x - 0.5, (y + 0.5) * step_y - 0.5, width, height).astype(np.float32)
        drift = sampled(self.drift, goal[..., 0], goal[..., 1])
        place = goal - drift
        return sampled(self.drift, place[..., 0], place[..., 1])

    def shown(self, tile: FloatImage) -> FloatImage:
        """[H, W, 3]: what `flat` would be if the tile were the whole truth."""
        x, y = grid(*self.picture.shape[:2])
        place = np.stack([x, y], axis=-1) + self.drift
        steps = place @ np.linalg.inv(self.repeat.matrix).T.astype(np.float32)
        return sampled_wrapped(tile, steps[..., 0] * tile.shape[1], steps[..., 1] * tile.shape[0])

    def in_picture(self, picture: FloatImage) -> "Cloth":
        """The same cloth in another size of its picture."""
        height, width = picture.shape[:2]
        factor = width / self.picture.shape[1]
        return Cloth(
            picture,
            resized(self.light, width, height),
            self.repeat.scaled(factor),
            resized(self.drift, width, height) * np.float32(factor),
            self.cells,
        )


def unfold(picture: FloatImage, light: FloatImage, repeat: Repeat, *, on_ground: bool) -> Cloth | None:
    """The cloth in a picture [H, W, 3], its light and repeat being roughly known; None when no tile explains it.

    `on_ground` says that it shows things on an even ground, as prints do; of others more likeness is asked.
    """
    height, width = picture.shape[:2]
    factor = min(1.0, _WORKED_ON / max(height, width))
    columns, rows = max(1, round(width * factor)), max(1, round(height * factor))
    rough = repeat.scaled(columns / width)
    cloth = Cloth(
        resized(picture, columns, rows),
        resized(light, columns, rows),
        rough,
        np.zeros((rows, columns, 2), np.float32),
        _all_cells(rough, columns, rows),
    )
    cloth, tile = _straightened(_most_complete(cloth, _CELLS_COMPARED))
    if _fit(cloth.flat, cloth.shown(tile)) < _LEAST_FIT:
        return None
    cloth = _those_alike(_most_complete(cloth, _CELLS_JUDGED), _ALIKE_ON_GROUND if on_ground else _ALIKE)
    if cloth is None:
        return None
    cloth = replace(cloth, cells=cloth.cells[:_CELLS_SHOWN])
    return cloth.in_picture(picture) if keeps_detail(cloth, cloth.flat) else None


def keeps_detail(cloth: Cloth, flat: FloatImage) -> bool:
    """Whether one tile has a picture's edges, upright ones and level ones: of a wall it may show but one kind."""
    columns, rows = (max(2, round(length)) for length in cloth.repeat.lengths)
    tile = cloth.tile(columns, rows, cloth.cells)
    return all(_edges(tile, axis) >= _LEAST_DETAIL * _edges(flat, axis) for axis in (0, 1))


def _straightened(cloth: Cloth) -> tuple[Cloth, FloatImage]:
    """The cloth with its light and drift found, and its tile."""
    columns, rows = (max(1, round(length)) for length in cloth.repeat.lengths)
    sigma = _LIGHT_DETAIL * min(cloth.repeat.lengths)
    tile = cloth.tile(columns, rows, cloth.cells, rough=True)
    for turn, blur in enumerate(_BLURS):
        if turn >= _TURNS_BEFORE_LIGHT:
            cloth = replace(cloth, light=cloth.light * _unexplained(cloth.flat, cloth.shown(tile), sigma))
        cloth = replace(cloth, drift=_followed(cloth, tile, blur))
        tile = cloth.tile(columns, rows, cloth.cells, rough=True)
    return cloth, tile


def _unexplained(flat: FloatImage, shown: FloatImage, sigma: float) -> FloatImage:
    """[H, W], about 1: the light that the tile leaves unexplained."""
    ratio = blurred(luminance(flat), sigma) / np.maximum(blurred(luminance(shown), sigma), 0.02)
    return np.clip(ratio / np.median(ratio), 0.7, 1.4).astype(np.float32)


def _followed(cloth: Cloth, tile: FloatImage, blur: float) -> FloatImage:
    """The drift after one step of Lucas and Kanade's method: each place moved to where the tile fits better."""
    flat, shown = blurred(cloth.flat, blur), blurred(cloth.shown(tile), blur)
    down, across = np.gradient(shown, axis=(0, 1))
    miss = flat - shown
    products = np.stack([across * across, down * down, across * down, across * miss, down * miss], axis=-1).sum(axis=2)
    xx, yy, xy, ex, ey = np.moveaxis(blurred(products, _WINDOW), -1, 0)
    firm = 0.02 * float((xx + yy).mean()) + 1e-7
    xx, yy = xx + firm, yy + firm
    move = np.stack([yy * ex - xy * ey, xx * ey - xy * ex], axis=-1) / (xx * yy - xy * xy)[..., None]
    return blurred(cloth.drift + np.clip(move, -_LONGEST_MOVE, _LONGEST_MOVE), _SMOOTHNESS)


def _fit(flat: FloatImage, shown: FloatImage) -> float:
    """The share, up to 1, of the picture's detail that the tile explains."""
    detail = np.abs(flat - np.median(flat, axis=(0, 1))).mean()
    return float(1 - np.abs(flat - shown).mean() / max(detail, 1e-6))


def _those_alike(cloth: Cloth, least: float) -> Cloth | None:
    """The cloth with those cells whose fine detail is that of the others; None when they are too few.

    Any picture can be moved until some tile explains its forms, but not until it explains its detail.
    """
    columns, rows = (max(1, round(length)) for length in cloth.repeat.lengths)
    layers = {cell: cloth.seen(cell, columns, rows) for cell in cloth.cells}
    judged = {cell: layer for cell, layer in layers.items() if np.isfinite(layer).mean() > _LEAST_SEEN}
    while len(judged) >= _FEWEST_ALIKE:
        likeness = {
            cell: _correlation(layer, _median(np.stack([judged[other] for other in judged if other != cell])))
            for cell, layer in judged.items()
        }
        strangest = min(likeness, key=lambda cell: likeness[cell])
        if likeness[strangest] >= least:
            return replace(cloth, cells=tuple(cell for cell in cloth.cells if cell in layers))
        del judged[strangest], layers[strangest]
    return None


def _edges(picture: FloatImage, axis: int) -> float:
    """Mean difference of neighbours along an axis, finest texture aside."""
    return float(np.abs(np.diff(blurred(luminance(picture), 1), axis=axis)).mean())


def _correlation(one: FloatImage, other: FloatImage) -> float:
    """Of the detail of two pictures where both show anything."""
    seen = ~np.isnan(one[..., 0]) & ~np.isnan(other[..., 0])
    sigma = _FINE_DETAIL * min(seen.shape)
    weight = blurred(seen.astype(np.float32), sigma)[..., None] + 1e-6
    details = []
    for picture in (one, other):
        shown = np.where(seen[..., None], picture, 0)
        details.append((shown - blurred(shown, sigma) / weight)[seen])
    one, other = details
    return float((one * other).sum() / np.sqrt((one**2).sum() * (other**2).sum() + 1e-12))


def _all_cells(repeat: Repeat, width: int, height: int) -> tuple[Cell, ...]:
    """Every repeat that touches a picture of this size."""
    corners = np.linalg.inv(repeat.matrix) @ np.array([[0, width, 0, width], [0, 0, height, height]])
    first, end = np.floor(corners.min(axis=1)).astype(int), np.ceil(corners.max(axis=1)).astype(int)
    return tuple((i, j) for j in range(first[1], end[1]) for i in range(first[0], end[0]))


def _most_complete(cloth: Cloth, count: int) -> Cloth:
    """The cloth with those cells of which most lies in the picture."""
    hidden = {cell: float(np.isnan(cloth.seen(cell, 24, 24)).mean()) for cell in cloth.cells}
    return replace(cloth, cells=tuple(sorted(cloth.cells, key=lambda cell: hidden[cell])[:count]))


def _without_strangers(layers: FloatImage) -> FloatImage:
    """Layers [n, h, w, 3] with nan where one is unlike the median, and most are not: it shows something else there."""
    coarse = layers[:, ::_COARSE, ::_COARSE]
    miss = np.abs(coarse - _median(coarse)).sum(axis=-1)
    absent = np.isnan(miss)
    sigma = _STRANGER_SIZE * min(miss.shape[1:])
    miss = np.stack([blurred(layer, sigma) for layer in np.nan_to_num(miss)])
    miss[absent] = np.nan
    strange = miss > _STRANGE * _median(miss[..., None])[..., 0]
    strange = strange.repeat(_COARSE, axis=1).repeat(_COARSE, axis=2)[:, : layers.shape[1], : layers.shape[2]]
    layers[strange] = np.nan
    return layers


def _median(layers: FloatImage) -> FloatImage:
    """Over the first axis, without the nans; where there is nothing else, the mean of everything."""
    counts = (~np.isnan(layers[..., :1])).sum(axis=0)
    ordered = np.sort(layers, axis=0)  # nan last
    middle = [
        np.take_along_axis(ordered, np.maximum(place, 0)[None], axis=0)[0] for place in ((counts - 1) // 2, counts // 2)
    ]
    middle[1] = np.where(counts % 2 == 0, middle[1], middle[0])
    result = (middle[0] + middle[1]) / 2
    return result if counts.all() else np.where(counts > 0, result, np.nanmean(layers)).astype(np.float32)
