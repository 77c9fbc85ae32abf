"""Nodes that call PICPIK for paid tasks, and Poll Task, which collects them."""

from .apply_reference_pattern import ApplyReferencePattern as ApplyReferencePattern
from .extract_pattern import ExtractPattern as ExtractPattern
from .poll_task import PollTask as PollTask
