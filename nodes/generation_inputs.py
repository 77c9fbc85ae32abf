"""The inputs that the submitting nodes share, and what they mean for a request."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from comfy_api.latest import io

from ..imaging import LARGEST_SIDE, UPLOAD_FORMATS, output_size
from ..picpik import (
    DEFAULT_MODEL,
    MAX_BATCH,
    MAX_SEED,
    RANDOM_SEED,
    Generation,
    ModelRef,
    parse_extra_parameters,
)
from . import service

ModelType = io.Custom("PICPIK_MODEL")
SubModelsType = io.Custom("PICPIK_SUB_MODELS")
AccountType = io.Custom("PICPIK_ACCOUNT")


def account_input() -> io.Input:
    return AccountType.Input(
        "account",
        optional=True,
        tooltip="From Account (PICPIK): the saved account that pays. Not linked: the default account.",
    )


def timeout_input(tooltip: str, **placement: Any) -> io.Input:
    """`placement` is `advanced` or nothing: ComfyUI tells an input that says nothing of it from one that says no."""
    return io.Float.Input(
        "timeout_minutes",
        default=15.0,
        min=0.05,
        max=1440.0,
        step=1.0,
        round=0.01,
        optional=True,
        tooltip=tooltip,
        **placement,
    )


def generation_inputs(size_rule: str) -> list[io.Input]:
    """`size_rule` says what width and height 0 mean on this node."""
    return [
        io.Combo.Input(
            "main_model",
            options=list(service.models().main),
            default=DEFAULT_MODEL,
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
            min=RANDOM_SEED,
            max=MAX_SEED,
            control_after_generate=io.ControlAfterGenerate.fixed,
            tooltip="Running again with the same seed and inputs costs nothing: the stored result is used. "
            "-1 draws a fresh seed for each run, and each run is paid (API: Seed).",
        ),
        io.Int.Input(
            "width",
            default=0,
            min=0,
            max=LARGEST_SIDE,
            tooltip=f"Width of the result in pixels, 64 to 2560. 0: {size_rule} (API: Width).",
        ),
        io.Int.Input(
            "height",
            default=0,
            min=0,
            max=LARGEST_SIDE,
            tooltip=f"Height of the result in pixels, 64 to 2560. 0: {size_rule} (API: Height).",
        ),
        io.Int.Input(
            "batch_size",
            default=1,
            min=1,
            max=MAX_BATCH,
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
        io.Boolean.Input(
            "wait",
            default=True,
            optional=True,
            advanced=True,
            tooltip="Off: submit, hand out task_uid at once and leave images and mask empty. The pictures are "
            "collected in the background; Poll Task gives them.",
        ),
        timeout_input(
            "How long the node waits while the task is queued, and again while it runs. The task goes on "
            "afterwards; running again attaches to it.",
            advanced=True,
        ),
        io.String.Input(
            "extra_parameters",
            multiline=True,
            default="",
            optional=True,
            advanced=True,
            tooltip="A JSON object that is merged into the request, for API fields that have no input here. "
            "Action, PublicKey, Signature, request_uuid and Seed cannot be set.",
        ),
        io.Combo.Input(
            "upload_format",
            options=list(UPLOAD_FORMATS),
            default=UPLOAD_FORMATS[0],
            optional=True,
            advanced=True,
            tooltip="How pictures are sent. lossless: PNG, every pixel exact. compact: JPEG of quality 95, about half "
            "the bytes. Masks are always lossless.",
        ),
        ModelType.Input(
            "model", optional=True, tooltip="From Model (PICPIK): the main model with its own inference settings."
        ),
        SubModelsType.Input(
            "sub_models", optional=True, tooltip="From Sub-model (PICPIK): LoRA and other models (API: SubModelList)."
        ),
        account_input(),
    ]


@dataclass(frozen=True)
class GenerationInputs:
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
    wait: bool = True
    timeout_minutes: float = 15.0
    extra_parameters: str = ""
    upload_format: str = UPLOAD_FORMATS[0]
    model: ModelRef | None = None
    sub_models: tuple[ModelRef, ...] = ()
    account: str = ""

    def generation(
        self, raw_width: int, raw_height: int, default_size: str | int
    ) -> tuple[Generation, tuple[str, ...]]:
        """What they ask for, and notes about a size that was changed. Raises InputRefused and ImageRefused."""
        (width, height), notes = output_size(self.width, self.height, raw_width, raw_height, default_size)
        generation = Generation(
            main_model=self.model or ModelRef(self.main_model),
            sub_models=self.sub_models,
            positive_prompts=prompt_lines(self.positive_prompts),
            negative_prompts=prompt_lines(self.negative_prompts),
            translate_prompts=self.translate_prompts,
            seed=self.seed,
            width=width,
            height=height,
            batch_size=self.batch_size,
            use_main_model_vae=self.use_main_model_vae,
            extra_parameters=parse_extra_parameters(self.extra_parameters),
        )
        return generation, notes


def prompt_lines(text: str) -> tuple[str, ...]:
    """The lines of a multiline input that say something, without the white space around them."""
    return tuple(line.strip() for line in text.splitlines() if line.strip())
