"""Model references as the API takes them: Model and InferenceParams (appendix, complex data types)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from .answer_fields import text, texts
from .errors import InputRefused
from .input_checks import check_range, check_text
from .wire import wire_float

DEFAULT_MODEL = "PICPIK General"


@dataclass(frozen=True)
class InferenceParams:
    """How a model infers; None is the model's own default and is not sent.

    steps 6..100, clip_skip 1..12, cfg_scale 1..30 for a main model; lora_weight -1..2 for a LoRA.
    """

    steps: int | None = None
    sampler: str | None = None
    clip_skip: int | None = None
    cfg_scale: float | None = None
    lora_weight: float | None = None

    def __post_init__(self) -> None:
        check_text("sampler", self.sampler or "")
        check_range("steps", self.steps, 6, 100)
        check_range("clip_skip", self.clip_skip, 1, 12)
        check_range("cfg_scale", self.cfg_scale, 1, 30)
        check_range("lora_weight", self.lora_weight, -1, 2)

    def to_params(self) -> dict[str, Any]:
        values = {
            "Steps": self.steps,
            "Sampler": self.sampler or None,
            "ClipSkip": self.clip_skip,
            "CFGScale": wire_float(self.cfg_scale),
            "LoraWeight": wire_float(self.lora_weight),
        }
        return {name: value for name, value in values.items() if value is not None}


@dataclass(frozen=True)
class ModelRef:
    """A model by its code. The optional fields are sent only when given."""

    model_code: str
    name: str | None = None
    is_official: bool | None = None
    trigger_words: tuple[str, ...] = ()
    inference: InferenceParams = field(default_factory=InferenceParams)

    def __post_init__(self) -> None:
        if not self.model_code.strip():
            raise InputRefused(
                "model_code", "is empty.", f'Give a ModelCode, for example "{DEFAULT_MODEL}", or leave the node out.'
            )
        check_text("model_code", self.model_code)
        check_text("trigger_words", *self.trigger_words)

    @classmethod
    def from_params(cls, params: Mapping[str, Any]) -> ModelRef:
        """From a Model of ListModels; an optional field of a wrong type counts as not given."""
        official = params.get("IsOfficial")
        return cls(
            model_code=text(params["ModelCode"]),
            name=text(params.get("Name")) or None,
            is_official=official if isinstance(official, bool) else None,
            trigger_words=texts(params.get("TriggerWordList")),
        )

    def to_params(self) -> dict[str, Any]:
        params: dict[str, Any] = {"ModelCode": self.model_code}
        if self.name is not None:
            params["Name"] = self.name
        if self.is_official is not None:
            params["IsOfficial"] = self.is_official
        if self.trigger_words:
            params["TriggerWordList"] = list(self.trigger_words)
        if inference := self.inference.to_params():
            params["InferenceParams"] = inference
        return params


@dataclass(frozen=True)
class ModelList:
    """What ListModels offers, by kind."""

    main: tuple[ModelRef, ...]
    lora: tuple[ModelRef, ...] = ()
    embedding: tuple[ModelRef, ...] = ()
    hypernetwork: tuple[ModelRef, ...] = ()

    @classmethod
    def from_answer(cls, answer: Mapping[str, Any]) -> ModelList:
        """The documentation says maps, its examples show lists: both are read."""
        return cls(
            main=_models(answer.get("MainModels")),
            lora=_models(answer.get("LoraModels")),
            embedding=_models(answer.get("EmbeddingModels")),
            hypernetwork=_models(answer.get("HypernetworkModels")),
        )


def _models(listed: Any) -> tuple[ModelRef, ...]:
    if isinstance(listed, Mapping):
        entries = [{"ModelCode": key, **model} for key, model in listed.items() if isinstance(model, Mapping)]
    else:
        entries = [model for model in listed if isinstance(model, Mapping)] if isinstance(listed, list) else []
    return tuple(ModelRef.from_params(model) for model in entries if text(model.get("ModelCode")).strip())
