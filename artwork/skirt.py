"""The skirt: gathered at the waist, falling in deep folds that open towards the hem."""

import numpy as np

from .bodice import WAIST
from .canvas import Array, bezier, blur, mix, noise, smoothstep
from .cloth import weave
from .panel import CENTRE, Panel, Window, printed

HEM = 1064
FOLDS = 16
WINDOW = Window(WAIST - 8, CENTRE - 372, HEM - WAIST + 48, 744)
SIDE = bezier((160, WAIST - 8), (196, 650), (286, 880), (338, HEM + 40), count=64)


def skirt() -> Panel:
    ys, xs = WINDOW.grid()
    down = np.clip((ys - WAIST) / (HEM - WAIST), 0, 1.1).astype(np.float32)
    half = _half_width(ys, xs)
    side = xs / half
    fold, place = _folds(side, down)
    relief = _relief(fold, place, down)
    hem = HEM + 18 * (1 - np.clip(side, -1, 1) ** 2) + 0.34 * (relief - relief.mean())
    height = _body(side, down) + blur(relief, 1.3) + _gathers(side, down)
    height -= 1.6 * np.exp(-(((hem - 17 - ys) / 1.3) ** 2))
    across = _cloth_across(fold, place, down)
    colours = printed(across, (ys - hem) + 640) * weave(33, WINDOW.size)[..., None]
    coverage = np.clip(half - np.abs(xs) + 0.5, 0, 1) * np.clip(hem - ys + 0.5, 0, 1)
    return Panel(WINDOW, coverage.astype(np.float32), colours, height, printed=True)


def _half_width(ys: Array, xs: Array) -> Array:
    """Distance (h, w) of the edge from the middle; the two sides sway a little differently."""
    half = np.interp(ys, SIDE[:, 1], SIDE[:, 0])
    down = (ys - WAIST) / (HEM - WAIST)
    left = half + 7 * np.sin(down * 5.2 + 0.4) * down
    right = half + 8 * np.sin(down * 4.3 + 2.2) * down
    return np.where(xs < 0, left, right).astype(np.float32)


def _folds(side: Array, down: Array) -> tuple[Array, Array]:
    """Which fold (h, w) each pixel belongs to, and where it lies in it: -1 and 1 in the valleys, 0 on the crest."""
    around = np.arcsin(np.clip(side, -1, 1) * 0.88) / np.arcsin(0.88)
    wander = noise(51, side.shape, 260, 120) * 0.035 * down * (1 - around * around)
    edges = _boundaries()
    first, last = edges[:2].mean(), edges[-2:].mean()  # the silhouette runs along the crests of the outermost folds
    position = np.interp(mix(first, last, (around + wander) / 2 + 0.5), edges, np.arange(FOLDS + 1))
    fold = np.clip(position.astype(np.int32), 0, FOLDS - 1)
    place = (2 * (position - fold) - 1).astype(np.float32)
    lean = _per_fold(52, -0.30, 0.38)[fold]
    return fold, place + lean * (1 - place * place)


def _boundaries() -> Array:
    widths = _per_fold(53, 0.5, 1.6)
    edges = np.concatenate([[0], np.cumsum(widths)])
    return edges / edges[-1] * 2 - 1


def _per_fold(seed: int, low: float, high: float) -> Array:
    return np.random.default_rng(seed).uniform(low, high, FOLDS).astype(np.float32)


def _relief(fold: Array, place: Array, down: Array) -> Array:
    """Height of the folds: tubes at the waist, each lapping over its right neighbour, and waves at the hem."""
    tube = 1 - np.abs(place) ** 2.3
    wave = 0.5 + 0.5 * np.cos(np.pi * place)
    depth = mix(8, 34, np.clip(down, 0, 1) ** 0.8) * _per_fold(54, 0.7, 1.15)[fold]
    uneven = 1 + 0.25 * noise(55, place.shape, 180, 90)
    overlap = 4.5 * (1 + place) * smoothstep(0.8, 0.1, down)
    return depth * uneven * mix(tube, wave, smoothstep(0.05, 0.75, down)) + overlap


def _body(side: Array, down: Array) -> Array:
    return 22 + mix(54, 70, down) * (1 - np.abs(np.clip(side, -1.1, 1.1)) ** 2.4)


def _gathers(side: Array, down: Array) -> Array:
    """Small puckers that fade out below the waist."""
    line = noise(56, (2, 1200), 2, 15)[:1]
    puckers = np.interp(side + 0.02 * noise(57, side.shape, 60), np.linspace(-1, 1, 1200), line[0])
    return (5.0 * puckers * np.exp(-down * 11)).astype(np.float32)


def _cloth_across(fold: Array, place: Array, down: Array) -> Array:
    """Which point across the cloth a pixel shows: each fold shows its own strip, and hides the more of it the
    nearer to the waist."""
    widths = np.diff(_boundaries()).astype(np.float32) * 338 * 1.35
    crests = np.cumsum(widths) - widths / 2
    shown = mix(0.5, 1.0, np.clip(down, 0, 1))
    bent = place * (1 + 0.22 * place * place) / 1.22
    return crests[fold] + bent * widths[fold] * 0.5 * shown
