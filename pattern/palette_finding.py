"""The few colours of a print: exactly its own where it is flat, and those that stand for the others where it is not."""

from __future__ import annotations

import numpy as np

from .colours import Colours, keys_of, levels_of, used_keys
from .evenness import evenness_of
from .oklab import levels_to_oklab, to_levels
from .threads import in_slices

_SAMPLED = 1 << 16
"""Pixels that a palette is found from where the print is not flat; more tell nothing more."""
_BIN_BITS = 5
_ROUNDS = 30
_OWN_COLOUR = 0.1
"""Share of a group of alike colours from which on one of them is its own, and the others are its edges."""
_ROUGH_WEIGHT = 0.05
"""What a pixel on an edge or in grain counts, of one in a calm area."""
_ACCENT = 0.7
"""An area of twice the size counts twice to this power: a small accent is worth a colour."""

_FLAT_PRINT = 0.2
"""Share of a flat print that lies in areas of one colour, at least."""
_MOST_FLAT = 1 << 12
"""Different colours that have areas; a print with more has shades."""
_LEAST_AREA = 4
_LEAST_SHARE = 2e-6
_LEAST_FLAT = 0.1
"""Share of a colour's pixels that lie in areas of it; of mixtures on edges hardly any do."""
_UNEXPLAINED = 0.01
"""Share of the pixels that are neither a flat colour nor a mixture of two, in a flat print."""
_OFF = 6.0
"""Levels that a mixture may be off the straight way between its two colours."""


def find_palette(colours: Colours, count: int) -> np.ndarray:
    """At most `count` colours, uint8 [n, 3], of which the picture can be made, the most frequent one first.

    A print of no more colours has exactly its own, and so has one that has others only on the soft edges between them.
    Of others each is the mean, in OKLab, of colours that are alike, or the one that most of them have. The same picture
    has the same palette always.
    """
    if len(colours.distinct) <= count:
        return levels_of(_by_frequency(colours.distinct, _counts(colours.keys, colours.distinct)[0]))
    areas = _flat_colours(colours)
    if 0 < len(areas) <= count and _are_all(areas, colours):
        return levels_of(areas)
    return _grouped_palette(colours, count)


def _by_frequency(keys: np.ndarray, counts: np.ndarray) -> np.ndarray:
    return keys[np.argsort(-counts, kind="stable")]


def _counts(keys: np.ndarray, wanted: np.ndarray, where: np.ndarray | None = None) -> np.ndarray:
    """int64 [2, n]: how many pixels have each of the wanted colours, and how many where it is true."""
    table = np.zeros(1 << 24, np.uint16)
    table[wanted] = np.arange(1, len(wanted) + 1, dtype=np.uint16)

    def count(rows: slice) -> np.ndarray:
        index = table[keys[rows]]
        parts = [index.ravel(), index[where[rows]] if where is not None else index[:0].ravel()]
        return np.stack([np.bincount(part, minlength=len(wanted) + 1) for part in parts])

    return np.sum(in_slices(len(keys), count, longest=128), axis=0)[:, 1:]


def _flat_colours(colours: Colours) -> np.ndarray:
    """Keys of the colours that fill areas, the most frequent one first."""
    is_flat = colours.evenness.flat
    if np.count_nonzero(is_flat) < _FLAT_PRINT * is_flat.size:
        return np.empty(0, np.int32)
    keys = used_keys(colours.keys, is_flat)
    if len(keys) > _MOST_FLAT:
        return keys[:0]
    pixels, areas = _counts(colours.keys, keys, is_flat)
    is_own = (areas >= max(_LEAST_AREA, _LEAST_SHARE * is_flat.size)) & (areas >= _LEAST_FLAT * pixels)
    return _by_frequency(keys[is_own], pixels[is_own])


