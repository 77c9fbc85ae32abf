"""The bridge between the nodes and ComfyUI: how a node waits, what it shows, what one process has of the pack."""

from . import raw_images as raw_images, service as service
from .execution import Execution as Execution, execution as execution
from .running_prompt import is_linked as is_linked, when_queued as when_queued
from .schema import (
    CATEGORY as CATEGORY,
    AccountType as AccountType,
    ModelType as ModelType,
    SubModelsType as SubModelsType,
    filled_lines as filled_lines,
)
