"""What the pattern bench refuses. Every text has two lines: what happened, and what to do about it."""

import errno
from pathlib import Path


class PatternError(ValueError):
    """Base of everything that this room raises on purpose."""

    # ComfyUI shows module and name of an exception; as a module of a pack, the former is a path of this computer
    __module__ = "picpik"

    def __init_subclass__(cls) -> None:
        cls.__module__ = "picpik"

    def __init__(self, problem: str, remedy: str) -> None:
        super().__init__(f"{problem}\n{remedy}")
        self.problem = problem
        self.remedy = remedy


class PatternRefused(PatternError):
    """An input that nothing can be made of. `input` is the id of the node's input."""

    def __init__(self, input: str, problem: str, remedy: str) -> None:
        super().__init__(f"{input}: {problem}", remedy)
        self.input = input


class NoRepeat(PatternError):
    """A picture in which nothing repeats."""


class NotWritten(PatternError):
    """A file that the disk did not take. Nothing of it is left there."""

    _FULL = (errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC))

    def __init__(self, folder: Path, byte_count: int, error: OSError) -> None:
        if error.errno in self._FULL:
            problem = f"No space left in {folder} for a file of {byte_count / 1e6:.3g} MB."
            remedy = "Free some space there and run again. No half-written file was left."
        else:
            problem = f"No file can be written in {folder} ({error.strerror or error})."
            remedy = "Look whether the folder can be written to, or choose another one, and run again."
        super().__init__(problem, remedy)
