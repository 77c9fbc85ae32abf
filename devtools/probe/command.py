"""`dev.py probe`: what a real service does, against what the pack assumes. It costs credits."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path

from ...picpik.accounts import SANDBOX, Settings
from ...picpik.api import Account, CallFailed, NotConfigured
from . import trials
from .budget import CapReached
from .journal import Outcome
from .probing import Probe
from .table import DIFFERS, NOT_ASKED, Row, as_markdown, as_text

REPORT = "probe.md"


class Refused(Exception):
    """Nothing more is sent. The first line says why, the next what to do."""


def run(root: Path, cap: int, environ: Mapping[str, str], say: Callable[[str], object]) -> int:
    """The whole probe; gives the exit code. Ctrl-C passes through: what was paid is kept then."""
    try:
        account, home = _chosen(root, environ)
        say(f"Asking {account.host}. At most {cap} credits are spent, by this and earlier runs together.")
        say(f"What is paid is kept in {home}; Ctrl-C loses nothing, and running again goes on.")
        asyncio.run(_probe(account, home, cap, say))
    except Refused as refused:
        say(f"\n{refused}")
        return 1
    return 0


def _chosen(root: Path, environ: Mapping[str, str]) -> tuple[Account, Path]:
    """The account of the environment, and the folder of what is kept."""
    try:
        settings = Settings(environ)
        choice = settings.choose()
        if choice.endpoint == SANDBOX:
            raise Refused("The sandbox is no service to learn of.\nSet PICPIK_ENDPOINT to a service, or to a URL.")
        return choice.account, settings.home or root / ".dev" / "probe" / choice.identity
    except NotConfigured as error:
        raise Refused(str(error)) from None


async def _probe(account: Account, home: Path, cap: int, say: Callable[[str], object]) -> None:
    probe = Probe(account, home, cap)
    try:
        await probe.free(probe.client.credits)  # where the keys are wrong, all that follows is in vain
        rows = [*await _free(probe, say), *await _paid(probe, say)]
        rows += [*trials.summary(probe.facts()), *await trials.result_urls(probe)]
        credits = await probe.free(probe.client.credits)
    except CallFailed as error:
        raise Refused(str(error)) from None
    finally:
        await probe.aclose()
    differing = sum(row.verdict == DIFFERS for row in rows)
    end = [
        f"{differing} of {len(rows)} differ from what the pack assumes.",
        f"Spent: {probe.journal.spent} of {cap} credits.",
    ]
    (home / REPORT).write_text(as_markdown(f"What {probe.service} does", rows, end), "utf-8")
    say("\n".join(["", as_text(rows), "", *end, f"{credits.left} credits are left. As Markdown: {home / REPORT}"]))


async def _free(probe: Probe, say: Callable[[str], object]) -> list[Row]:
    rows: list[Row] = []
    for name, trial in trials.FREE.items():
        say(f"  {name} (free)")
        rows += (await trial(probe)).rows
    return rows


async def _paid(probe: Probe, say: Callable[[str], object]) -> list[Row]:
    """The trials that were not made by an earlier run, until the cap is reached."""
    rows: list[Row] = []
    for name, trial in trials.PAID.items():
        outcome = probe.journal.trials.get(name)
        if outcome is None:
            say(f"  {name} ({probe.journal.spent} of {probe.budget.cap} credits spent)")
            try:
                found = await trial(probe)
            except CapReached as reached:
                rows.append(Row(name, "", f"{reached}", NOT_ASKED, "actions"))
                continue
            outcome = Outcome([asdict(row) for row in found.rows], found.facts)
            probe.journal.trials[name] = outcome
            probe.journal.write()
        trials.adapt(probe, outcome.facts)
        probe.recorder.learned(probe.service, {"probed": outcome.facts})
        rows += [Row(**row) for row in outcome.rows]
    return rows
