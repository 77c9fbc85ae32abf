from .application import Application as Application
from .extraction import Extraction as Extraction
