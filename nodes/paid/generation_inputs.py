"""The inputs that the generating nodes share, and what they mean for a request."""

from __future__ import annotations

from dataclasses import dataclass

from comfy_api.latest import io

from ... import imaging
from ...picpik import api
from ..host import ModelType, SubModelsType, filled_lines, service
from .allowance import max_tasks_input
from .submission_inputs import SubmissionInputs, account_input, submission_inputs

_STEP = 8
"""Pixels by which the widgets of width and height count. Any other number that was saved or is linked is taken, too."""


def generation_inputs(size_rule: str) -> list[io.Input]:
    """`size_rule` says what width and height 0 mean on this node."""
    return [
        io.Combo.Input(
            "main_model",
            options=list(service.models().main),
            default=api.DEFAULT_MODEL,
            tooltip="The model that makes the pictures (API: MainModel). A code that this list does not know is sent "
            "as it is. The input model, when linked, is used instead.",
        ),
        io.String.Input(
            "positive_prompts",
            multiline=True,
            default="",
            tooltip="What should be in the picture, one prompt a line, in any of the supported languages "
            "(API: PositivePrompts).",
        ),
        io.String.Input(
            "negative_prompts",
            multiline=True,
            default="",
            tooltip="What should not be in the picture, one prompt a line (API: NegativePrompts).",
        ),
        io.Int.Input(
            "seed",
            default=0,
            min=api.RANDOM_SEED,
            max=api.MAX_SEED,
            control_after_generate=io.ControlAfterGenerate.fixed,
            tooltip="Running again with the same seed and inputs costs nothing: the stored result is used. "
            "-1 draws a fresh seed for each run, and each run is paid (API: Seed).",
        ),
        io.Int.Input(
            "width",
            default=0,
            min=0,
            max=imaging.LARGEST_SIDE,
            step=_STEP,
            tooltip=f"Width of the result in pixels, 64 to 2560. 0: {size_rule} (API: Width).",
        ),
        io.Int.Input(
            "height",
            default=0,
            min=0,
            max=imaging.LARGEST_SIDE,
            step=_STEP,
            tooltip=f"Height of the result in pixels, 64 to 2560. 0: {size_rule} (API: Height).",
        ),
        io.Int.Input(
            "batch_size",
            default=1,
            min=1,
            max=api.MAX_BATCH,
            tooltip="How many pictures one task makes, 1 to 16. Each is paid (API: BatchSize).",
        ),
        io.Boolean.Input(
            "translate_prompts",
            default=True,
            optional=True,
            advanced=True,
            tooltip="Let PICPIK translate the prompts into English (API: TranslatePrompts).",
        ),
        io.Boolean.Input(
            "use_main_model_vae",
            default=False,
            optional=True,
            advanced=True,
            tooltip="Use the image codec that comes with the main model (API: UseMainModelVAE).",
        ),
        *submission_inputs(),
        ModelType.Input(
            "model", optional=True, tooltip="From Model (PICPIK): the main model with its own inference settings."
        ),
        SubModelsType.Input(
            "sub_models", optional=True, tooltip="From Sub-model (PICPIK): LoRA and other models (API: SubModelList)."
        ),
        account_input(),
        max_tasks_input(),
    ]


@dataclass(frozen=True, kw_only=True)
class GenerationInputs(SubmissionInputs):
    """The values of the shared inputs, as `execute` gets them."""

    main_model: str
    positive_prompts: str
    negative_prompts: str
    seed: int
    width: int
    height: int
    batch_size: int
    translate_prompts: bool = True
    use_main_model_vae: bool = False
    model: api.ModelRef | None = None
    sub_models: tuple[api.ModelRef, ...] = ()

    def generation(
        self, raw_width: int, raw_height: int, default_size: str | int
    ) -> tuple[api.Generation, tuple[str, ...]]:
        """What they ask for, and notes about a size that was changed. Raises InputRefused and ImageRefused."""
        (width, height), notes = imaging.output_size(self.width, self.height, raw_width, raw_height, default_size)
        generation = api.Generation(
            main_model=self.model or api.ModelRef(self.main_model),
            sub_models=self.sub_models,
            positive_prompts=filled_lines(self.positive_prompts),
            negative_prompts=filled_lines(self.negative_prompts),
            translate_prompts=self.translate_prompts,
            seed=self.seed,
            width=width,
            height=height,
            batch_size=self.batch_size,
            use_main_model_vae=self.use_main_model_vae,
        )
        return generation, notes
