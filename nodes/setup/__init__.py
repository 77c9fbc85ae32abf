"""Nodes that prepare a run and pay nothing: the account, the models, pictures to begin with."""

from .account import Account as Account
from .example_images import ExampleImages as ExampleImages
from .model import Model as Model
from .sub_model import SubModel as SubModel
