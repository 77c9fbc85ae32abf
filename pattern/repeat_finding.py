"""Finding the repeat of a flat print, and cutting one out."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from PIL import Image
from scipy import ndimage

from .autocorrelation import Likeness
from .errors import NoRepeat, PatternRefused
from .lattice_search import find_lattice, is_clear
from .lattices import Lattice, Repeat, repeats_of
from .layouts import Layout
from .repeat_cutting import cut_out, straightened
from .straightening import Light, View, light_of, matches, rough_light_of, view_of
from .stripes import find_stripes

_ANALYSED = 512
"""Pixels of the longer side that the repeat is looked for in."""
_GRAIN = 1.2
"""Pixels: without what is finer, places between pixels are as like each other as those on them."""
_PLAIN = 0.004
"""Deviation of a picture in which there is nothing to see: a level of 255."""
_LEAST_LIKENESS = 0.5
"""From repeat to repeat: less is chance."""
_TURNED = 0.15
"""Degrees: less is not told."""
_SLANTED = 0.005
"""Of the distance: less is not told."""


class Seen(NamedTuple):
    """How a picture repeats. All in its own pixels, as they are in its middle."""

    lattice: Lattice
    likeness: float
    """-1..1: how like the picture is to itself from repeat to repeat."""
    view: View
    light: Light
    is_striped: bool = False


class FoundRepeat(NamedTuple):
    tile: np.ndarray
    """float32 [H,W,3], 0..1"""
    layout: Layout
    report: tuple[str, ...]


def find_repeat(picture: np.ndarray, layout: str, *, refine: bool) -> FoundRepeat:
    """One repeat of a flat print [H,W,3], 0..1, laid as `layout`: "auto", "straight", "half-drop" or "half-brick".

    `refine`: the tile is straightened and its light evened; otherwise it is of the picture's own pixels. Where nothing
    repeats NoRepeat is raised, and PatternRefused where it cannot be laid so.
    """
    seen = look_for_repeat(picture)
    for repeat in _chosen(repeats_of(seen.lattice), layout):
        tile = straightened(picture, repeat, seen.view, seen.light) if refine else cut_out(picture, repeat)
        if tile is not None:
            return FoundRepeat(tile, repeat.layout, _report(picture, tile, repeat, seen, refine))
    raise NoRepeat(
        "It repeats, but no whole tile is in view.",
        "Show more of the print: at least two repeats each way.",
    )


def _chosen(repeats: dict[str, Repeat], layout: str) -> list[Repeat]:
    """How it is to be laid, the best first: the smallest tile, then the one whose sides are most alike."""
    if not repeats:
        raise NoRepeat(
            "It repeats, but neither its columns are upright nor its rows level.",
            "Turn the picture until they are, or photograph the print straight.",
        )
    if layout == "auto":
        return sorted(repeats.values(), key=lambda repeat: (round(_area(repeat), -1), _longer(repeat)))
    if layout not in repeats:
        raise PatternRefused(
            "layout",
            f"the print does not repeat as {layout}.",
            f"Choose auto: it repeats as {' or '.join(str(each.layout) for each in repeats.values())}.",
        )
    return [repeats[layout]]


def _area(repeat: Repeat) -> float:
    return float(np.hypot(*repeat.across) * np.hypot(*repeat.down))


def _longer(repeat: Repeat) -> float:
    return float(max(np.hypot(*repeat.across), np.hypot(*repeat.down)))


def look_for_repeat(picture: np.ndarray) -> Seen:
    """How a picture [H,W,3], 0..1, repeats. Raises NoRepeat where it does not."""
    small = _small(picture)
    scale = np.array([small.shape[1] / picture.shape[1], small.shape[0] / picture.shape[0]])
    alike = _likeness(small / rough_light_of(small))
    seen = _seen_as_stripes(alike) or _seen_on_a_lattice(small, alike)
    if seen is None:
        raise NoRepeat(
            "Nothing in it repeats.",
            "Show more of the print, flat and from straight above: at least two repeats each way.",
        )
    return seen._replace(lattice=Lattice(seen.lattice.steps / scale[:, None]), view=View(seen.view.slant * scale))


def _seen_on_a_lattice(small: np.ndarray, alike: Likeness) -> Seen | None:
    """What repeats both ways: found as it is first, then again without the slant and the light that this tells."""
    if (first := find_lattice(alike)) is None:
        return None
    again = matches(_smooth(small), first.lattice)
    view, light = view_of(again, max(small.shape)), light_of(small, again)
    alike = _likeness(_flat(small / light.over(*small.shape[:2]), view))
    second = find_lattice(alike)
    if second is None or second.likeness < _LEAST_LIKENESS or not is_clear(alike, second):
        return None
    return Seen(second.lattice, second.likeness, view, light)


def _seen_as_stripes(alike: Likeness) -> Seen | None:
    found = find_stripes(alike)
    return found and Seen(found.lattice, found.likeness, View(np.zeros(2)), Light(np.zeros(5)), is_striped=True)


def _small(picture: np.ndarray) -> np.ndarray:
    share = _ANALYSED / max(picture.shape[:2])
    if share >= 1:
        return picture
    height, width = picture.shape[:2]
    size = (max(1, round(width * share)), max(1, round(height * share)))
    channels = (
        Image.fromarray(channel).resize(size, Image.Resampling.LANCZOS) for channel in np.moveaxis(picture, 2, 0)
    )
    return np.stack([np.asarray(channel) for channel in channels], axis=-1)


def _smooth(picture: np.ndarray) -> np.ndarray:
    return ndimage.gaussian_filter(picture, (_GRAIN, _GRAIN, 0))


def _flat(picture: np.ndarray, view: View) -> np.ndarray:
    """The picture as it would be if it had not been slanted."""
    if not view.slant.any():
        return picture
    height, width = picture.shape[:2]
    middle = np.array([width - 1, height - 1]) / 2
    x, y = np.meshgrid(np.arange(width), np.arange(height))
    across, down = np.moveaxis(view.seen(np.stack([x, y], axis=-1) - middle) + middle, -1, 0)
    return np.stack(
        [
            ndimage.map_coordinates(channel, [down, across], order=3, mode="nearest")
            for channel in np.moveaxis(picture, 2, 0)
        ],
        axis=-1,
    )


def _likeness(picture: np.ndarray) -> Likeness:
    smooth = _smooth(picture)
    if smooth.std((0, 1)).max() < _PLAIN:
        raise NoRepeat("There is nothing in it but one colour.", "Give a picture of a print.")
    return Likeness((smooth - smooth.mean((0, 1))).astype(np.float32))


def _report(picture: np.ndarray, tile: np.ndarray, repeat: Repeat, seen: Seen, refine: bool) -> tuple[str, ...]:
    height, width = picture.shape[:2]
    across, down = (float(np.hypot(*side)) for side in (repeat.across, repeat.down))
    lines = [
        f"One repeat: {tile.shape[1]} x {tile.shape[0]} pixels, {repeat.layout}.",
        f"In view: {width / across:.1f} across, {height / down:.1f} down, {seen.likeness:.0%} alike.",
    ]
    if seen.is_striped:
        lines.append("It is striped: along the stripes any length will do.")
    turn, slant = _turn(repeat), float(np.abs(seen.view.slant * [width, height]).sum() / 2)
    was = [f"turned by {abs(turn):.1f} degrees"] if abs(turn) >= _TURNED else []
    was += [f"up to {slant:.1%} nearer at one side than in the middle"] if slant >= _SLANTED else []
    if was:
        lines.append(f"The print is {' and '.join(was)}; {'the tile is not' if refine else 'refine straightens that'}.")
    return tuple(lines)


def _turn(repeat: Repeat) -> float:
    """Degrees, clockwise."""
    (x, y), (aside, down) = repeat.across, repeat.down
    return float(np.degrees(np.arctan2(y, x) - np.arctan2(aside, down)) / 2)
