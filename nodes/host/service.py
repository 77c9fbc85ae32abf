"""What one ComfyUI process has of the pack: its accounts, the task runner, and the sandbox when it is chosen.

All of it is made at the first use. Importing this starts nothing.
"""

from __future__ import annotations

import asyncio
import atexit
import functools
import os
import threading
from pathlib import Path

import folder_paths

from ... import imaging
from ...picpik import accounts, api, ledger, runner as task_runner
from ...surfaces import load_all

_AFTER_START = 3.0
"""Seconds after ComfyUI's start at which what was left behind is looked for."""

_BETWEEN_LOOKS = 60.0
"""Seconds between that and the next time: keys may be saved later, another ComfyUI on the same folder may die."""


def settings() -> accounts.Settings:
    """The settings of this moment. Blocks for a short file."""
    return accounts.Settings.read(os.environ, _default_home())


def home() -> Path:
    """The folder for the ledger, the results and what is saved."""
    return accounts.Settings(os.environ).home or _default_home()


def choose(name: str = "") -> tuple[api.Account, str | None]:
    """Whom a run is made for, by the name of a saved account, and what is to be said about it. Raises NotConfigured."""
    choice = settings().choose(name.strip())
    return account_of(choice), choice.note


def account_of(choice: accounts.Choice) -> api.Account:
    """Raises NotConfigured where the keys are missing."""
    return _sandbox_account() if choice.endpoint == accounts.SANDBOX else choice.account


def check(name: str) -> tuple[accounts.Report, str | None]:
    """Whether calls can be made for the account, and what is to be said about the name. Blocks, asks the service."""
    try:
        choice = settings().choose(name.strip())
    except api.NotConfigured as error:
        return accounts.unconfigured(error), None
    return check_choice(choice), choice.note


def check_choice(choice: accounts.Choice, *, is_used: bool = True) -> accounts.Report:
    """The same for an account that was chosen already, or is only tried: then nothing is learnt of it for runs."""
    try:
        account = account_of(choice)
    except api.NotConfigured as error:
        return accounts.unconfigured(error)
    report = asyncio.run(accounts.examine(account, recorder()))
    recorder().flush()
    facts = accounts.read_facts(home()).get(accounts.service_name(account.endpoint), {})
    report = accounts.with_differences(report, accounts.differences(facts, account.assumptions))
    if is_used and report.credits is not None and _runner.cache_info().currsize:
        runner().saw_credits(account, report.credits.used)
    return report


def account_identity(name: str = "") -> str:
    """Names the account without telling a key; empty is the default one. Raises NotConfigured of an unknown name."""
    return settings().choose(name).identity


def account_fingerprint() -> str:
    """Changes with the account, so that ComfyUI does not hand out another account's cached picture. Tells no key.

    It changes, too, with what is assumed to be redrawn, and after pictures were handed out of which some are missing:
    the next run shall try to fetch those.
    """
    incomplete = runner().incomplete if _runner.cache_info().currsize else 0
    choice = settings().choose()
    return f"{choice.identity} {choice.assumptions.redrawn.value} {incomplete}"


def usable_accounts() -> dict[str, api.Account]:
    """Every account that calls can be made for, by its name; the default one by an empty name, too.

    Nothing is started for it: a sandbox that does not run yet has no tasks that could be asked for.
    """
    usable: dict[str, api.Account] = {}
    for name, choice in settings().choices().items():
        if choice.refusal is None and (choice.endpoint != accounts.SANDBOX or _started_sandbox.cache_info().currsize):
            usable[name] = account_of(choice)
    return usable


def models() -> accounts.KnownModels:
    """The models that can be chosen, as the default account's service last listed them. Blocks for short files."""
    try:
        now = settings()
        return accounts.read_models(home(), now.choose().identity)
    except api.NotConfigured:  # nodes can be looked at all the same, and say what is missing when they are run
        return accounts.KnownModels()


def refresh_models() -> accounts.KnownModels:
    """Asks the service of the default account, and keeps what it says. Blocks; raises PicpikError."""
    choice = settings().choose()
    known = accounts.KnownModels.from_list(asyncio.run(_listed_models(account_of(choice))))
    accounts.write_models(home(), choice.identity, known)
    return known


async def _listed_models(account: api.Account) -> api.ModelList:
    client = api.Client(account, timeouts=api.AT_THE_SCREEN, observer=recorder())
    try:
        return await client.models()
    finally:
        await client.aclose()


def history() -> ledger.TaskHistory:
    """What the ledger tells of tasks."""
    return ledger.TaskHistory(home())


def runner() -> task_runner.Runner:
    """The task runner of the process."""
    with _making:
        return _runner()


@functools.cache
def _runner() -> task_runner.Runner:
    made = task_runner.Runner(
        home(), imaging.check_picture, poll_interval=accounts.Settings(os.environ).poll_interval, observer=recorder()
    )
    atexit.register(made.stop)
    return made


def recorder() -> accounts.Recorder:
    """What learns of the services, from all calls of the process."""
    with _making:
        return _recorder()


@functools.cache
def _recorder() -> accounts.Recorder:
    made = accounts.Recorder(home(), imaging.describe_picture)
    atexit.register(made.flush)
    return made


def collect_after_start() -> None:
    """Has `collect_what_was_left` done once ComfyUI is up, off its loop: starting must not take longer for it."""
    loop = asyncio.get_running_loop()
    loop.call_later(_AFTER_START, _collect_again_and_again, loop)


def _collect_again_and_again(loop: asyncio.AbstractEventLoop) -> None:
    loop.run_in_executor(None, collect_what_was_left)
    loop.call_later(_BETWEEN_LOOKS, _collect_again_and_again, loop)


def load_after_start() -> None:
    """Has loaded what nothing asked for yet once ComfyUI is up, off its loop.

    A pack that is updated under a running ComfyUI goes on as it was, and is not half of the old and half of the new.
    """
    loop = asyncio.get_running_loop()
    loop.call_later(_AFTER_START, loop.run_in_executor, None, load_all)


def collect_what_was_left() -> None:
    """Fetches, in the background, what may be paid for, is not stored, and is seen to by no living process.

    Blocks for short files; where nothing is left, nothing is started.
    """
    try:
        left = history().accounts_with_open_tasks()
        choices = set(settings().choices().values()) if left else set()
    except api.NotConfigured:  # a run says so
        return
    for choice in choices:
        # a sandbox that ran inside ComfyUI is gone with its tasks
        if choice.identity in left and choice.refusal is None and choice.endpoint != accounts.SANDBOX:
            runner().resume(choice.account)


def _default_home() -> Path:
    """ComfyUI's folder for what packs keep: it is not reachable by HTTP, unlike the pack's own or a user's folder."""
    return Path(folder_paths.get_system_user_directory("picpik"))


def _sandbox_account() -> api.Account:
    with _making:
        return _started_sandbox()


@functools.cache
def _started_sandbox() -> api.Account:
    # not at ComfyUI's start: few users need it
    from ...sandbox import start_in_thread

    sandbox = start_in_thread()
    atexit.register(sandbox.stop)
    return api.Account(sandbox.endpoint, sandbox.public_key, sandbox.private_key, is_sandbox=True)


_making = threading.RLock()
"""Nodes and routes run in different threads; what is made once must not be made twice."""
