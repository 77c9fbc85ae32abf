"""PICPIK's API client: signed calls, and tasks that are submitted once and never lost.

Knows neither torch nor ComfyUI. What other rooms may use is named here.
"""

from .actions import (
    MAX_BATCH as MAX_BATCH,
    MAX_SEED as MAX_SEED,
    RANDOM_SEED as RANDOM_SEED,
    ApplyReferencePattern as ApplyReferencePattern,
    GeneratePatternsFromImage as GeneratePatternsFromImage,
    Generation as Generation,
    PatternAction as PatternAction,
    parse_extra_parameters as parse_extra_parameters,
)
from .client import Client as Client, Credits as Credits
from .data_uri import DataUri as DataUri
from .doctor import Finding as Finding, Report as Report, examine as examine, unconfigured as unconfigured
from .errors import (
    BatchFailed as BatchFailed,
    InputRefused as InputRefused,
    NotConfigured as NotConfigured,
    PicpikError as PicpikError,
    ResultUnavailable as ResultUnavailable,
    TaskOutOfReach as TaskOutOfReach,
    TaskTimeout as TaskTimeout,
)
from .estimates import estimated_seconds as estimated_seconds
from .handle import Handle as Handle, TaskResult as TaskResult
from .history import PastTask as PastTask, TaskHistory as TaskHistory
from .model_list import KnownModels as KnownModels, read_models as read_models, write_models as write_models
from .models import (
    DEFAULT_MODEL as DEFAULT_MODEL,
    InferenceParams as InferenceParams,
    ModelList as ModelList,
    ModelRef as ModelRef,
)
from .progress import Phase as Phase, Progress as Progress
from .runner import Runner as Runner
from .saved_settings import (
    FIRST_NAME as FIRST_NAME,
    SavedAccount as SavedAccount,
    SavedSettings as SavedSettings,
    write_saved as write_saved,
)
from .settings import (
    ENDPOINTS as ENDPOINTS,
    SANDBOX as SANDBOX,
    Account as Account,
    Choice as Choice,
    Settings as Settings,
    Source as Source,
    endpoint_url as endpoint_url,
)
