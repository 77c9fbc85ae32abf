"""Model: the main model with inference settings of its own."""

from __future__ import annotations

from comfy_api.latest import io

from ...picpik import api
from ..host import CATEGORY, ModelType, service


class Model(io.ComfyNode):
    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="PicpikModel",
            display_name="Model (PICPIK)",
            category=CATEGORY,
            description="Chooses the main model and how it infers. 0 or empty is the model's own default.",
            search_aliases=["picpik", "checkpoint", "sampler", "steps", "cfg", "模型"],
            inputs=[
                io.Combo.Input(
                    "model_code",
                    options=list(service.models().main),
                    default=api.DEFAULT_MODEL,
                    tooltip="Code of the model. A code that this list does not know is sent as it is "
                    "(API: MainModel.ModelCode).",
                ),
                io.Int.Input(
                    "steps", default=0, min=0, max=100, tooltip="6 to 100. 0: the model's own default (API: Steps)."
                ),
                io.String.Input(
                    "sampler",
                    default="",
                    placeholder="Euler",
                    tooltip="Name of the sampler, for example Euler. Empty: the model's own default (API: Sampler).",
                ),
                io.Int.Input(
                    "clip_skip",
                    default=0,
                    min=0,
                    max=12,
                    tooltip="1 to 12. 0: the model's own default (API: ClipSkip).",
                ),
                io.Float.Input(
                    "cfg_scale",
                    default=0.0,
                    min=0.0,
                    max=30.0,
                    step=0.5,
                    tooltip="1 to 30. 0: the model's own default (API: CFGScale).",
                ),
            ],
            outputs=[ModelType.Output("model")],
        )

    @classmethod
    def validate_inputs(cls, model_code: str) -> bool | str:
        """Naming `model_code` keeps ComfyUI from refusing a code that the list does not know: the API judges it."""
        return bool(model_code is None or model_code.strip()) or "model_code is empty: choose a model."

    @classmethod
    def execute(cls, model_code: str, steps: int, sampler: str, clip_skip: int, cfg_scale: float) -> io.NodeOutput:
        inference = api.InferenceParams(
            steps=steps or None,
            sampler=sampler.strip() or None,
            clip_skip=clip_skip or None,
            cfg_scale=cfg_scale or None,
        )
        return io.NodeOutput(api.ModelRef(model_code.strip(), inference=inference))
