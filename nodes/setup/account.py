"""Account: chooses a saved account by its name, and looks whether it works."""

from __future__ import annotations

import functools

from comfy_api.latest import io

from ..host import CATEGORY, AccountType, execution, service

UNKNOWN_CREDITS = -1


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
                    tooltip="Name of an account that is saved in Settings > PICPIK. Empty, or not known on this "
                    "computer: the default account. Keys never stand in a workflow.",
                ),
            ],
            outputs=[
                AccountType.Output("account", tooltip="For the input account of the nodes that call PICPIK."),
                io.Int.Output("credits_left", tooltip="Credits that are left, -1 where they could not be asked for."),
                io.String.Output("report", tooltip="What was checked, one line each: ok, or trouble and what to do."),
            ],
            hidden=[io.Hidden.unique_id],
            is_output_node=True,
        )

    @classmethod
    def fingerprint_inputs(cls, name: str | None = None) -> str:
        """Changes with the account and with what was spent on this computer: then the credits are asked for anew."""
        return f"{service.account_fingerprint(name or '')} {service.history().spent_since(0)}"

    @classmethod
    async def execute(cls, name: str) -> io.NodeOutput:
        async with execution(cls.hidden.unique_id) as run:
            report, note = await run.off_loop("checking the account", functools.partial(service.check, name))
            run.note(*([note] if note else ()), *map(str, report.findings))
            credits_left = report.credits.left if report.credits else UNKNOWN_CREDITS
            return io.NodeOutput(name.strip(), credits_left, "\n".join(filter(None, (note, str(report)))))
