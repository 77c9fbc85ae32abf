"""The free nodes: a tile as cloth, its seams, its repeat, its colours, its file. They call no service."""

from .check_seams import CheckSeams as CheckSeams
from .colourway import Colourway as Colourway
from .find_repeat import FindRepeat as FindRepeat
from .mend_seams import MendSeams as MendSeams
from .reduce_colours import ReduceColours as ReduceColours
from .repeat_pattern import RepeatPattern as RepeatPattern
from .save_for_print import SaveForPrint as SaveForPrint
