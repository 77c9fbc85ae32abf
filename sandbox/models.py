"""The models that the sandbox's ListModels knows. Any other ModelCode is accepted too: real ones must run here."""

from typing import Any

from .quirks import Quirks

DEFAULT_STEPS = 10

_INFERENCE = {"Steps": DEFAULT_STEPS, "Sampler": "Euler", "ClipSkip": 1, "CFGScale": 7.5}


def _model(code: str, inference: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"Name": code, "ModelCode": code, "IsOfficial": True, **more, "InferenceParams": inference}


MODELS: dict[str, list[dict[str, Any]]] = {
    "MainModels": [
        _model("PICPIK General", dict(_INFERENCE)),
        _model("PICPIK Sandbox Textile", {**_INFERENCE, "Steps": 20, "Sampler": "DPM++ 2M"}),
    ],
    "LoraModels": [
        _model("Sandbox Embroidery", {"LoraWeight": 0.8}, TriggerWordList=["embroidery", "thread"]),
        _model("Sandbox Watercolour", {"LoraWeight": 1}, TriggerWordList=["watercolour"]),
    ],
    "EmbeddingModels": [_model("Sandbox Clean Lines", {})],
    "HypernetworkModels": [],
}


def default_steps(model_code: str) -> int:
    """Steps of a task whose request does not say how many."""
    for model in MODELS["MainModels"]:
        if model["ModelCode"] == model_code:
            return model["InferenceParams"]["Steps"]
    return DEFAULT_STEPS


def model_lists(quirks: Quirks) -> dict[str, Any]:
    """The four fields of ListModels: objects keyed by ModelCode, or arrays."""
    spelt = {field: [_spelt(model, quirks.cfg_spelling) for model in models] for field, models in MODELS.items()}
    if quirks.models_as_array:
        return spelt
    return {field: {model["ModelCode"]: model for model in models} for field, models in spelt.items()}


def _spelt(model: dict[str, Any], cfg_spelling: str) -> dict[str, Any]:
    inference = model["InferenceParams"].items()
    return model | {
        "InferenceParams": {cfg_spelling if name == "CFGScale" else name: value for name, value in inference}
    }
