"""What a node shows while it runs: a line of text, a bar, and what was changed on the way.

Text and bar go to the browser that asked for the run, never to the others.
"""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Callable, Sequence

from comfy.model_management import InterruptProcessingException
from comfy_api.latest import ComfyAPI
from server import PromptServer

from ...picpik import runner
from ...picpik.runner import Phase

_SHARE = {
    Phase.PREPARING: 0.02,
    Phase.SUBMITTING: 0.05,
    Phase.LOOKING: 0.05,
    Phase.QUEUED: 0.10,
    Phase.RUNNING: 0.15,
    Phase.DOWNLOADING: 0.90,
    Phase.DONE: 1.0,
    Phase.FAILED: 1.0,
}
_STEPS = 100


class NodeDisplay:
    """The display of one execution of one node."""

    def __init__(self, node_id: str) -> None:
        self._node_id = node_id
        self._began = time.monotonic()
        self._saying = ""
        self._handles: list[runner.Handle] = []
        self._notes: list[str] = []
        self._shown_text = ""
        self._shown_step = -1
        self._expected: float | None = None
        self._cost_of: Callable[[int], str | None] = lambda count: None  # noqa: ARG005

    def say(self, text: str) -> None:
        """What is done just now that is no task."""
        self._saying = text

    def expect(self, seconds: float | None, cost_of: Callable[[int], str | None]) -> None:
        """How long the tasks will take from now on, where that is known, and what to say of so many paid ones."""
        self._expected = None if seconds is None else seconds + time.monotonic() - self._began
        self._cost_of = cost_of

    def note(self, *lines: str) -> None:
        self._notes += [line for line in lines if line not in self._notes]

    def watch(self, handle: runner.Handle) -> None:
        self._saying = ""
        self._handles.append(handle)

    async def refresh(self) -> None:
        """Shows the present moment; sends only what has changed."""
        moments = self._moments()
        self._show_text(f"{self._saying or _summary(moments)} · {self._time()}", moments)
        await self._show_step(round(_STEPS * _share(moments)))

    async def ended_well(self) -> None:
        moments = self._moments()
        is_done = all(handle.result.done() for handle in self._handles)
        ending = "done" if is_done else f"submitted, TaskUID {_uids(moments)}"
        self._show_text(" · ".join([ending, _clock(time.monotonic() - self._began), *_spent(moments)]), moments)
        await self._show_step(_STEPS)

    def ended_by(self, error: BaseException) -> None:
        """The last text stays on the node, so it must not go on saying "running"."""
        moments = self._moments()
        going_on = [moment for moment in moments if _goes_on(moment)]
        stopped = isinstance(error, (InterruptProcessingException, asyncio.CancelledError))
        if going_on:
            self.note(f"Task {_uids(going_on)} is paid, goes on and is kept: run again to get its pictures.")
        if stopped and any(moment.phase is Phase.LOOKING for moment in moments):
            self.note("It may have been accepted: the pack goes on looking for its task. Run again to wait for that.")
        self._show_text("stopped" if stopped else "failed", moments)

    def _moments(self) -> list[runner.Progress]:
        return [handle.progress for handle in self._handles]

    def _time(self) -> str:
        """The time gone by, and how much there will be, as long as that is still to come."""
        gone = time.monotonic() - self._began
        if self._expected is None or gone >= self._expected:
            return _clock(gone)
        return f"{_clock(gone)} of about {_clock(self._expected)}"

    def _show_text(self, text: str, moments: Sequence[runner.Progress]) -> None:
        text = "\n".join([text, *self._notes, *self._cost(moments), *_upload(moments)])
        client_id = PromptServer.instance.client_id
        if text != self._shown_text and client_id is not None:  # no client id would mean: every browser
            PromptServer.instance.send_progress_text(text, self._node_id, client_id)
        self._shown_text = text

    def _cost(self, moments: Sequence[runner.Progress]) -> list[str]:
        """What is paid in this run, or may be: of a request that is only prepared, it is not known yet."""
        # equal requests are one task, and have one progress
        paid = {moment for moment in moments if moment.sent or moment.phase is Phase.PREPARING}
        return list(filter(None, [self._cost_of(len(paid))]))

    async def _show_step(self, step: int) -> None:
        if step != self._shown_step:
            self._shown_step = step
            await ComfyAPI().execution.set_progress(step, _STEPS, self._node_id)


def _upload(moments: Sequence[runner.Progress]) -> list[str]:
    """How much is sent: on most uplinks that takes longer than everything else the pack does."""
    byte_count = sum(moment.upload_bytes for moment in moments if moment.sent)
    return [f"upload: {byte_count / 1e6:.2f} MB of pictures"] if byte_count else []


def _summary(moments: Sequence[runner.Progress]) -> str:
    """One line for all tasks of the node: the slowest one's state, and how many are done."""
    if not moments:
        return "preparing"
    slowest = min(moments, key=lambda moment: _SHARE[moment.phase])
    parts = [slowest.status_text or slowest.phase.value]
    if len(moments) > 1:
        done = sum(moment.phase is Phase.DONE for moment in moments)
        parts.insert(0, f"{done} of {len(moments)} done")
    if slowest.trouble:
        parts.append(f"{slowest.trouble} Trying again")
    return " · ".join(parts)


def _spent(moments: Sequence[runner.Progress]) -> list[str]:
    """The credits of this run, and those of tasks that were there already."""
    now, before = (
        [moment.points_spent for moment in moments if moment.points_spent is not None and moment.sent is sent]
        for sent in (True, False)
    )
    said = [f"{sum(now)} credits"] if now else []
    return [*said, f"{sum(before)} credits paid before"] if before else said


def _share(moments: Sequence[runner.Progress]) -> float:
    return sum(map(_share_of, moments)) / len(moments) if moments else 0.0


def _share_of(moment: runner.Progress) -> float:
    share = _SHARE[moment.phase]
    if moment.phase is Phase.RUNNING:  # the service tells no percentage: the bar slows down, but never stands still
        share += 0.7 * (1 - math.exp(-moment.seconds() / 30))
    return share


def _goes_on(moment: runner.Progress) -> bool:
    return moment.task_uid is not None and moment.phase not in (Phase.DONE, Phase.FAILED)


def _uids(moments: Sequence[runner.Progress]) -> str:
    return ", ".join(moment.task_uid or "?" for moment in moments)


def _clock(seconds: float) -> str:
    minutes, rest = divmod(int(seconds), 60)
    return f"{minutes}:{rest:02d}"
