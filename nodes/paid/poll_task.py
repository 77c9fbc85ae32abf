"""Poll Task: the results of tasks that exist already."""

from __future__ import annotations

from comfy_api.latest import io

from ...picpik import api
from ..host import CATEGORY, execution, filled_lines, service
from .outputs import outputs_of, picture_outputs, whatever
from .submission_inputs import account_input, timeout_input


class PollTask(io.ComfyNode):
    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="PicpikPollTask",
            display_name="Poll Task (PICPIK)",
            category=CATEGORY,
            description="Waits for tasks that were submitted before and gives their results. Costs nothing.",
            search_aliases=["picpik", "task", "TaskUID", "resume", "collect", "fetch result", "查询任务", "取回结果"],
            inputs=[
                io.String.Input(
                    "task_uid",
                    multiline=True,
                    default="",
                    tooltip="A TaskUID, or several, one a line. PICPIK keeps results for 24 hours; what the pack has "
                    "stored, it gives for longer (API: TaskUIDList).",
                ),
                timeout_input("How long the node waits while a task is queued, and again while it runs."),
                account_input(),
            ],
            outputs=[
                *picture_outputs(),
                io.String.Output("text", tooltip="What Describe Images wrote, with an empty line between two texts."),
            ],
            hidden=[io.Hidden.unique_id],
        )

    @classmethod
    def fingerprint_inputs(cls, **_: object) -> str:
        return service.account_fingerprint()

    @classmethod
    async def execute(cls, task_uid: str, timeout_minutes: float = 15.0, account: str = "") -> io.NodeOutput:
        async with execution(cls.hidden.unique_id) as run:
            payer, note = service.choose(account)
            run.note(*([note] if note else ()))
            others = tuple(service.usable_accounts().values())
            handles = [run.watch(service.runner().collect(payer, uid, others)) for uid in _task_uids(task_uid)]
            return await outputs_of(run, handles, timeout_minutes, whatever)


def _task_uids(text: str) -> tuple[str, ...]:
    uids = tuple(dict.fromkeys(filled_lines(text)))
    if not uids:
        raise api.InputRefused(
            "task_uid", "is empty.", "Paste a TaskUID, or link task_uid of the node that submitted it."
        )
    return uids
