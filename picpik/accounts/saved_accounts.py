"""Accounts that were saved on this computer: `accounts.json` in the pack's home folder.

    {"default": "Studio",
     "accounts": {"Studio": {"endpoint": "international", "public_key": "...", "private_key": "...", "proxy": ""}}}

Only its owner may read the file, and it is replaced as a whole, so that nobody ever reads half of it.
"""

from __future__ import annotations

import json
import os
import tempfile
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any

from ..api import NotConfigured
from .json_files import replace_when_free

FILE_NAME = "accounts.json"
_LONGEST_NAME = 60
_LONGEST_VALUE = 1000

# On Windows a file that somebody reads cannot be replaced.
_one_at_a_time = threading.Lock()


@dataclass(frozen=True)
class SavedAccount:
    """`endpoint` is international, china, sandbox or a URL. `changed`: Unix time at which the keys were saved, or 0."""

    endpoint: str = ""
    public_key: str = field(default="", repr=False)
    private_key: str = field(default="", repr=False)
    proxy: str = field(default="", repr=False)
    changed: float = 0.0

    @property
    def has_keys(self) -> bool:
        return bool(self.public_key and self.private_key)


@dataclass(frozen=True)
class SavedAccounts:
    """All saved accounts by name. `trouble` says why there may be more in a file that cannot be read."""

    accounts: Mapping[str, SavedAccount] = field(default_factory=dict)
    default: str = ""
    trouble: NotConfigured | None = None

    def named(self, name: str) -> SavedAccount | None:
        return self.accounts.get(name)

    def with_account(self, name: str, account: SavedAccount, *, as_default: bool = False) -> SavedAccounts:
        """With one account added or replaced; the first one becomes the default. Raises NotConfigured."""
        _check_name(name)
        for value in (account.endpoint, account.public_key, account.private_key, account.proxy):
            _check_value(value)
        is_default = as_default or self.default not in self.accounts
        return replace(self, accounts={**self.accounts, name: account}, default=name if is_default else self.default)

    def without(self, name: str) -> SavedAccounts:
        """With one account less; the default goes over to the first that is left."""
        left = {other: account for other, account in self.accounts.items() if other != name}
        return replace(self, accounts=left, default=self.default if self.default in left else next(iter(left), ""))


def read_saved(home: Path) -> SavedAccounts:
    """What is saved in `home`; nothing where there is no file. Blocks."""
    path = home / FILE_NAME
    try:
        with _one_at_a_time:
            text = path.read_text("utf-8")
        return _parsed(json.loads(text))
    except FileNotFoundError:
        return SavedAccounts()
    except (OSError, ValueError) as error:  # not its text: that can hold a piece of a key
        return SavedAccounts(
            trouble=NotConfigured(
                f"The saved accounts in {path} cannot be read ({type(error).__name__}).",
                "Mend the file, or give the keys again in Settings > PICPIK: the old file is kept beside the new one.",
            )
        )


def write_saved(home: Path, saved: SavedAccounts) -> Path | None:
    """Replaces the file; nobody but its owner can read the new one. Blocks; raises OSError.

    A file that could not be read is set aside, for there may be keys in it; the path of that is given back. A new home
    folder is for its owner alone. One that was there keeps its rights: several users may share it.
    """
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    content = {
        "default": saved.default,
        "accounts": {name: _as_dict(account) for name, account in saved.accounts.items()},
    }
    # mkstemp makes a file that only the owner may read and write
    descriptor, part = tempfile.mkstemp(dir=home, prefix=".accounts-", suffix=".part")
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            json.dump(content, file, ensure_ascii=False, indent=2)
            file.flush()
            os.fsync(file.fileno())
        with _one_at_a_time:
            set_aside = _set_aside(home / FILE_NAME) if saved.trouble else None
            replace_when_free(Path(part), home / FILE_NAME)
    except BaseException:
        Path(part).unlink(missing_ok=True)
        raise
    return set_aside


def _set_aside(path: Path) -> Path | None:
    """Gives the file another name beside the old one, and to nobody but its owner. None where it is gone."""
    kept = path.with_name(f"{path.stem}.unreadable-{time.time_ns()}{path.suffix}")
    try:
        path.chmod(0o600)
        path.rename(kept)
    except FileNotFoundError:
        return None
    return kept


def _as_dict(account: SavedAccount) -> dict[str, Any]:
    return {each.name: getattr(account, each.name) for each in fields(account)}


def _parsed(content: Any) -> SavedAccounts:
    """Tolerates what a hand-written file leaves out. Raises ValueError."""
    listed = content.get("accounts", {}) if isinstance(content, dict) else None
    if not isinstance(listed, dict):
        raise ValueError
    accounts = {str(name): _account(entry) for name, entry in listed.items() if isinstance(entry, dict)}
    default = content.get("default")
    return SavedAccounts(accounts, default if default in accounts else next(iter(accounts), ""))


def _account(entry: Mapping[str, Any]) -> SavedAccount:
    texts = {name: str(entry.get(name) or "").strip() for name in ("endpoint", "public_key", "private_key", "proxy")}
    changed = entry.get("changed")
    return SavedAccount(**texts, changed=float(changed) if isinstance(changed, (int, float)) else 0.0)


def _check_name(name: str) -> None:
    if not (name == name.strip() and 0 < len(name) <= _LONGEST_NAME and name.isprintable()):
        raise NotConfigured(
            "The account's name cannot be used.", f"Give a name of 1 to {_LONGEST_NAME} characters on one line."
        )


def _check_value(value: str) -> None:
    if len(value) > _LONGEST_VALUE or not value.isprintable() or any(letter.isspace() for letter in value):
        raise NotConfigured(
            "A key, endpoint or proxy has a space or a character in it that cannot be seen, or is too long.",
            "Copy it again, without what stands around it.",
        )
