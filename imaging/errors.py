"""What imaging refuses, as one tree.

    ImagingError (ValueError)
    ├── ImageRefused       an input that cannot be sent; carries the input's id
    └── UnreadableImage    a result file that is no complete picture

Every text has two lines: what happened, and what to do about it.
"""


class ImagingError(ValueError):
    """Base of everything that this package raises on purpose."""

    # ComfyUI shows module and name of an exception; as a module of a pack, the former is a path of this computer
    __module__ = "picpik"

    def __init_subclass__(cls) -> None:
        cls.__module__ = "picpik"

    def __init__(self, problem: str, remedy: str) -> None:
        super().__init__(f"{problem}\n{remedy}")
        self.problem = problem
        self.remedy = remedy


class ImageRefused(ImagingError):
    """An input that cannot be sent. `input` is the id of the node's input."""

    def __init__(self, input: str, problem: str, remedy: str) -> None:
        super().__init__(f"{input}: {problem}", remedy)
        self.input = input


class UnreadableImage(ImagingError):
    """A result file that is no complete picture. `label` names the file, never where it came from."""

    def __init__(self, label: str, problem: str) -> None:
        super().__init__(
            f"{label}: {problem}", "The file is kept. If nothing else opens it, run with another seed or attempt."
        )
        self.label = label
