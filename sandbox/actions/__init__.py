"""The Actions that submit a task, one file each: which parameters they take, and the task that these ask for."""

from . import apply_reference_pattern, generate_patterns_from_image
from .task_spec import Pictures as Pictures, Reader as Reader, TaskSpec as TaskSpec, Texts as Texts

ACTIONS: dict[str, Reader] = {
    "ApplyReferencePattern": apply_reference_pattern.read,
    "GeneratePatternsFromImage": generate_patterns_from_image.read,
}
