"""What a verdict on a tile's seams costs, beside other ways to come to one on the same tile."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from ..pattern import Layout, check_seams
from . import pictures
from .clock import Contestant, Cost, interleaved, once
from .other_seam_measures import Measure, first_against_last, quantiles_and_windows, rank_and_local, worst

SIDE = 2048
_LAYOUTS = (Layout("straight"), Layout("half-drop"), Layout("turned"))


@dataclass(frozen=True)
class Check:
    """One picture of `SIDE`² in one layout. How often each is right is told in docs/seam-verdict.md."""

    case: str
    ours: Cost
    columns: Cost
    """The mean of the first against the last columns."""
    rank: Cost
    quantiles: Cost


def checks(seconds: float) -> Iterator[Check]:
    for kind in pictures.KINDS:
        tile = pictures.image_tensor(kind, SIDE)[0].numpy()
        for layout in _LAYOUTS:
            contestants = _contestants(tile, layout)
            slow = [once(contestants.pop(name)) for name in ("rank", "quantiles")]
            costs = interleaved(contestants, seconds)
            yield Check(f"{kind} {SIDE}², {layout}", costs["ours"], costs["columns"], *slow)


def _contestants(tile: np.ndarray, layout: Layout) -> dict[str, Contestant]:
    def ours() -> None:
        check_seams(tile, layout)

    def other(measure: Measure) -> Contestant:
        def run() -> None:
            worst(tile, layout, measure)

        return run

    return {
        "ours": ours,
        "columns": other(first_against_last),
        "rank": other(rank_and_local),
        "quantiles": other(quantiles_and_windows),
    }
