from .comparison import (
    BARE_ONLY as BARE_ONLY,
    BOTH_FORMS as BOTH_FORMS,
    ONE_TASK as ONE_TASK,
    PROBED as PROBED,
    TWO_TASKS as TWO_TASKS,
    URI_ONLY as URI_ONLY,
    Difference as Difference,
    differences as differences,
)
from .corrections import (
    Corrections as Corrections,
    correct as correct,
    corrected as corrected,
    read_corrections as read_corrections,
    take_back as take_back,
)
from .doctor import (
    Finding as Finding,
    Report as Report,
    examine as examine,
    unconfigured as unconfigured,
    with_differences as with_differences,
)
from .endpoints import (
    ENDPOINTS as ENDPOINTS,
    SANDBOX as SANDBOX,
    endpoint_url as endpoint_url,
    service_name as service_name,
)
from .model_list import KnownModels as KnownModels, read_models as read_models, write_models as write_models
from .recorder import Recorder as Recorder
from .reporting import facts_report as facts_report
from .saved_accounts import SavedAccount as SavedAccount, SavedAccounts as SavedAccounts, write_saved as write_saved
from .service_facts import read_facts as read_facts
from .settings import Choice as Choice, Settings as Settings, Source as Source
