"""The checked specification of a task: what an Action's reader makes of a request's parameters."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Pictures:
    """Results that are encoded as files and put behind the URLs of ImgList."""

    count: int
    make: Callable[[int], NDArray[np.uint8]]
    """The picture at an index from 0: [H, W], [H, W, 3], or [H, W, 4] with alpha."""


@dataclass(frozen=True)
class Texts:
    """Results that are given in TxtList."""

    count: int
    make: Callable[[int], str]
    """The text at an index from 0."""


@dataclass(frozen=True)
class TaskSpec:
    """`results.make` runs in a worker thread. With a Seed it may be asked for more than `results.count`."""

    results: Pictures | Texts
    credits: int
    """What the task costs."""
    seed: int | None = None
    """As the TaskDetail tells it; None when the Action has no Seed."""


Reader = Callable[[Mapping[str, Any]], TaskSpec]
"""Checks the parameters of one Action's request. Raises Refusal."""
