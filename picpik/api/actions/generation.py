"""What the generating Actions share: model, prompts, seed, size and number of pictures.

Source: the block of parameters that the pages of all generating Actions have alike.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from ..input_checks import check_range, check_text
from ..models import DEFAULT_MODEL, ModelRef
from .action import Action

RANDOM_SEED = -1
MAX_SEED = 2147483647
MIN_SIDE, MAX_SIDE = 64, 2560
MAX_BATCH = 16

_GENERAL_MODEL = ModelRef(DEFAULT_MODEL)


@dataclass(frozen=True)
class Generation:
    """seed -1..2147483647 (-1: random), width and height 64..2560, batch_size 1..16."""

    main_model: ModelRef = _GENERAL_MODEL
    sub_models: tuple[ModelRef, ...] = ()
    positive_prompts: tuple[str, ...] = ()
    negative_prompts: tuple[str, ...] = ()
    translate_prompts: bool = True
    seed: int = RANDOM_SEED
    width: int = 1024
    height: int = 1024
    batch_size: int = 1
    use_main_model_vae: bool = False

    def __post_init__(self) -> None:
        check_text("positive_prompts", *self.positive_prompts)
        check_text("negative_prompts", *self.negative_prompts)
        check_range("seed", self.seed, RANDOM_SEED, MAX_SEED)
        check_range("width", self.width, MIN_SIDE, MAX_SIDE)
        check_range("height", self.height, MIN_SIDE, MAX_SIDE)
        check_range("batch_size", self.batch_size, 1, MAX_BATCH)

    def to_params(self) -> dict[str, Any]:
        params: dict[str, Any] = {
            "MainModel": self.main_model.to_params(),
            "TranslatePrompts": self.translate_prompts,
            "Seed": self.seed,
            "Width": self.width,
            "Height": self.height,
            "BatchSize": self.batch_size,
            "UseMainModelVAE": self.use_main_model_vae,
        }
        lists = {
            "SubModelList": [model.to_params() for model in self.sub_models],
            "PositivePrompts": list(self.positive_prompts),
            "NegativePrompts": list(self.negative_prompts),
        }
        return params | {name: entries for name, entries in lists.items() if entries}


@dataclass(frozen=True, kw_only=True)
class GeneratingAction(Action):
    """An Action that makes pictures by a Generation."""

    generation: Generation = field(default_factory=Generation)

    @property
    def seed(self) -> int:
        return self.generation.seed

    def with_seed(self, seed: int) -> GeneratingAction:
        return replace(self, generation=replace(self.generation, seed=seed))

    @property
    def size(self) -> tuple[int, int]:
        return self.generation.width, self.generation.height

    @property
    def batch_size(self) -> int:
        return self.generation.batch_size
