"""Sub-model: one LoRA, embedding or hypernetwork more."""

from __future__ import annotations

from comfy_api.latest import io

from ...picpik import api
from ..host import CATEGORY, SubModelsType, filled_lines, service

_OWN_DEFAULT_WEIGHT = 1.0


class SubModel(io.ComfyNode):
    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="PicpikSubModel",
            display_name="Sub-model (PICPIK)",
            category=CATEGORY,
            description="Adds a LoRA, an embedding or a hypernetwork to the main model. Chain them through previous.",
            search_aliases=["picpik", "lora", "embedding", "hypernetwork", "子模型"],
            inputs=[
                io.Combo.Input(
                    "model_code",
                    options=["", *service.models().sub],
                    default="",
                    tooltip="Code of the LoRA, embedding or hypernetwork. A code that this list does not know is sent "
                    "as it is (API: SubModelList.ModelCode).",
                ),
                io.Float.Input(
                    "lora_weight",
                    default=_OWN_DEFAULT_WEIGHT,
                    min=-1.0,
                    max=2.0,
                    step=0.01,
                    tooltip="-1 to 2, for a LoRA only. 1 is the API's own default and is not sent (API: LoraWeight).",
                ),
                io.String.Input(
                    "trigger_words",
                    multiline=True,
                    default="",
                    tooltip="Words that wake a LoRA, one a line (API: TriggerWordList).",
                ),
                SubModelsType.Input("previous", optional=True, tooltip="The sub-models before this one."),
            ],
            outputs=[SubModelsType.Output("sub_models")],
        )

    @classmethod
    def validate_inputs(cls, model_code: str) -> bool | str:
        """Naming `model_code` keeps ComfyUI from refusing a code that the list does not know: the API judges it."""
        return bool(model_code is None or model_code.strip()) or "model_code is empty: choose a sub-model."

    @classmethod
    def execute(
        cls, model_code: str, lora_weight: float, trigger_words: str, previous: tuple[api.ModelRef, ...] = ()
    ) -> io.NodeOutput:
        inference = api.InferenceParams(lora_weight=None if lora_weight == _OWN_DEFAULT_WEIGHT else lora_weight)
        added = api.ModelRef(model_code.strip(), trigger_words=filled_lines(trigger_words), inference=inference)
        return io.NodeOutput((*previous, added))
