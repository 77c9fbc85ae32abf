"""Loads the pack under one explicit name, the way ComfyUI does: `comfyui_picpik`, never as top-level modules.

In ComfyUI a top-level `nodes` is ComfyUI's own module, so the pack's root must never stand on `sys.path`, and pytest
must not import the root `__init__.py` as a nameless package.
"""

import os
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest
from hypothesis import HealthCheck, settings

ROOT = Path(__file__).resolve().parent.parent

sys.path[:] = [entry for entry in sys.path if Path(entry or ".").resolve() != ROOT]

_pack = ModuleType("comfyui_picpik")
_pack.__path__ = [str(ROOT)]
sys.modules.setdefault("comfyui_picpik", _pack)

# How long a machine takes to make or to try an example says nothing about the code.
settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("untimed")


class _RootIsNoPackage:
    """Keeps pytest from importing the pack's root `__init__.py` while it collects."""

    @pytest.hookimpl(tryfirst=True)
    def pytest_collect_directory(self, path: Path, parent: pytest.Collector) -> pytest.Collector | None:
        return pytest.Dir.from_parent(parent, path=path) if path == ROOT else None


UNDER_THE_RULES_OF_WINDOWS = "WINDOWS_RULES_BELOW" in os.environ
"""Whether this is the lane `windows`: see `tests/windows/rules`."""


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Under the rules of Windows, only what touches files is worth a second run, and what is POSIX's is not there."""
    if not UNDER_THE_RULES_OF_WINDOWS:
        return
    kept = [item for item in items if _touches_files(item) and not _is_of_posix(item)]
    config.hook.pytest_deselected(items=[item for item in items if item not in kept])
    items[:] = kept


def _touches_files(item: pytest.Item) -> bool:
    return bool({"tmp_path", "tmp_path_factory"} & {*getattr(item, "fixturenames", ())})


def _is_of_posix(item: pytest.Item) -> bool:
    reasons = (str(mark.kwargs.get("reason", "")) for mark in item.iter_markers("skipif"))
    return any("Windows" in reason or "POSIX" in reason for reason in reasons)


_totals = pytest.StashKey[list[str]]()


def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.register(_RootIsNoPackage())
    config.stash[_totals] = []


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    for line in config.stash[_totals]:
        terminalreporter.write_line(line)


@pytest.fixture(scope="session")
def say_at_the_end(request: pytest.FixtureRequest) -> Callable[[str], None]:
    """Prints a line below the results of the whole run."""
    return request.config.stash[_totals].append
