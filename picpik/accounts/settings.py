"""Endpoint, keys, home folder and poll interval: where each may come from, and which wins.

What the environment says wins over what was saved. Keys are never inputs of a node: whatever is on a node ends in the
workflow file, in the PNG and in ComfyUI's history. A node knows an account by its name only.
"""

from __future__ import annotations

import math
import os
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from enum import Enum
from pathlib import Path

from ..api import ASSUMED, Account, Assumptions, NotConfigured
from .corrections import Corrections, read_corrections
from .endpoints import SANDBOX, endpoint_url, service_name
from .saved_accounts import FILE_NAME, SavedAccount, SavedAccounts, read_saved


class Source(Enum):
    """Where the keys of an account come from. The value is what a user reads."""

    ENVIRONMENT = "environment"
    SAVED = "saved"
    NOT_NEEDED = "not needed"
    NOWHERE = "not set"


@dataclass(frozen=True)
class Choice:
    """The account that a name leads to. `note` says so where the environment's is used in its place.

    `name` is empty where the account is not a saved one. `endpoint` is a URL, or `SANDBOX`.
    """

    name: str
    endpoint: str
    source: Source
    note: str | None = None
    public_key: str = field(default="", repr=False)
    private_key: str = field(default="", repr=False)
    proxy: str | None = field(default=None, repr=False)
    refusal: NotConfigured | None = field(default=None, repr=False)
    assumptions: Assumptions = field(default=ASSUMED, repr=False)

    @property
    def account(self) -> Account:
        """To make calls with. Raises NotConfigured where the keys are missing."""
        if self.refusal is not None:
            raise self.refusal
        return self._account

    @property
    def identity(self) -> str:
        """Names endpoint and PublicKey without telling them, also where keys are missing."""
        return self._account.identity

    @property
    def _account(self) -> Account:
        return Account(self.endpoint, self.public_key, self.private_key, self.proxy, assumptions=self.assumptions)


