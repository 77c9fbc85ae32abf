"""How others tell whether a tile repeats, each as one number a joint: the greater, the less it does.

The mean of the first against the last columns is what nodes for seamless textures do; the other two are what was tried
before ours.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ..pattern import Layout
from ..pattern.layouts import Joint

Measure = Callable[[np.ndarray, np.ndarray], float]
"""Of the lines of two tiles, [L,n,3], the first of which lies before the other."""

_COLUMNS = 5


def worst(tile: np.ndarray, layout: Layout, measure: Measure) -> float:
    """Over all joints of a tile [H,W,3]."""
    return max(measure(*_lines(joint)) for joint in layout.joints(tile))


def first_against_last(first: np.ndarray, second: np.ndarray) -> float:
    return float(np.abs(first[-_COLUMNS:].mean(axis=0) - second[:_COLUMNS].mean(axis=0)).mean())


def rank_and_local(first: np.ndarray, second: np.ndarray) -> float:
    """Above 1 where one of the two is above its limit."""
    edge, inside = np.abs(second[0] - first[-1]).mean(axis=1), np.abs(np.diff(first, axis=0)).mean(axis=2)
    rank = (inside.mean(axis=1) < edge.mean()).mean()
    width = len(edge) // 24
    local = _means(edge[None], width).max() / max(np.percentile(_means(inside, width), 99), 1e-6)
    return float(max(rank / 0.99, local / 1.3))


def quantiles_and_windows(first: np.ndarray, second: np.ndarray) -> float:
    edge, inside = np.abs(second[0] - first[-1]).max(axis=1), np.abs(np.diff(first, axis=0)).max(axis=2)
    ratios = [np.quantile(edge, q) / max(np.quantile(inside, q, axis=1).max(), 1e-6) for q in (0.25, 0.5)]
    for share in (24, 10, 4):
        width = len(edge) // share
        usual = np.percentile(_means(inside, width).max(axis=1), 99.5)
        ratios.append(_means(edge[None], width).max() / max(usual, 1e-6))
    return float(max(ratios))


def _lines(joint: Joint) -> tuple[np.ndarray, np.ndarray]:
    return np.moveaxis(joint.first, joint.axis, 0), np.moveaxis(joint.second, joint.axis, 0)


def _means(values: np.ndarray, width: int) -> np.ndarray:
    sums = np.cumsum(np.pad(values, ((0, 0), (1, 0))), axis=1, dtype=np.float64)
    return (sums[:, width:] - sums[:, :-width]) / width