def _are_all(flat: np.ndarray, colours: Colours) -> bool:
    """Whether the picture has nothing but these colours and mixtures of two of them."""
    sample = colours.keys[_grid(colours.keys)].ravel()
    others, counts = np.unique(sample[~np.isin(sample, flat)], return_counts=True)
    off = np.full(len(others), np.inf, np.float32)
    levels, inks = levels_of(others).astype(np.float32), levels_of(flat).astype(np.float32)
    for one in range(len(inks)):
        for other in range(one):
            way = inks[other] - inks[one]
            share = np.clip(((levels - inks[one]) @ way) / (way @ way), 0, 1)
            np.minimum(off, np.abs(levels - inks[one] - share[:, None] * way).max(1), out=off)
    return counts[off > _OFF].sum() <= _UNEXPLAINED * len(sample)


def _grid(keys: np.ndarray) -> tuple[slice, slice]:
    step = max(1, int(np.sqrt(keys.size / _SAMPLED)))
    return slice(None, None, step), slice(None, None, step)


def _are_calm(keys: np.ndarray) -> np.ndarray:
    """bool: which pixels of the grid are."""
    rows, columns = (
        (np.arange(side)[part, None] + [0, 1]).ravel() % side
        for side, part in zip(keys.shape, _grid(keys), strict=True)
    )
    return evenness_of(keys[np.ix_(rows, columns)]).calm[::2, ::2]


def _grouped_palette(colours: Colours, count: int) -> np.ndarray:
    grid = _grid(colours.keys)
    calm = _are_calm(colours.keys).ravel()
    keys, index = np.unique(colours.keys[grid].ravel(), return_inverse=True)
    weight = np.bincount(index, np.where(calm, 1, _ROUGH_WEIGHT))
    levels = levels_of(keys)
    lab = levels_to_oklab(levels).astype(np.float64)
    bins, means, weights = _binned(levels, lab, weight)
    groups = _grouped(means, weights**_ACCENT, min(count, len(means)))[bins]
    kept, groups = np.unique(groups, return_inverse=True)
    palette = np.stack([_own_colour(levels[of], lab[of], weight[of]) for of in (groups == n for n in range(len(kept)))])
    _, firsts = np.unique(keys_of(palette), return_index=True)
    order = np.argsort(-np.bincount(groups, np.bincount(index)), kind="stable")
    return palette[order[np.isin(order, firsts)]]


def _binned(levels: np.ndarray, lab: np.ndarray, weight: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The bin of each colour, and of each bin its mean in OKLab and its weight."""
    _, bins = np.unique(keys_of(levels >> 8 - _BIN_BITS), return_inverse=True)
    weights = np.bincount(bins, weight)
    means = np.stack([np.bincount(bins, weight * lab[:, channel]) / weights for channel in range(3)], axis=-1)
    return bins, means, weights


def _grouped(means: np.ndarray, weights: np.ndarray, count: int) -> np.ndarray:
    """The group of each bin, by k-means that begins with the colours that are furthest from those it has."""
    centres = means[[weights.argmax()]]
    while len(centres) < count:
        far = weights * _distances(means, centres).min(1)
        centres = np.concatenate([centres, means[[far.argmax()]]])
    groups = _distances(means, centres).argmin(1)
    for _ in range(_ROUNDS):
        total = np.maximum(np.bincount(groups, weights, count), 1e-12)
        centres = np.stack(
            [np.bincount(groups, weights * means[:, channel], count) / total for channel in range(3)], axis=-1
        )
        before, groups = groups, _distances(means, centres).argmin(1)
        if (groups == before).all():
            break
    return groups


def _own_colour(levels: np.ndarray, lab: np.ndarray, weight: np.ndarray) -> np.ndarray:
    most = weight.argmax()
    if weight[most] >= _OWN_COLOUR * weight.sum():
        return levels[most]
    return to_levels((lab * weight[:, None]).sum(0) / weight.sum())


def _distances(some: np.ndarray, others: np.ndarray) -> np.ndarray:
    """[n, m] squared."""
    return (some**2).sum(1)[:, None] - 2 * some @ others.T + (others**2).sum(1)
