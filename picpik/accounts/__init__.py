"""Whom calls are made for: settings, saved accounts, the connection test, and the models that can be chosen."""

from .doctor import Finding as Finding, Report as Report, examine as examine, unconfigured as unconfigured
from .endpoints import ENDPOINTS as ENDPOINTS, SANDBOX as SANDBOX, endpoint_url as endpoint_url
from .model_list import KnownModels as KnownModels, read_models as read_models, write_models as write_models
from .saved_accounts import SavedAccount as SavedAccount, SavedAccounts as SavedAccounts, write_saved as write_saved
from .settings import Choice as Choice, Settings as Settings, Source as Source
