"""One tile, cut out of a print whose lattice is known."""

from __future__ import annotations

import itertools

import numpy as np
from scipy import ndimage

from .lattices import Repeat
from .layouts import Layout
from .straightening import Light, View

_MARGIN = 0.08
"""Of a tile's side: in this far to both sides of an edge one copy goes over into the next."""
_PLACES = 9
"""Cuts along a side that are tried."""
_COPY = 24
"""Pixels a side in which copies are compared."""


def size_of(repeat: Repeat) -> tuple[int, int]:
    """Width and height in whole pixels of a straightened tile; what is dropped by n/m of it is divided by m."""
    kind, parts = repeat.layout.kind, repeat.layout.drop.denominator
    width, height = (float(np.hypot(*side)) for side in (repeat.across, repeat.down))
    return (
        _whole(width, parts if kind == "half-brick" else 1),
        _whole(height, parts if kind == "half-drop" else 1),
    )


def _whole(length: float, parts: int) -> int:
    return max(1, round(length / parts)) * parts


def straightened(picture: np.ndarray, repeat: Repeat, view: View, light: Light) -> np.ndarray | None:
    """A tile of the picture [H,W,3], upright, evenly lit, edges that meet; None where no whole one is in view.

    It is one copy, the one most like the others; a mean of them all would be softer. Only near its edges does it go
    over into its neighbours, so that it repeats exactly.
    """
    width, height = size_of(repeat)
    for share in (_MARGIN, 0.0):
        margins = max(round(share * width), 0), max(round(share * height), 0)
        corners = _corners_in_view(picture.shape, repeat, view, (margins[0] / width, margins[1] / height))
        if corners:
            break
    else:
        return None
    even = picture / light.over(*picture.shape[:2])
    corner = _cleanest(even, repeat, view, corners)
    beyond = _sampled(even, repeat, view, corner, (width, height), margins, order=3)
    window = _window(height, margins[1])[:, None, None] * _window(width, margins[0])[:, None]
    return np.clip(_folded(beyond * window, (width, height), margins, repeat.layout), 0, 1).astype(np.float32)


def _corners_in_view(
    shape: tuple[int, ...], repeat: Repeat, view: View, margins: tuple[float, float]
) -> list[np.ndarray]:
    """The places on the cloth of the top left corners of all tiles that are whole in the picture, the midmost first."""
    sides = np.stack([repeat.across, repeat.down], axis=1)
    beside, below = sides.T
    match repeat.layout.kind:
        case "half-drop":
            beside = beside + float(repeat.layout.drop) * repeat.down
        case "half-brick":
            below = below + float(repeat.layout.drop) * repeat.across
    ends = np.array(list(itertools.product((-margins[0], 1 + margins[0]), (-margins[1], 1 + margins[1])))) @ sides.T
    limit = np.array([shape[1], shape[0]]) / 2
    many = range(-8, 9)
    corners = [beside * column + below * row - sides.sum(1) / 2 for column, row in itertools.product(many, many)]
    whole = [corner for corner in corners if (np.abs(view.seen(corner + ends)) <= limit).all()]
    return sorted(whole, key=lambda corner: float(np.hypot(*(corner + sides.sum(1) / 2))))


def _cleanest(picture: np.ndarray, repeat: Repeat, view: View, corners: list[np.ndarray]) -> np.ndarray:
    """The corner of the tile that is most like what they all have in common."""
    corners = corners[:_PLACES]
    if len(corners) < 3:
        return corners[0]
    copies = np.stack([_sampled(picture, repeat, view, each, (_COPY, _COPY), (0, 0), order=1) for each in corners])
    off = np.abs(copies - np.median(copies, axis=0)).mean((1, 2, 3))
    return corners[int(off.argmin())]


def _sampled(
    picture: np.ndarray,
    repeat: Repeat,
    view: View,
    corner: np.ndarray,
    size: tuple[int, int],
    margins: tuple[int, int],
    *,
    order: int,
) -> np.ndarray:
    """A tile of so many pixels, with what is beyond its edges."""
    across = (np.arange(-margins[0], size[0] + margins[0]) + 0.5)[None, :, None] / size[0] * repeat.across
    down = (np.arange(-margins[1], size[1] + margins[1]) + 0.5)[:, None, None] / size[1] * repeat.down
    places = view.seen(corner + across + down) + (np.array([picture.shape[1], picture.shape[0]]) - 1) / 2
    first = np.clip(np.floor(places.min((0, 1))).astype(int) - 8, 0, None)
    last = np.ceil(places.max((0, 1))).astype(int) + 9
    part = picture[first[1] : last[1], first[0] : last[0]]
    rows, columns = places[..., 1] - first[1], places[..., 0] - first[0]
    return np.stack(
        [
            ndimage.map_coordinates(channel, [rows, columns], order=order, mode="mirror")
            for channel in np.moveaxis(part, 2, 0)
        ],
        axis=-1,
    )


def _window(length: int, margin: int) -> np.ndarray:
    """[length + 2 * margin]: what a copy counts; wherever it goes over into the next one both make 1."""
    if not margin:
        return np.ones(length)
    rise = (np.arange(2 * margin) + 0.5) / (2 * margin)
    return np.concatenate([rise, np.ones(length - 2 * margin), rise[::-1]])


def _folded(beyond: np.ndarray, size: tuple[int, int], margins: tuple[int, int], layout: Layout) -> np.ndarray:
    """The tile that is made when everything beyond its edges is added to where it is in the tile."""
    if layout.kind == "half-brick":
        turned = Layout("half-drop", layout.drop)
        size, margins = (size[1], size[0]), (margins[1], margins[0])
        return _folded(beyond.swapaxes(0, 1), size, margins, turned).swapaxes(0, 1)
    (width, height), (aside, above) = size, margins
    rows = beyond[above : above + height].copy()
    if above:
        rows[-above:] += beyond[:above]
        rows[:above] += beyond[-above:]
    tile = rows[:, aside : aside + width].copy()
    if aside:
        lower = layout.offset(height, 1) if layout.kind == "half-drop" else 0
        tile[:, -aside:] += np.roll(rows[:, :aside], lower, axis=0)
        tile[:, :aside] += np.roll(rows[:, -aside:], -lower, axis=0)
    return tile


def cut_out(picture: np.ndarray, repeat: Repeat) -> np.ndarray | None:
    """A tile of the picture's own pixels, where its edges meet best; None where no whole one is in view."""
    width, height = (max(1, round(float(np.hypot(*side)))) for side in (repeat.across, repeat.down))
    right, below = picture.shape[1] - width, picture.shape[0] - height
    if right < 0 or below < 0:
        return None
    places = itertools.product(*(np.unique(np.linspace(0, most, _PLACES).astype(int)) for most in (below, right)))
    tiles = (picture[top : top + height, left : left + width] for top, left in places)
    return np.ascontiguousarray(min(tiles, key=lambda tile: _gap(tile, repeat.layout)))


def _gap(tile: np.ndarray, layout: Layout) -> float:
    """How much the lines on both sides of the edges differ, where they differ most."""
    gaps = []
    for joint in layout.joints(tile):
        last, first = (joint.first[:, -1], joint.second[:, 0]) if joint.axis else (joint.first[-1], joint.second[0])
        gaps.append(float(np.abs(last - first).mean()))
    return max(gaps)
