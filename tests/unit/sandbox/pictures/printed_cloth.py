"""A printed cloth, drawn: its folds, its light and its print are known."""

import numpy as np
from PIL import Image, ImageDraw

STEP = 60
SIZE = 300
GROUND = (240, 225, 200)


def print_tile():
    """One repeat [STEP, STEP, 3] of an uneven motif in four colours, 0..1."""
    picture = Image.new("RGB", (4 * STEP, 4 * STEP), GROUND)
    pen = ImageDraw.Draw(picture)
    pen.ellipse((30, 30, 120, 110), fill=(200, 60, 50))
    pen.ellipse((55, 50, 95, 90), fill=(250, 190, 60))
    pen.polygon([(120, 120), (210, 150), (150, 210)], fill=(40, 110, 70))
    pen.rectangle((150, 40, 190, 60), fill=(50, 60, 130))
    small = picture.resize((STEP, STEP), Image.Resampling.LANCZOS)
    return np.asarray(small).astype(np.float32) / 255


def folds():
    """How far, in pixels, the print is drawn aside, and the light on it, both [SIZE, SIZE]."""
    y, x = np.mgrid[0:SIZE, 0:SIZE].astype(np.float32)
    aside = 4 * np.sin(x / 37 + y / 90)
    light = 0.75 + 0.25 * np.cos(x / 29 + y / 70)
    return aside, light


def cloth(folded=True):
    """The tile repeated over [SIZE, SIZE, 3], bytes."""
    aside, light = folds() if folded else (np.zeros((SIZE, SIZE)), np.ones((SIZE, SIZE)))
    y, x = np.mgrid[0:SIZE, 0:SIZE]
    tile = print_tile()
    shown = tile[y % STEP, (x + np.rint(aside).astype(int)) % STEP] * light[..., None]
    return np.rint(shown * 255).astype(np.uint8)
