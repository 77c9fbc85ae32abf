"""The Actions that submit a task, one file each: which parameters they take, and the task that these ask for."""

from . import (
    apply_reference_pattern,
    apply_reference_style,
    describe_images,
    extract_contents,
    generate_images,
    generate_patterns_from_image,
    remove_background,
    remove_contents,
    resize_image,
)
from .task_spec import Pictures as Pictures, Reader as Reader, TaskSpec as TaskSpec, Texts as Texts

ACTIONS: dict[str, Reader] = {
    "ApplyReferencePattern": apply_reference_pattern.read,
    "ApplyReferenceStyle": apply_reference_style.read,
    "DescribeImages": describe_images.read,
    "ExtractContents": extract_contents.read,
    "GenerateImages": generate_images.read,
    "GeneratePatternsFromImage": generate_patterns_from_image.read,
    "RemoveBackground": remove_background.read,
    "RemoveContents": remove_contents.read,
    "ResizeImage": resize_image.read,
}
