"""One small request of each Action, equal to no other of another name."""

from __future__ import annotations

import io
from collections.abc import Callable

from comfyui_picpik.picpik.api import (
    Action,
    ApplyReferencePattern,
    ApplyReferenceStyle,
    DataUri,
    DescribeImages,
    ExtractContents,
    GenerateImages,
    GeneratePatternsFromImage,
    Generation,
    RemoveBackground,
    RemoveContents,
    ResizeImage,
)
from PIL import Image

SIDE = 64


def png(colour: int = 90) -> bytes:
    """A picture of 64 x 64."""
    file = io.BytesIO()
    Image.linear_gradient("L").resize((SIDE, SIDE)).convert("RGB").point(lambda value: (value + colour) % 256).save(
        file, "PNG"
    )
    return file.getvalue()


def mask() -> bytes:
    file = io.BytesIO()
    picture = Image.new("L", (SIDE, SIDE))
    picture.paste(255, (16, 16, 48, 48))
    picture.save(file, "PNG")
    return file.getvalue()


_PICTURE = DataUri.encode("image/png", [png()])
_MASK = DataUri.encode("image/png", [mask()])

_SEEDED: dict[str, Callable[[DataUri, Generation], Action]] = {
    "GeneratePatternsFromImage": lambda picture, generation: GeneratePatternsFromImage(
        picture, (0, 0, SIDE, SIDE), generation=generation
    ),
    "ApplyReferencePattern": lambda picture, generation: ApplyReferencePattern(
        picture, _MASK, picture, generation=generation
    ),
    "ApplyReferenceStyle": lambda picture, generation: ApplyReferenceStyle(picture, picture, generation=generation),
    "GenerateImages": lambda _, generation: GenerateImages(generation=generation),
}
_UNSEEDED: dict[str, Callable[..., Action]] = {
    "RemoveBackground": lambda picture, **named: RemoveBackground(picture, **named),
    "ExtractContents": lambda picture, **named: ExtractContents(picture, ((32, 32),), **named),
    "RemoveContents": lambda picture, **named: RemoveContents(picture, _MASK, **named),
    "ResizeImage": lambda picture, **named: ResizeImage(picture, SIDE, SIDE, **named),
    "DescribeImages": lambda picture, **named: DescribeImages((picture,), **named),
}

EVERY_ACTION = (*_SEEDED, *_UNSEEDED)


def example_action(action: str, name: str, seed: int = 1, batch_size: int = 1, picture: DataUri = _PICTURE) -> Action:
    """Its name stands among its prompts. What has none sends them all the same, which the service does not mind."""
    if action in _UNSEEDED:
        return _UNSEEDED[action](picture, extra_parameters={"PositivePrompts": [name]})
    generation = Generation(positive_prompts=(name,), seed=seed, width=SIDE, height=SIDE, batch_size=batch_size)
    return _SEEDED[action](picture, generation)
