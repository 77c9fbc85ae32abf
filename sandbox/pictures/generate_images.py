"""GenerateImages, drawn: a print of the motifs and colours that the prompts name."""

import re
from collections.abc import Sequence

import numpy as np
from PIL import Image, ImageDraw

from .motifs import DRAWN, Pen
from .processing.float_images import Pixels

_SMOOTHING = 3
"""How many times as large a print is drawn as it is shown."""
_LARGEST_DRAWN = 6144
_BEYOND = 1.13
"""Of its sides: how far a print that need not repeat goes on beyond what is shown."""
_COLOURS = {
    "white": "#f6f3ec",
    "cream": "#f1e8d5",
    "beige": "#e3d3b8",
    "black": "#22201f",
    "grey": "#8d8c88",
    "gray": "#8d8c88",
    "red": "#c0392f",
    "burgundy": "#6d1f2d",
    "coral": "#e8735c",
    "orange": "#e08a2e",
    "mustard": "#d1a12b",
    "yellow": "#eccb4a",
    "gold": "#c79a3b",
    "green": "#4d8b57",
    "olive": "#7c8042",
    "sage": "#a5b594",
    "mint": "#a9d9c1",
    "teal": "#1f7a7c",
    "turquoise": "#3bb0ae",
    "blue": "#3a6ea5",
    "navy": "#1d2f52",
    "indigo": "#36387e",
    "purple": "#7a4b94",
    "lilac": "#b99bd0",
    "pink": "#e79ab0",
    "rose": "#d8637c",
    "brown": "#7a5136",
    "terracotta": "#bd6245",
}
_MOTIFS = {
    "dot": (
        "dot",
        "polka",
        "spot",
    ),
    "stripe": (
        "stripe",
        "striped",
    ),
    "check": (
        "check",
        "plaid",
        "gingham",
        "tartan",
    ),
    "flower": (
        "flower",
        "floral",
        "rose",
        "daisy",
        "blossom",
        "bloom",
    ),
    "leaf": (
        "leaf",
        "leaves",
        "foliage",
        "tropical",
        "botanical",
    ),
    "star": ("star",),
    "wave": (
        "wave",
        "sea",
        "ocean",
    ),
    "fan": (
        "fan",
        "deco",
        "scallop",
    ),
    "diamond": (
        "diamond",
        "geometric",
        "argyle",
        "ikat",
    ),
    "heart": ("heart",),
}
_PALETTES = (
    ("cream", "navy", "coral", "mustard"),
    ("mint", "teal", "white", "rose"),
    ("navy", "cream", "gold", "turquoise"),
    ("beige", "olive", "terracotta", "brown"),
    ("lilac", "purple", "white", "mustard"),
)


class PrintDesign:
    """What one GenerateImages asks for; each seed makes one picture of it."""

    def __init__(self, prompts: Sequence[str], avoided: Sequence[str], size: tuple[int, int], tileable: bool) -> None:
        """`size` is the result's width and height."""
        named, unwanted = _words(prompts), {*_words(avoided)}
        self._motifs = [motif for motif in _named(named, _MOTIFS) if not unwanted & {*_MOTIFS[motif], motif}]
        self._colours = [word for word in dict.fromkeys(named) if word in _COLOURS and word not in unwanted]
        self._unwanted = unwanted
        self._size = size
        self._tileable = tileable

    def picture(self, seed: int) -> Pixels:
        """[Height, Width, 3]; the same seed gives the same picture."""
        choice = np.random.default_rng(seed)
        width, height = self._size
        scale = max(1, min(_SMOOTHING, _LARGEST_DRAWN // max(width, height)))
        motifs = self._motifs or [str(choice.choice(list(_MOTIFS)))]
        ground, *inks = (_COLOURS[name] for name in self._palette(choice))
        beyond = 1 if self._tileable else _BEYOND
        canvas = Image.new("RGB", (round(width * scale * beyond), round(height * scale * beyond)), ground)
        pen = Pen(ImageDraw.Draw(canvas), canvas.size, inks, wraps=self._tileable)
        for motif in motifs:
            DRAWN[motif](pen, choice)
        shown = canvas.crop((0, 0, width * scale, height * scale))
        return np.asarray(shown.resize((width, height), Image.Resampling.BOX))

    def _palette(self, choice: np.random.Generator) -> list[str]:
        """The ground and the inks: those that are named, and of a palette what is wanting to four."""
        offered = _PALETTES[int(choice.integers(len(_PALETTES)))]
        others = [name for name in offered if name not in (*self._colours, *self._unwanted)]
        palette = (self._colours + others)[: max(4, len(self._colours))]
        first = palette[0]
        rest = palette[1:]
        choice.shuffle(rest)
        return [first, *(rest or ["black"])]


def _words(prompts: Sequence[str]) -> list[str]:
    """All words, and those that end in s without it as well."""
    words = [word for prompt in prompts for word in re.findall(r"[a-z]+", prompt.lower())]
    return [form for word in words for form in dict.fromkeys((word, word.removesuffix("s")))]


def _named(words: Sequence[str], table: dict[str, tuple[str, ...]]) -> list[str]:
    found = [motif for word in words for motif, names in table.items() if word in names]
    return list(dict.fromkeys(found))
