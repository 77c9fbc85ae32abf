"""Takes requests and brings their results: submitted once, never lost, whatever happens meanwhile."""

from .delays import Delays as Delays
from .errors import (
    BatchFailed as BatchFailed,
    OutcomeUnknown as OutcomeUnknown,
    ResultUnavailable as ResultUnavailable,
    TaskFailed as TaskFailed,
    TaskNotFound as TaskNotFound,
    TaskOutOfReach as TaskOutOfReach,
    TaskTimeout as TaskTimeout,
    Withdrawn as Withdrawn,
)
from .handle import Handle as Handle
from .progress import Phase as Phase, Progress as Progress
from .runner import Runner as Runner
from .task_result import TaskResult as TaskResult
