"""What the two Actions show, drawn from what was sent: numpy and Pillow only, no HTTP and no JSON."""

from .application import Application as Application
from .extraction import Extraction as Extraction
