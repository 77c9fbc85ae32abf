"""What one ComfyUI process has of the pack: the account of the run, the task runner, and the sandbox when it is chosen.

All of it is made at the first use. Importing this starts nothing.
"""

from __future__ import annotations

import atexit
import functools
import hashlib
import os
from pathlib import Path

import folder_paths

from ..imaging import check_picture
from ..picpik import SANDBOX, Account, Runner, Settings
from ..sandbox import start_in_thread


def account() -> Account:
    """Whom the run is made for, by the environment as it is now. Raises NotConfigured."""
    settings = Settings(os.environ)
    return _sandbox_account() if settings.endpoint == SANDBOX else settings.account


def account_fingerprint() -> str:
    """Changes with the account, so that ComfyUI does not hand out another account's cached picture. Tells no key."""
    chosen = "\n".join(os.environ.get(name, "") for name in ("PICPIK_ENDPOINT", "PICPIK_PUBLIC_KEY"))
    return hashlib.sha256(chosen.encode()).hexdigest()[:16]


@functools.cache
def runner() -> Runner:
    """The task runner of the process."""
    settings = Settings(os.environ)
    made = Runner(settings.home or _default_home(), check_picture, poll_interval=settings.poll_interval)
    atexit.register(made.stop)
    return made


def _default_home() -> Path:
    """ComfyUI's folder for what packs keep: it is not reachable by HTTP, unlike the pack's own or a user's folder."""
    return Path(folder_paths.get_system_user_directory("picpik"))


@functools.cache
def _sandbox_account() -> Account:
    sandbox = start_in_thread()
    atexit.register(sandbox.stop)
    return Account(sandbox.endpoint, sandbox.public_key, sandbox.private_key)
