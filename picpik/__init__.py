"""PICPIK's API client: signed calls, and tasks that are submitted once and never lost.

Knows neither torch nor ComfyUI. What other rooms may use is named here.
"""

from .actions import (
    MAX_BATCH as MAX_BATCH,
)
from .actions import (
    MAX_SEED as MAX_SEED,
)
from .actions import (
    RANDOM_SEED as RANDOM_SEED,
)
from .actions import (
    ApplyReferencePattern as ApplyReferencePattern,
)
from .actions import (
    GeneratePatternsFromImage as GeneratePatternsFromImage,
)
from .actions import (
    Generation as Generation,
)
from .actions import (
    PatternAction as PatternAction,
)
from .actions import (
    parse_extra_parameters as parse_extra_parameters,
)
from .client import Client as Client
from .client import Credits as Credits
from .data_uri import DataUri as DataUri
from .errors import (
    BatchFailed as BatchFailed,
    InputRefused as InputRefused,
)
from .errors import (
    BatchFailed as BatchFailed,
    NotConfigured as NotConfigured,
)
from .errors import (
    BatchFailed as BatchFailed,
    PicpikError as PicpikError,
)
from .errors import (
    BatchFailed as BatchFailed,
    ResultUnavailable as ResultUnavailable,
)
from .errors import (
    BatchFailed as BatchFailed,
    TaskOutOfReach as TaskOutOfReach,
    TaskTimeout as TaskTimeout,
)
from .handle import Handle as Handle
from .handle import TaskResult as TaskResult
from .models import (
    DEFAULT_MODEL as DEFAULT_MODEL,
)
from .models import (
    InferenceParams as InferenceParams,
)
from .models import (
    ModelRef as ModelRef,
)
from .progress import Phase as Phase
from .progress import Progress as Progress
from .runner import Runner as Runner
from .settings import SANDBOX as SANDBOX
from .settings import Account as Account
from .settings import Settings as Settings
