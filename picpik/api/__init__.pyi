from .account import Account as Account, is_of_sandbox as is_of_sandbox
from .actions import (
    ACTIONS as ACTIONS,
    HAIR_OPTIMIZATIONS as HAIR_OPTIMIZATIONS,
    LANGUAGES as LANGUAGES,
    MAX_ATTEMPT as MAX_ATTEMPT,
    MAX_BATCH as MAX_BATCH,
    MAX_ERODE_SIZE as MAX_ERODE_SIZE,
    MAX_MASK_BLUR as MAX_MASK_BLUR,
    MAX_RESIZED_SIDE as MAX_RESIZED_SIDE,
    MAX_SEED as MAX_SEED,
    MAX_THRESHOLD as MAX_THRESHOLD,
    MIN_RESIZED_SIDE as MIN_RESIZED_SIDE,
    RANDOM_SEED as RANDOM_SEED,
    Action as Action,
    ApplyReferencePattern as ApplyReferencePattern,
    ApplyReferenceStyle as ApplyReferenceStyle,
    DescribeImages as DescribeImages,
    ExtractContents as ExtractContents,
    GenerateImages as GenerateImages,
    GeneratePatternsFromImage as GeneratePatternsFromImage,
    Generation as Generation,
    Matting as Matting,
    RemoveBackground as RemoveBackground,
    RemoveContents as RemoveContents,
    Request as Request,
    ResizeImage as ResizeImage,
    ResultKind as ResultKind,
    UnencodedRequest as UnencodedRequest,
    parse_extra_parameters as parse_extra_parameters,
    result_kind as result_kind,
)
from .assumptions import (
    ASSUMED as ASSUMED,
    CFG_SPELLINGS as CFG_SPELLINGS,
    STATUS_WORDS as STATUS_WORDS,
    Assumptions as Assumptions,
    Base64Form as Base64Form,
    Redrawn as Redrawn,
)
from .client import Client as Client, Credits as Credits
from .clock import SYSTEM_CLOCK as SYSTEM_CLOCK, Clock as Clock
from .data_uri import DataUri as DataUri
from .errors import (
    ApiError as ApiError,
    BadAnswer as BadAnswer,
    CallFailed as CallFailed,
    HttpRefused as HttpRefused,
    InputRefused as InputRefused,
    NeverSent as NeverSent,
    NoAnswer as NoAnswer,
    NotConfigured as NotConfigured,
    PicpikError as PicpikError,
)
from .models import (
    DEFAULT_MODEL as DEFAULT_MODEL,
    InferenceParams as InferenceParams,
    ModelList as ModelList,
    ModelRef as ModelRef,
)
from .observer import Observer as Observer
from .pixel_digest import PixelDigest as PixelDigest
from .proxies import Proxies as Proxies, check_proxy as check_proxy
from .request_keys import request_key as request_key, unseeded_key as unseeded_key
from .ret_codes import (
    API_TIMED_OUT as API_TIMED_OUT,
    GATEWAY_CODES as GATEWAY_CODES,
    GATEWAY_ERROR as GATEWAY_ERROR,
    REFUSING_CODES as REFUSING_CODES,
    SERVICE_UNAVAILABLE as SERVICE_UNAVAILABLE,
    THROTTLED as THROTTLED,
)
from .task_actions import TASK_ACTIONS as TASK_ACTIONS
from .task_details import COLLECTABLE_SECONDS as COLLECTABLE_SECONDS, TaskDetail as TaskDetail
from .task_status import TaskStatus as TaskStatus
from .task_uids import created_at as created_at
from .timeouts import AT_THE_SCREEN as AT_THE_SCREEN, Timeouts as Timeouts
from .transport import tls_context as tls_context
