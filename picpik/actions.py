"""One frozen request per Action: it validates itself and gives the wire parameters.

Sources: the API pages "Pattern Conversion" (ApplyReferencePattern) and "Pattern extraction"
(GeneratePatternsFromImage).
Attribute names are the node's input ids, so that a refusal names what the user sees. A request holds everything that is
sent but PublicKey, request_uuid and Signature.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar

from .data_uri import DataUri
from .errors import InputRefused
from .models import DEFAULT_MODEL, ModelRef, check_range, check_text, wire_float

RANDOM_SEED = -1
MAX_SEED = 2147483647
MIN_SIDE, MAX_SIDE = 64, 2560
MAX_BATCH = 16

_GENERAL_MODEL = ModelRef(DEFAULT_MODEL)

_RESERVED = ("Action", "PublicKey", "Signature", "request_uuid", "Seed")


@dataclass(frozen=True)
class Generation:
    """What both Actions share. seed -1..2147483647 (-1: random), width and height 64..2560, batch_size 1..16.

    `extra_parameters` is merged into the request last, field by field, for what the nodes have no input for.
    """

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
    extra_parameters: Mapping[str, Any] = field(default_factory=dict)

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


@dataclass(frozen=True)
class ApplyReferencePattern:
    """Redraws the white area of `mask` in `raw_image` with the pattern of `pattern_image`.

    pattern_strength 0..1. `color_correction` has no effect together with `chaotic_mode`.
    """

    ACTION: ClassVar[str] = "ApplyReferencePattern"

    raw_image: DataUri
    mask: DataUri
    pattern_image: DataUri
    pattern_strength: float = 0.5
    chaotic_mode: bool = False
    color_correction: bool = False
    generation: Generation = field(default_factory=Generation)

    def __post_init__(self) -> None:
        check_range("pattern_strength", self.pattern_strength, 0, 1)

    @property
    def images(self) -> tuple[DataUri, ...]:
        """What is sent, in the order of the request."""
        return self.raw_image, self.mask, self.pattern_image

    def to_params(self) -> dict[str, Any]:
        params = {
            "Action": self.ACTION,
            **self.generation.to_params(),
            "RawImageIndex": 0,
            "MaskIndex": 1,
            "PatternImageIndex": 2,
            "PatternReferStrength": wire_float(self.pattern_strength),
            "ChaoticMode": self.chaotic_mode,
            "ColorCorrection": self.color_correction,
            "ImageAndMaskList": list(self.images),
        }
        return _merged(params, self.generation.extra_parameters)


@dataclass(frozen=True)
class GeneratePatternsFromImage:
    """Extracts what is inside `box` of `raw_image` as a flat pattern.

    `box` is (left, top, right, bottom) in pixels of `raw_image`; `tiling` makes the pattern repeat without seams.
    """

    ACTION: ClassVar[str] = "GeneratePatternsFromImage"

    raw_image: DataUri
    box: tuple[int, int, int, int]
    tiling: bool = False
    generation: Generation = field(default_factory=Generation)

    def __post_init__(self) -> None:
        left, top, right, bottom = self.box
        if not (0 <= left < right and 0 <= top < bottom):
            raise InputRefused(
                "box",
                f"{self.box} is turned inside out or starts outside the picture.",
                "Give a box whose right and bottom edges lie beyond its left and top edges.",
            )

    @property
    def images(self) -> tuple[DataUri, ...]:
        """What is sent."""
        return (self.raw_image,)

    def to_params(self) -> dict[str, Any]:
        params = {
            "Action": self.ACTION,
            **self.generation.to_params(),
            "RawImage": self.raw_image,
            "Box": list(self.box),
            "Tiling": self.tiling,
        }
        return _merged(params, self.generation.extra_parameters)


PatternAction = ApplyReferencePattern | GeneratePatternsFromImage


def with_seed(action: PatternAction, seed: int) -> PatternAction:
    """The same request with another seed."""
    return replace(action, generation=replace(action.generation, seed=seed))


def parse_extra_parameters(text: str) -> Mapping[str, Any]:
    """The JSON object of the input `extra_parameters`; empty text is an empty object."""
    if not text.strip():
        return {}
    try:
        extra = json.loads(text, parse_constant=_refuse_constant)
    except ValueError as error:
        raise InputRefused(
            "extra_parameters", f"is not JSON ({error}).", 'Write one JSON object, for example {"Tiling": true}.'
        ) from error
    if not isinstance(extra, dict):
        raise InputRefused(
            "extra_parameters",
            "is JSON, but not an object.",
            'Write names and values in braces, for example {"Tiling": true}.',
        )
    if reserved := [name for name in _RESERVED if name in extra]:
        raise InputRefused(
            "extra_parameters", f"may not set {', '.join(reserved)}.", "The pack sets it itself: take it out."
        )
    _refuse_null("extra_parameters", extra)
    check_text("extra_parameters", json.dumps(extra, ensure_ascii=False))
    return extra


def _refuse_constant(name: str) -> float:
    raise ValueError(f"{name} is not a JSON number")


def _refuse_null(path: str, value: Any) -> None:
    if value is None:
        raise InputRefused("extra_parameters", f"has a null at {path}.", "Leave the name out instead of giving null.")
    if isinstance(value, dict):
        for name, inner in value.items():
            _refuse_null(f"{path}.{name}", inner)
    if isinstance(value, list):
        for index, inner in enumerate(value):
            _refuse_null(f"{path}[{index}]", inner)


def _merged(params: Mapping[str, Any], extra: Mapping[str, Any]) -> dict[str, Any]:
    """`params` with `extra` over them: objects are merged name by name, everything else is replaced."""
    merged = dict(params)
    for name, value in extra.items():
        below = merged.get(name)
        merged[name] = _merged(below, value) if isinstance(below, Mapping) and isinstance(value, Mapping) else value
    return merged
