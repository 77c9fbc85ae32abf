"""Palettes as text: one colour a line, as #bf5b3f; a blank line between palettes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import TypeVar

import numpy as np

from .errors import PatternRefused

MOST_COLOURS = 32

_Palette = TypeVar("_Palette")

_HEX = re.compile(r"#?([0-9a-fA-F]{6}|[0-9a-fA-F]{3})")
_FORM = "Write one colour a line, as in #bf5b3f."


def parse_palettes(name: str, text: str) -> list[np.ndarray]:
    """Each palette of a text, uint8 [n, 3], in the order of the text. `name` is the input's id.

    Colours stand in lines of their own, or have commas or spaces between them. No colour at all, one that is no hex,
    and more than MOST_COLOURS raise PatternRefused.
    """
    blocks = re.split(r"\n[^\S\n]*(?:\n[^\S\n]*)+", text.replace("\r\n", "\n").strip())
    return [_palette(name, block) for block in blocks]


def palette_lines(palette: np.ndarray) -> list[str]:
    """The colours of a palette, uint8 [n, 3], as #bf5b3f."""
    return ["#" + bytes(colour).hex() for colour in palette]


def palettes_text(palettes: Iterable[np.ndarray]) -> str:
    """What parse_palettes reads."""
    return "\n\n".join("\n".join(palette_lines(palette)) for palette in palettes)


def palette_of_each(name: str, palettes: Sequence[_Palette], count: int) -> list[_Palette]:
    """One palette, or what is made of it, for each of `count` prints.

    One serves all; any other number than theirs raises PatternRefused.
    """
    if len(palettes) not in (1, count):
        raise PatternRefused(
            name,
            f"{len(palettes)} palettes are not as many as the {count} prints."
            if count > 1
            else f"{len(palettes)} palettes are too many for one print.",
            "Give one palette, or one for each print, with a blank line between them.",
        )
    return list(palettes) if len(palettes) == count else [*palettes] * count


def _palette(name: str, block: str) -> np.ndarray:
    colours = [_colour(name, word) for word in re.split(r"[\s,;]+", block) if word]
    if not colours:
        raise PatternRefused(name, "it has no colours.", _FORM)
    if len(colours) > MOST_COLOURS:
        raise PatternRefused(
            name, f"{len(colours)} colours are more than {MOST_COLOURS}.", f"Give at most {MOST_COLOURS}."
        )
    return np.array(colours, np.uint8)


def _colour(name: str, word: str) -> tuple[int, int, int]:
    if not (found := _HEX.fullmatch(word)):
        raise PatternRefused(name, f"“{word[:20]}” is no colour.", _FORM)
    digits = found[1] if len(found[1]) == 6 else "".join(digit * 2 for digit in found[1])
    red, green, blue = bytes.fromhex(digits)
    return red, green, blue
