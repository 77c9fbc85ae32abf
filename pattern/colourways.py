"""The same print in other colours."""

from __future__ import annotations

import itertools
from typing import NamedTuple

import numpy as np
import torch

from .colours import Colours, as_floats, keys_of, levels_of, places_of
from .edges import Edges, edges
from .errors import PatternRefused
from .inks import nearest
from .oklab import levels_to_oklab, to_oklab, to_srgb
from .palettes import palette_lines
from .threads import in_slices

_NODES = 25
"""Nodes a side of the cube of colours for which shading is thought out; between them it is interpolated."""
_NEAR = np.float32(1e-4)
"""Squared distance in OKLab within which a mixture of two colours is as good as another."""
_NEIGHBOURS = 5
"""Old colours that are tried for a mixture."""
_LONG_WAY = np.float32(0.05)
"""How much a mixture of colours far from each other is disliked."""
_NEUTRAL = 1e-3
"""Squared chroma below which a colour has no hue that could be turned."""
_MOST_VIVID = 2.0
_CHUNK = 1 << 14


class Change(NamedTuple):
    """Each of the `old` colours, uint8 [n, 3], becomes the one at the same place of `new`."""

    old: np.ndarray
    new: np.ndarray


def change_of_colours(old: np.ndarray, new: np.ndarray) -> Change:
    """Other numbers of colours, and one colour that would become two, raise PatternRefused."""
    if len(old) != len(new):
        raise PatternRefused(
            "palette_to",
            f"the numbers of colours differ: {len(old)} in palette_from, {len(new)} here.",
            "Give one line for each colour of palette_from, in the same order.",
        )
    _, firsts, index = np.unique(keys_of(old), return_index=True, return_inverse=True)
    torn = np.flatnonzero((new != new[firsts[index]]).any(1))
    if len(torn):
        raise PatternRefused(
            "palette_from",
            f"{palette_lines(old[torn[:1]])[0]} is there twice, and becomes two different colours.",
            "Leave out one of the two lines, and its line of palette_to.",
        )
    firsts = np.sort(firsts)
    return Change(old[firsts], new[firsts])


def recoloured(colours: Colours, change: Change, keep_shading: bool) -> np.ndarray:
    """float32 [H,W,3]: the print in other colours.

    What has exactly an old colour gets exactly the new one, and a soft edge between two old ones becomes one between
    their new ones. Other pixels become the new colour of the nearest old one; where shading is kept, they are as much
    lighter, darker or duller than it as they were, and what lies between two old colours lies between the new ones.
    """
    found = edges(colours, change.old)
    if keep_shading:
        keys = colours.spread(_shaded(colours.distinct, change))
    else:
        keys = colours.spread(keys_of(change.new)[nearest(colours.distinct, change.old)])
    keys.reshape(-1)[found.places] = _mixed(found, colours, change, keep_shading)
    return _as_picture(keys)


def _as_picture(keys: np.ndarray) -> np.ndarray:
    picture = np.empty((*keys.shape, 3), np.float32)

    def write(rows: slice) -> None:
        levels = as_floats(keys[rows]).reshape(-1, keys.shape[1], 4)
        for channel in range(3):
            np.divide(levels[..., channel], np.float32(255), out=picture[rows, :, channel])

    in_slices(len(keys), write, longest=32)
    return picture


def _mixed(found: Edges, colours: Colours, change: Change, keep_shading: bool) -> np.ndarray:
    """int32 [n]: the new keys of the pixels on edges. What they are off their mixture, they stay."""
    keys = colours.keys.ravel()
    mixed = np.empty(len(found.places), np.int32)
    old, new = (as_floats(keys_of(palette)) for palette in change)

    def mix(part: slice) -> None:
        edge = Edges(*(values[part] for values in found))
        levels = as_floats(keys[edge.places]) + _mixture(edge, new - old) if keep_shading else _mixture(edge, new)
        np.clip(levels, 0, 255, out=levels)
        mixed[part] = np.rint(levels, out=levels).astype(np.uint8).view(np.int32)[:, 0]

    in_slices(len(mixed), mix, _CHUNK)
    return mixed


def _mixture(found: Edges, palette: np.ndarray) -> np.ndarray:
    """float32 [n, 4] of a palette [m, 4]."""
    first = palette.take(found.first, axis=0)
    return first + found.share[:, None] * (palette.take(found.second, axis=0) - first)


