"""Prompts for a real ComfyUI, in the words of its API."""

import io
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

Prompt = dict[str, dict[str, Any]]

SHARED = {
    "main_model": "PICPIK General",
    "positive_prompts": "",
    "negative_prompts": "",
    "seed": 1,
    "width": 128,
    "height": 128,
    "batch_size": 1,
}

MATTING = {"hair_optimization": "auto", "erode_size": 15, "foreground_threshold": 240, "background_threshold": 15}


def node(class_type: str, **inputs: Any) -> dict[str, Any]:
    return {"class_type": class_type, "inputs": inputs, "_meta": {"title": class_type}}


def extract(raw_image: list[Any], **changes: Any) -> dict[str, Any]:
    box = {"x": 0, "y": 0, "width": 0, "height": 0}
    return node("PicpikExtractPattern", **{"raw_image": raw_image, "box": box, "tiling": False, **SHARED, **changes})


def apply(raw_image: list[Any], mask: list[Any], pattern_image: list[Any], **changes: Any) -> dict[str, Any]:
    pictures = {"raw_image": raw_image, "mask": mask, "pattern_image": pattern_image}
    switches = {"pattern_strength": 1.0, "chaotic_mode": False, "color_correction": False}
    return node("PicpikApplyReferencePattern", **{**pictures, **switches, **SHARED, **changes})


def extract_contents(raw_image: list[Any], include_points: Any, **changes: Any) -> dict[str, Any]:
    points = {"include_points": include_points, "exclude_points": ""}
    return node("PicpikExtractContents", **{"raw_image": raw_image, **points, **MATTING, **changes})


def remove_background(raw_image: list[Any], **changes: Any) -> dict[str, Any]:
    box = {"x": 0, "y": 0, "width": 0, "height": 0}
    return node("PicpikRemoveBackground", **{"raw_image": raw_image, "box": box, **MATTING, **changes})


def remove_contents(raw_image: list[Any], mask: list[Any], **changes: Any) -> dict[str, Any]:
    return node("PicpikRemoveContents", **{"raw_image": raw_image, "mask": mask, "mask_blur": 12, **changes})


def resize(image: list[Any], **changes: Any) -> dict[str, Any]:
    return node(
        "PicpikResizeImage", **{"image": image, "width": 0, "height": 0, "factor": 2.0, "tile": False, **changes}
    )


def describe(images: list[Any], **changes: Any) -> dict[str, Any]:
    return node("PicpikDescribeImages", **{"images": images, "language": "English", **changes})


def style(raw_image: list[Any], style_image: list[Any], **changes: Any) -> dict[str, Any]:
    pictures = {"raw_image": raw_image, "style_image": style_image, "style_strength": 0.5}
    return node("PicpikApplyReferenceStyle", **{**pictures, **SHARED, **changes})


def generate(**changes: Any) -> dict[str, Any]:
    return node("PicpikGenerateImages", **{"tileable": True, **SHARED, "positive_prompts": "stripes", **changes})


def extract_prompt(**changes: Any) -> Prompt:
    """Extract Pattern on the example garment, its picture previewed by node `3`."""
    return {
        "1": node("PicpikExampleImages"),
        "2": extract(["1", 0], **changes),
        "3": node("PreviewImage", images=["2", 0]),
    }


def apply_prompt(mask: list[Any] | None = None, **changes: Any) -> Prompt:
    """Apply Reference Pattern on the example garment, its picture previewed by node `3`."""
    return {
        "1": node("PicpikExampleImages"),
        "2": apply(["1", 0], mask or ["1", 1], ["1", 2], **changes),
        "3": node("PreviewImage", images=["2", 0]),
    }


def pixels(content: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(content)).convert("RGB"))


def save_arrays(path: Path, image: np.ndarray, mask: np.ndarray | None = None) -> str:
    """A file for the node NeighbourMakes."""
    np.savez(path, image=image, mask=np.ones(image.shape[:-1], np.float32) if mask is None else mask)
    return str(path)
