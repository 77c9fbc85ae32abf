"""How the pack shows itself in the registry: a square icon, and a banner of 21:9, made of its own pictures."""

from pathlib import Path

import numpy as np
from PIL import Image

from .canvas import Array, blur, grid, mix, over, resized, rgb, smoothstep
from .cloth import shaded
from .dress import HEIGHT, WIDTH, dressed
from .fans import fans
from .sprigs import sprigs

ICON_SIDE = 400
BANNER_WIDTH, BANNER_HEIGHT = 2100, 900

_PAPER = rgb("f6efe3")
_SHADOW = 0.35


def icon() -> Array:
    """The dress on a pale disc before fans: (400, 400, 3) float32, sRGB 0..1."""
    side = 4 * ICON_SIDE
    ground = over(_repeated(fans(), 320, side, side), _PAPER, _disc(side, side, 0.46 * side))
    return np.clip(_resized(_with_dress(ground, 0.84), ICON_SIDE, ICON_SIDE), 0, 1)


def banner() -> Array:
    """The dress between its own print and another one: (900, 2100, 3) float32, sRGB 0..1."""
    height, width = 2 * BANNER_HEIGHT, 2 * BANNER_WIDTH
    prints = _repeated(sprigs(), 560, height, width), _repeated(fans(), 420, height, width)
    _, xs = grid(height, width)
    is_right = smoothstep(width / 2 - 1, width / 2 + 1, xs)
    ground = mix(*prints, is_right[..., None])
    ground = over(ground, _PAPER, _disc(height, width, 0.47 * height))
    return np.clip(_resized(_with_dress(ground, 0.88), BANNER_HEIGHT, BANNER_WIDTH), 0, 1)


def _with_dress(ground: Array, share: float) -> Array:
    """The ground with the dress in its middle, as high as this share of it, and the shadow that it throws."""
    rows, columns = ground.shape[:2]
    dress = dressed()
    height = round(share * rows)
    width = round(height * WIDTH / HEIGHT)
    paper = np.broadcast_to(np.asarray(_PAPER, np.float32), (HEIGHT, WIDTH, 3))  # shows at the soft edge of the dress
    coverage = resized(dress.coverage, height, width)
    top, left = (rows - height) // 2, (columns - width) // 2
    made = ground.copy()
    place = made[top : top + height, left : left + width]
    fallen = np.roll(coverage, (round(0.012 * rows), round(0.008 * rows)), (0, 1))
    shady = shaded(place, 1 - _SHADOW * blur(fallen, 0.012 * rows))
    place[:] = over(shady, _resized(dress.on(paper), height, width), coverage)
    return made


def _repeated(tile: Array, side: int, height: int, width: int) -> Array:
    return np.tile(_resized(tile, side, side), (-(-height // side), -(-width // side), 1))[:height, :width]


def _resized(picture: Array, height: int, width: int) -> Array:
    return np.stack([resized(picture[..., channel], height, width) for channel in range(3)], axis=-1)


def _disc(height: int, width: int, radius: float) -> Array:
    """(height, width), 1 within `radius` pixels of the middle."""
    ys, xs = grid(height, width)
    distance = np.hypot(ys - height / 2, xs - width / 2)
    return (1 - smoothstep(radius - 1, radius + 1, distance)).astype(np.float32)


def write(folder: Path) -> None:
    """Writes `icon.png` and `banner.jpg`."""
    Image.fromarray(_levels(icon())).save(folder / "icon.png", optimize=True)
    Image.fromarray(_levels(banner())).save(folder / "banner.jpg", quality=88, subsampling="4:4:4")


def _levels(colours: Array) -> np.ndarray:
    return np.rint(255 * colours).astype(np.uint8)
