"""Few colours, and other colours: ours beside Pillow's quantise and scipy's k-means on the same work."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import torch
from PIL import Image
from scipy.cluster.vq import kmeans2, vq

from ..pattern import (
    change_of_colours,
    colours_of,
    in_own_colours,
    opaque_picture,
    printed,
    recoloured,
    separations,
)
from . import pictures
from .clock import Contestant, Cost, interleaved, once

SIDE = 2048
COUNT = 8
_SAMPLE = 8
"""k-means learns from one of so many pixels across and down, as ours does."""


@dataclass(frozen=True)
class Row:
    """One work on one picture."""

    work: str
    case: str
    colours: int
    """Different ones in the picture."""
    costs: Mapping[str, Cost]
    """Of `ours`, `Pillow` and `scipy`."""


def rows(seconds: float) -> Iterator[Row]:
    """Each work on each picture; no new round is begun after so many seconds for one row."""
    for case in ("print", "photo"):
        image = pictures.image_tensor(case, SIDE)
        distinct = len(colours_of(image[0].numpy()).distinct)
        for work, contestants in (("reduce", _reducers(image)), ("colourway", _recolourers(image))):
            ours = interleaved({"ours": contestants.pop("ours")}, seconds)
            others = {name: once(contestant) for name, contestant in contestants.items()}
            yield Row(work, f"{case} {SIDE}²", distinct, ours | others)


def _reducers(image: torch.Tensor) -> dict[str, Contestant]:
    """The print in COUNT colours, and one plate for each."""

    def ours() -> None:
        palette, inks = in_own_colours(colours_of(opaque_picture("images", image[0])), COUNT, False)
        torch.from_numpy(printed(inks, palette))
        torch.from_numpy(separations(inks, len(palette)))

    def pillow() -> None:
        _plates(*_quantised(image))

    def scipy() -> None:
        picture = image[0].numpy()
        palette, inks = _grouped(picture)
        _plates(palette.astype(np.float32), inks.reshape(picture.shape[:2]))

    return {"ours": ours, "Pillow": pillow, "scipy": scipy}


def _recolourers(image: torch.Tensor) -> dict[str, Contestant]:
    """The print with its COUNT colours changed; ours keeps the shading, the others are flat."""
    old, _ = in_own_colours(colours_of(image[0].numpy()), COUNT, False)
    change = change_of_colours(old, old[::-1].copy())

    def ours() -> None:
        torch.from_numpy(recoloured(colours_of(opaque_picture("images", image[0])), change, True))

    def pillow() -> None:
        palette = Image.new("P", (1, 1))
        palette.putpalette(change.old.tobytes())
        picture = Image.fromarray(_levels(image)).quantize(palette=palette, dither=Image.Dither.NONE)
        torch.from_numpy((change.new / np.float32(255))[np.asarray(picture)])

    def scipy() -> None:
        inks, _ = vq(image[0].numpy().reshape(-1, 3), change.old / np.float32(255))
        torch.from_numpy((change.new / np.float32(255))[inks.reshape(image.shape[1:3])])

    return {"ours": ours, "Pillow": pillow, "scipy": scipy}


def _levels(image: torch.Tensor) -> np.ndarray:
    return (image[0].numpy() * 255).round().astype(np.uint8)


def _quantised(image: torch.Tensor) -> tuple[np.ndarray, np.ndarray]:
    picture = Image.fromarray(_levels(image)).quantize(COUNT, dither=Image.Dither.NONE)
    palette = np.array(picture.getpalette(), np.float32).reshape(-1, 3) / np.float32(255)
    return palette[:COUNT], np.asarray(picture)


def _grouped(picture: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    sample = picture[::_SAMPLE, ::_SAMPLE].reshape(-1, 3)
    palette, _ = kmeans2(sample, COUNT, minit="++", rng=np.random.default_rng(0))
    return palette, vq(picture.reshape(-1, 3), palette)[0]


def _plates(palette: np.ndarray, inks: np.ndarray) -> None:
    torch.from_numpy(palette[inks])
    torch.from_numpy(np.stack([inks == ink for ink in range(COUNT)]).astype(np.float32))
