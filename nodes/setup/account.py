"""Account: chooses a saved account by its name, and looks whether it works."""

from __future__ import annotations

import functools
from collections import Counter

from comfy_api.latest import io

from ...picpik import api
from ..host import CATEGORY, AccountType, execution, is_linked, service

UNKNOWN_CREDITS = -1
_ACCOUNT = 0
"""Index of the output."""

_checks_in_trouble: Counter[str] = Counter()
"""How many checks of each name have found some trouble, since ComfyUI was started."""


class Account(io.ComfyNode):
    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="PicpikAccount",
            display_name="Account (PICPIK)",
            category=CATEGORY,
            description="Chooses one of the accounts that are saved in Settings > PICPIK, checks the connection and "
            "tells the credits that are left. Costs nothing.",
            search_aliases=["picpik", "key", "credits", "balance", "connection test", "账户", "密钥", "余额", "点数"],
            inputs=[
                io.String.Input(
                    "name",
                    default="",
                    tooltip="Name of an account that is saved in Settings > PICPIK. Empty: the default account. A name "
                    "that is not saved on this computer is refused before anything is paid. Keys never stand in a "
                    "workflow.",
                ),
            ],
            outputs=[
                AccountType.Output("account", tooltip="For the input account of the nodes that call PICPIK."),
                io.Int.Output(
                    "credits_left",
                    tooltip="Credits that are left, -1 where they could not be asked for. Asked for when the account "
                    "changes and at each run after trouble; where account is not linked, also after something was "
                    "paid.",
                ),
                io.String.Output("report", tooltip="What was checked, one line each: ok, or trouble and what to do."),
            ],
            hidden=[io.Hidden.unique_id],
            is_output_node=True,
        )

    @classmethod
    def fingerprint_inputs(cls, name: str | None = None) -> str | float:
        """Changes with the account, and after a check that found trouble: that is not handed out from the cache.

        Whatever hangs on this node runs again when it changes. So it changes with what was spent, too, only where
        nobody takes `account`: else each paid run would have everything below run again, and save its pictures twice.
        """
        name = (name or "").strip()
        try:
            identity = service.account_identity(name)
        except api.NotConfigured:
            return float("nan")
        spent = 0 if is_linked(_ACCOUNT) else sum(service.history().spent_since(0).values())
        return f"{identity} {_checks_in_trouble[name]} {spent}"

    @classmethod
    async def execute(cls, name: str) -> io.NodeOutput:
        name = name.strip()
        async with execution(cls.hidden.unique_id) as run:
            report, note = await run.off_loop("checking the account", functools.partial(service.check, name))
            _checks_in_trouble[name] += not report.is_well
            run.note(*([note] if note else ()), *map(str, report.findings))
            credits_left = report.credits.left if report.credits else UNKNOWN_CREDITS
            return io.NodeOutput(name, credits_left, "\n".join(filter(None, (note, str(report)))))
