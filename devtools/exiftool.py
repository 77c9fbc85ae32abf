"""A reader of print files that shares nothing with what wrote them: the one the machine has, else Debian's."""

import shutil

from . import debian
from .environment import Environment
from .terminal import say


def provide(environment: Environment) -> None:
    """Without it the tests that read by it are skipped, which is said; in CI nothing may be skipped."""
    if shutil.which("exiftool"):
        return
    if debian.can_install():
        debian.install(environment, "libimage-exiftool-perl")
    else:
        say("  There is no exiftool: what is read by it is skipped. It comes from exiftool.org, Homebrew or apt.")
