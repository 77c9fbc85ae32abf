"""The nodes of the pack. The only room that knows ComfyUI."""

from .account import Account
from .apply_reference_pattern import ApplyReferencePattern
from .example_images import ExampleImages
from .extract_pattern import ExtractPattern
from .model import Model
from .poll_task import PollTask
from .routes import add_routes as add_routes
from .service import collect_after_start as collect_after_start
from .sub_model import SubModel

NODES = [ExtractPattern, ApplyReferencePattern, PollTask, Model, SubModel, Account, ExampleImages]
