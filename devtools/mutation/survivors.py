"""The survivors that somebody has looked at: a file with a reason for each.

Its entries name a mutant by what changes, not by its line, so that they outlive changes elsewhere in the file:

    {"file": ..., "in": class and function, "was": ..., "becomes": ..., "equivalent": true or false, "reason": ...}

`equivalent` says that no test could notice it, because nothing changes that anybody could see.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from ..terminal import Failure
from .mutants import Mutant

_FIELDS = {"file", "in", "was", "becomes", "equivalent", "reason"}

Name = tuple[str, str, str, str]


@dataclass(frozen=True)
class Survivor:
    """A mutant that is known to survive."""

    name: Name
    is_equivalent: bool
    reason: str


def name_of(mutant: Mutant) -> Name:
    return mutant.file, mutant.scope, mutant.was, mutant.becomes


def read(file: Path) -> dict[Name, Survivor]:
    """The known survivors. Raises Failure where an entry is not whole."""
    entries = json.loads(file.read_text("utf-8")) if file.is_file() else []
    known: dict[Name, Survivor] = {}
    for entry in entries:
        if set(entry) != _FIELDS or not entry["reason"].strip():
            raise Failure(f"{file.name} has an entry without its fields or its reason: {entry}\nIt wants {_FIELDS}.")
        name = (entry["file"], entry["in"], entry["was"], entry["becomes"])
        known[name] = Survivor(name, entry["equivalent"], entry["reason"])
    return known


def refuse_outdated(known: dict[Name, Survivor], mutants: Iterable[Mutant]) -> None:
    """Raises Failure where an entry names no mutant of the code as it is."""
    names = {name_of(mutant) for mutant in mutants}
    outdated = [name for name in known if name not in names]
    if outdated:
        lines = "\n".join(f"  {file}, {scope}: {was}  =>  {becomes}" for file, scope, was, becomes in outdated)
        raise Failure(f"Known survivors that are no mutants of today's code:\n{lines}\nTake them out of the file.")


def entry_for(mutant: Mutant) -> dict[str, object]:
    """What to write into the file for a new survivor, once it has a reason."""
    file, scope, was, becomes = name_of(mutant)
    return {"file": file, "in": scope, "was": was, "becomes": becomes, "equivalent": False, "reason": ""}
