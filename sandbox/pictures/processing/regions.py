"""Areas of a picture as arrays of bool [H, W]: grown, shrunk, connected and filled."""

import numpy as np

Region = np.ndarray
"""bool"""


def shrunk(region: Region, reach: int) -> Region:
    """Without all that is nearer than `reach` pixels to its outside; what the picture's edge cuts off goes on there."""
    return _means(region, reach) > 1 - 1e-6


def grown(region: Region, reach: int) -> Region:
    """With all that is nearer than `reach` pixels."""
    return _means(region, reach) > 1e-6


def connected(region: Region, start: Region) -> Region:
    """The parts of a region that `start` touches."""
    reached = region & start
    while True:
        wider = reached.copy()
        wider[1:] |= reached[:-1]
        wider[:-1] |= reached[1:]
        wider[:, 1:] |= wider[:, :-1]
        wider[:, :-1] |= wider[:, 1:]
        wider &= region
        if np.array_equal(wider, reached):
            return reached
        reached = wider


def filled(region: Region) -> Region:
    """With its holes: what no way leads to from the picture's edge."""
    return ~connected(~region, border(region.shape, 1))


def border(shape: tuple[int, ...], width: int) -> Region:
    """A frame along the picture's edge."""
    frame = np.ones(shape[:2], bool)
    frame[width:-width, width:-width] = False
    return frame


def disc(shape: tuple[int, ...], x: float, y: float, radius: float) -> Region:
    """What lies around a place."""
    rows, columns = np.ogrid[: shape[0], : shape[1]]
    return (columns - x) ** 2 + (rows - y) ** 2 <= radius**2


def _means(region: Region, reach: int) -> np.ndarray:
    """The part of a square of 2 reach + 1 pixels around each pixel that belongs to the region."""
    if reach == 0:
        return region.astype(np.float64)
    size = 2 * reach + 1
    sums = region.astype(np.float64)
    for axis in (0, 1):
        length = sums.shape[axis]
        places = np.clip(np.arange(-reach - 1, length + reach), 0, length - 1)
        running = np.moveaxis(sums.take(places, axis=axis).cumsum(axis=axis), axis, 0)
        sums = np.moveaxis(running[size:] - running[:-size], 0, axis)
    return sums / size**2