def _shaded(keys: np.ndarray, change: Change) -> np.ndarray:
    """int32 [n]: the new key of each key, ascending."""
    cube = torch.from_numpy(_cube(change, _nodes_around(keys))).permute(3, 0, 1, 2)[None]
    shaded = np.empty(len(keys), np.int32)

    def interpolate(part: slice) -> None:
        places = torch.from_numpy(levels_of(keys[part]).astype(np.float32)) / 127.5 - 1
        found = torch.nn.functional.grid_sample(cube, places[None, None, None], align_corners=True)
        shaded[part] = keys_of(found[0, :, 0, 0].clamp(0, 255).round().to(torch.uint8).T.numpy())

    in_slices(len(keys), interpolate, _CHUNK)
    is_there, places = places_of(keys_of(change.old), keys)
    shaded[places] = keys_of(change.new[is_there])
    return shaded


def _nodes_around(keys: np.ndarray) -> np.ndarray:
    """int64 [n]: those nodes of the flattened cube, [blue, green, red], between which there are colours."""
    red, green, blue = (levels_of(keys).astype(np.intp) * (_NODES - 1) // 255).T
    is_around = np.zeros((_NODES + 1,) * 3, bool)
    is_around[blue, green, red] = True
    is_around[1:] |= is_around[:-1]
    is_around[:, 1:] |= is_around[:, :-1]
    is_around[:, :, 1:] |= is_around[:, :, :-1]
    return np.flatnonzero(is_around[:-1, :-1, :-1])


def _cube(change: Change, nodes: np.ndarray) -> np.ndarray:
    """float32 [blue, green, red, 3]: the new levels of colours from all over the cube; those of other nodes are 0."""
    steps = np.linspace(0, 1, _NODES, dtype=np.float32)
    blue, green, red = (steps[of] for of in np.unravel_index(nodes, (_NODES,) * 3))
    lab = to_oklab(np.stack([red, green, blue], axis=-1))
    old, new = levels_to_oklab(change.old), levels_to_oklab(change.new)
    turns = _turns(old, new)
    cube = np.zeros((_NODES**3, 3), np.float32)

    def fill(part: slice) -> None:
        weights = _weights(lab[part], old)
        shading = lab[part] - weights @ old
        turned = (shading[:, 1] + 1j * shading[:, 2]) * (weights @ turns)
        shading[:, 1], shading[:, 2] = turned.real, turned.imag
        cube[nodes[part]] = to_srgb(weights @ new + shading) * 255

    in_slices(len(nodes), fill, 1 << 11)
    return cube.reshape(_NODES, _NODES, _NODES, 3)


def _turns(old: np.ndarray, new: np.ndarray) -> np.ndarray:
    """complex [n]: by what hue and chroma of a shade are turned, so that shades of red become those of blue."""
    before, after = (lab[:, 1] + 1j * lab[:, 2] for lab in (old, new))
    turns = (after * before.conj() + _NEUTRAL) / (np.abs(before) ** 2 + _NEUTRAL)
    return (turns * np.minimum(1, _MOST_VIVID / np.maximum(np.abs(turns), 1e-6))).astype(np.complex64)


def _weights(lab: np.ndarray, old: np.ndarray) -> np.ndarray:
    """float32 [n, m], 1 in sum: the shares of the old colours in each of n.

    They are those of the two between which it lies best; where several pairs are as good, of all of them, so that there
    is no leap from one pair to another.
    """
    if len(old) == 1:
        return np.ones((len(lab), 1), np.float32)
    away = (lab**2).sum(1)[:, None] - 2 * lab @ old.T + (old**2).sum(1)
    near = away.argpartition(min(_NEIGHBOURS, len(old)) - 1, axis=1)[:, :_NEIGHBOURS]
    rows, weights = np.arange(len(lab)), np.zeros((len(lab), len(old)), np.float32)
    for first, second in itertools.combinations(range(near.shape[1]), 2):
        one, other = near[:, first], near[:, second]
        share, off = _projected(lab - old[one], old[other] - old[one])
        fit = 1 / (off + _NEAR) ** 2
        weights[rows, one] += fit * (1 - share)
        weights[rows, other] += fit * share
    return weights / weights.sum(1, keepdims=True)


def _projected(away: np.ndarray, way: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The share of the `way` that comes nearest to what is `away` from its beginning, and how badly, squared."""
    length = np.maximum(np.einsum("nc,nc->n", way, way), np.float32(1e-9))
    along = np.einsum("nc,nc->n", away, way)
    share = np.clip(along / length, 0, 1)
    off = np.einsum("nc,nc->n", away, away) + share * (share * length - 2 * along)
    return share, np.maximum(off, 0) + _LONG_WAY * share * (1 - share) * length
