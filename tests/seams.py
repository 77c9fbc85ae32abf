"""How well the edges of a tile continue each other, beside what goes on inside it."""

import numpy as np

_QUANTILES = (0.25, 0.5)
_SHARES = (24, 10, 4)
_FREQUENT = 99.5


def worst_seam(tile: np.ndarray) -> float:
    """Of a tile [H,W,3]: how much more unsteady it is over one of its edges than anywhere inside.

    1.05 and less is a tile that repeats; a cut, a break in a part of the edge, and a ramp of light are more.
    """
    return max(_seam(tile), _seam(tile.swapaxes(0, 1)))


def _seam(lines: np.ndarray) -> float:
    steps = np.abs(lines - np.roll(lines, 1, axis=0)).max(axis=2)  # the first of them goes over the edge
    over_the_edge, inside = steps[0], steps[1:]
    ratios = [np.quantile(over_the_edge, q) / max(np.quantile(inside, q, axis=1).max(), 1e-6) for q in _QUANTILES]
    for share in _SHARES:
        means = _means(steps, max(1, steps.shape[1] // share))
        ratios.append(means[0].max() / max(np.percentile(means[1:].max(axis=1), _FREQUENT), 1e-6))
    return float(max(ratios))


def _means(steps: np.ndarray, window: int) -> np.ndarray:
    sums = np.cumsum(np.pad(steps, ((0, 0), (1, 0))), axis=1)
    return (sums[:, window:] - sums[:, :-window]) / window