@dataclass(frozen=True)
class Settings:
    """What the environment says and what is saved. Read anew for each run, so that a change is used at once."""

    environ: Mapping[str, str] = field(repr=False)
    saved: SavedAccounts = field(default_factory=SavedAccounts, repr=False)
    saved_in: Path | None = None
    corrections: Corrections = field(default_factory=Corrections, repr=False)

    @classmethod
    def read(cls, environ: Mapping[str, str], default_home: Path) -> Settings:
        """The settings of this moment; `default_home` is the home folder where PICPIK_HOME names none. Blocks."""
        home = cls(environ).home or default_home
        return cls(environ, read_saved(home), home, read_corrections(home))

    def choose(self, name: str = "") -> Choice:
        """The account of this name, or the default one for an empty name. Raises NotConfigured, as of an unknown name.

        What the environment says is one account for every name: it is no guess, and a server without saved accounts
        can run the workflows of those who have some.
        """
        if self._value("PICPIK_ENDPOINT") == SANDBOX:
            return Choice("", SANDBOX, Source.NOT_NEEDED, _beaten(name, "PICPIK_ENDPOINT=sandbox"))
        if self._env_keys != ("", ""):
            return self._corrected(self._of_environment(_beaten(name, "PICPIK_PUBLIC_KEY")))
        if name and name not in self.saved.accounts:
            raise self.saved.trouble or _unknown(name, list(self.saved.accounts))
        return self._corrected(self._of_saved(name or self.saved.default))

    def choices(self) -> dict[str, Choice]:
        """All of them by their names, the default one by an empty name, too; without those that cannot be chosen."""
        found: dict[str, Choice] = {}
        for name in ("", *self.saved.accounts):
            with suppress(NotConfigured):
                found[name] = self.choose(name)
        return found

    @property
    def home(self) -> Path | None:
        """The folder for ledger, results and saved accounts, or None for ComfyUI's own place for the pack.

        Raises NotConfigured of a folder that is another one wherever ComfyUI is started: paid results would be gone.
        """
        chosen = self._value("PICPIK_HOME")
        home = Path(os.path.expanduser(chosen))  # noqa: PTH111  that of Path raises where there is no such user
        if chosen and not home.is_absolute():
            raise NotConfigured(
                f'PICPIK_HOME is "{chosen}", which is another folder wherever ComfyUI is started.',
                "Set it to a whole path, from the root of the disk on, or take it away.",
            )
        return home if chosen else None

    @property
    def poll_interval(self) -> float | None:
        """Seconds between polls, or None for the pack's own rhythm."""
        chosen = self._value("PICPIK_POLL_INTERVAL")
        if not chosen:
            return None
        try:
            seconds = float(chosen)
        except ValueError:
            seconds = math.nan
        if not 0.05 <= seconds <= 3600:
            raise NotConfigured(
                f'PICPIK_POLL_INTERVAL is "{chosen}".', "Set it to seconds from 0.05 to 3600, or take it away."
            )
        return seconds

    @property
    def winners(self) -> tuple[str, ...]:
        """The variables of the environment that win over what is saved."""
        return tuple(
            name for name in ("PICPIK_ENDPOINT", "PICPIK_PUBLIC_KEY", "PICPIK_PRIVATE_KEY") if self._value(name)
        )

    def _of_environment(self, note: str | None) -> Choice:
        """Keys of the environment; endpoint and proxy of the default account where the environment names none."""
        below = self.saved.named(self.saved.default) or SavedAccount()
        public_key, private_key = self._env_keys
        endpoint = self._endpoint(below)
        if endpoint == SANDBOX:
            return Choice("", SANDBOX, Source.NOT_NEEDED, note)
        refusal = None if public_key and private_key else self._no_keys(public_key, private_key)
        source = Source.ENVIRONMENT if refusal is None else Source.NOWHERE
        return Choice("", endpoint, source, note, public_key, private_key, below.proxy or None, refusal)

    def _of_saved(self, name: str) -> Choice:
        saved = self.saved.named(name) or SavedAccount()
        endpoint = self._endpoint(saved)
        if endpoint == SANDBOX:
            return Choice(name, SANDBOX, Source.NOT_NEEDED)
        if saved.has_keys:
            return Choice(name, endpoint, Source.SAVED, None, saved.public_key, saved.private_key, saved.proxy or None)
        refusal = self.saved.trouble or self._no_keys(saved.public_key, saved.private_key)
        return Choice(name, endpoint, Source.NOWHERE, proxy=saved.proxy or None, refusal=refusal)

    def _corrected(self, choice: Choice) -> Choice:
        if choice.endpoint == SANDBOX:
            return choice
        assumptions = self.corrections.of(service_name(choice.endpoint))
        return replace(choice, assumptions=assumptions, refusal=choice.refusal or self.corrections.trouble)

    @property
    def _env_keys(self) -> tuple[str, str]:
        return self._value("PICPIK_PUBLIC_KEY"), self._value("PICPIK_PRIVATE_KEY")

    def _endpoint(self, saved: SavedAccount) -> str:
        return endpoint_url(self._value("PICPIK_ENDPOINT") or saved.endpoint)

    def _no_keys(self, public_key: str, private_key: str) -> NotConfigured:
        keys = {"PICPIK_PUBLIC_KEY": public_key, "PICPIK_PRIVATE_KEY": private_key}
        missing = " and ".join(name for name, value in keys.items() if not value)
        file = self.saved_in / FILE_NAME if self.saved_in else FILE_NAME
        return NotConfigured(
            f"No PICPIK keys: {missing} missing.",
            "Give both keys of the PICPIK User Center in Settings > PICPIK, or as these variables of the environment "
            f"that starts ComfyUI, or in {file}. To try the nodes without an account, choose the sandbox as the "
            "endpoint (PICPIK_ENDPOINT=sandbox): it needs no keys.",
        )

    def _value(self, name: str) -> str:
        return self.environ.get(name, "").strip()


def _beaten(name: str, winner: str) -> str | None:
    return f'account: "{name}" is not used, because {winner} of the environment wins.' if name else None


def _unknown(name: str, saved: Sequence[str]) -> NotConfigured:
    if not saved:
        do = "Save it in Settings > PICPIK, or leave the name empty for the default account."
    else:
        names = ", ".join(f'"{each}"' for each in saved)
        do = f"Choose one that is saved here: {names}. An empty name is the default account."
    return NotConfigured(f'The account "{name}" is not saved on this computer, so nothing was sent.', do)
