"""Programs from Debian's packages, on machines where they may be installed."""

import os
import platform
import sys

from . import processes
from .environment import Environment
from .terminal import step


def can_install() -> bool:
    """Whether this is a Debian, and we are its root."""
    return _is_debian() and sys.platform != "win32" and os.geteuid() == 0


def install(environment: Environment, package: str) -> None:
    """Raises Failure where it does not come."""
    variables = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    log = environment.logs / "apt.log"
    with step(f"apt-get install {package}"):
        processes.run(["apt-get", "update"], log, variables)
        processes.run(["apt-get", "install", "-y", "--no-install-recommends", package], log, variables)


def _is_debian() -> bool:
    try:
        return platform.freedesktop_os_release().get("ID") == "debian"
    except OSError:
        return False
