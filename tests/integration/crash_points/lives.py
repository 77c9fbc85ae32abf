"""What a process with a task runner does from its first request to its end, or to the blow that ends it."""

from __future__ import annotations

import io
import json
import logging
import re
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from comfyui_picpik.picpik.api import Account, DataUri, PicpikError
from comfyui_picpik.picpik.runner import Delays, OutcomeUnknown, Runner, TaskResult
from comfyui_picpik.tests.integration.example_actions import example_action
from PIL import Image

from .database import watch_ledger
from .files import watch_files
from .power import Mirror
from .seams import NO_BLOW, Blow, Seams
from .wire import watch_calls

DELAYS = Delays(
    first_retry=0.01,
    longest_retry=0.05,
    longest_pause=0.1,
    first_look=0.05,
    longest_look=0.15,
    search_window=0.4,
    missing=0.3,
    liveness=0.02,
)
"""The one place that says how short a life's pauses are."""
POLL_INTERVAL = 0.03
SEED = 7
"""Of all requests: what one of them lost can be taken for another's."""
TRIES = 5
"""A user who is told to run again does so this often."""
SOON = 30.0

_TASK_UID = re.compile(r"\b[0-9a-v]{20}\b")


def live(order: dict[str, Any]) -> None:
    """One life, as `point.Point` orders it. What came of its runs is in the file `report` when it has ended well."""
    folder, home = Path(order["folder"]), Path(order["home"])
    tempfile.tempdir = str(folder)
    blow = Blow(*order["blow"])
    if blow.kind != NO_BLOW:
        _watch(home, blow, folder, folder / order["log"])
    life = _Life(home, order)
    LIVES[order["life"]](life, order["requests"])
    life.runner.stop()
    (folder / order["report"]).write_text(json.dumps({"runs": life.runs, "log": life.log}))


def _watch(home: Path, blow: Blow, folder: Path, log: Path) -> None:
    """The blow falls at its seam; what a power cut leaves is kept in `folder`."""
    seams = Seams(blow, log)
    mirror = Mirror(folder / "mirror") if blow.is_cut else None
    watch_files(seams, home, mirror)
    watch_ledger(seams, home, mirror)
    watch_calls(seams)


class _Life:
    """A runner, and what was seen of its runs."""

    def __init__(self, home: Path, order: dict[str, Any]) -> None:
        self.runs: list[dict[str, Any]] = []
        self.log: list[str] = []
        handler = logging.Handler(logging.WARNING)
        handler.emit = lambda record: self.log.append(record.getMessage())
        logging.getLogger().addHandler(handler)
        self._action = order["action"]
        self._picture = DataUri.encode("image/png", [Path(order["picture"]).read_bytes()])
        self._account = Account(*order["account"])
        self.runner = Runner(
            home, _check, poll_interval=POLL_INTERVAL, delays=DELAYS, keep_bytes=order["keep_bytes"] or 4 * 1024**3
        )

    def resume(self) -> None:
        self.runner.resume(self._account)

    def submit(self, name: str) -> Any:
        """A request that is equal to no other of another name, and that the service tells from none."""
        return self.runner.submit(self._account, example_action(self._action, name, SEED, picture=self._picture))

    def collect(self, task_uid: str) -> None:
        """What Poll Task does."""
        self.wait(f"Poll Task {task_uid}", self.runner.collect(self._account, task_uid))

    def wait(self, name: str, handle: Any, *, delivers: bool = True) -> TaskResult | Exception:
        """What the node that waits gets; a result is read, as a node does, and handed out."""
        try:
            result = handle.result.result(SOON)
            for file in result.pictures:
                _check(file.read_bytes())
            for file in result.texts:
                file.read_text("utf-8")
        except (PicpikError, OSError, ValueError) as error:
            self.runs.append({"name": name, "outcome": type(error).__name__, "said": str(error)})
            return error
        self.runs.append({"name": name, "outcome": "result", "task": result.task_uid})
        if delivers:
            result.deliver()
        return result


def _run(life: _Life, names: Sequence[str]) -> None:
    """All at once, as the entries of a batch are; what did not come is run again, as its message asks."""
    told: dict[str, OutcomeUnknown] = {}
    for _ in range(TRIES):
        handles = {name: life.submit(name) for name in names}
        ended = {name: life.wait(name, handle) for name, handle in handles.items()}
        told = {name: error for name, error in ended.items() if isinstance(error, OutcomeUnknown)}
        names = [name for name, result in ended.items() if isinstance(result, Exception)]
    for task_uid in sorted({uid for error in told.values() for uid in _TASK_UID.findall(str(error))}):
        life.collect(task_uid)


def _run_after_a_restart(life: _Life, names: Sequence[str]) -> None:
    life.resume()
    _run(life, names)


def _cancel_and_run(life: _Life, names: Sequence[str]) -> None:
    """Cancelled at once: sent or not, the next run must know."""
    for handle in [life.submit(name) for name in names]:
        handle.release()
    _run(life, names)


def _cancel_when_accepted_and_run(life: _Life, names: Sequence[str]) -> None:
    for handle in [life.submit(name) for name in names]:
        handle.accepted.result(SOON)
        handle.release()
    _run(life, names)


def _do_not_wait(life: _Life, names: Sequence[str]) -> None:
    """Hands out the TaskUIDs alone; the background brings the pictures."""
    handles = {name: life.submit(name) for name in names}
    for handle in handles.values():
        handle.accepted.result(SOON)
        handle.release()
    for name, handle in handles.items():
        life.wait(name, handle, delivers=False)


def _run_one_after_another(life: _Life, names: Sequence[str]) -> None:
    """And the first once more: what the store has dropped is brought again."""
    for name in (*names, names[0]):
        _run(life, [name])


LIVES: dict[str, Callable[[_Life, Sequence[str]], None]] = {
    "run": _run,
    "run after a restart": _run_after_a_restart,
    "cancel and run": _cancel_and_run,
    "cancel when accepted, and run": _cancel_when_accepted_and_run,
    "do not wait": _do_not_wait,
    "run one after another": _run_one_after_another,
}


def _check(content: bytes) -> None:
    """A picture that can be drawn to its last line. Raises ValueError."""
    try:
        Image.open(io.BytesIO(content)).load()
    except OSError as error:
        raise ValueError(str(error)) from None
