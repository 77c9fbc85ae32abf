from .core import Core as Core
from .delays import Delays as Delays
from .errors import (
    BatchFailed as BatchFailed,
    OddAnswer as OddAnswer,
    OutcomeUnknown as OutcomeUnknown,
    ResultUnavailable as ResultUnavailable,
    SearchEnded as SearchEnded,
    ServiceSilent as ServiceSilent,
    StillLooking as StillLooking,
    TaskFailed as TaskFailed,
    TaskLost as TaskLost,
    TaskNotFound as TaskNotFound,
    TaskNotListed as TaskNotListed,
    TaskOutOfReach as TaskOutOfReach,
    TaskTimeout as TaskTimeout,
    Undecided as Undecided,
    Withdrawn as Withdrawn,
)
from .handle import Handle as Handle
from .progress import Phase as Phase, Progress as Progress
from .runner import Runner as Runner
from .task_result import TaskResult as TaskResult
