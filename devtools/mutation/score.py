"""What is said when all mutants were judged."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from ..terminal import say
from .judge import Verdict
from .mutants import Mutant
from .survivors import Survivor

LONGEST_LINE = 150
"""Characters of a changed line that are shown."""


@dataclass(frozen=True)
class Judged:
    """A mutant with its verdict, and what is known of it as a survivor."""

    mutant: Mutant
    verdict: Verdict
    known: Survivor | None

    @property
    def is_equivalent(self) -> bool:
        return self.known is not None and self.known.is_equivalent and not self.verdict.is_noticed


def score_of(judged: Sequence[Judged]) -> float:
    """The part of the mutants that was killed; those that change nothing are not counted."""
    counted = [one for one in judged if not one.is_equivalent]
    return sum(one.verdict.is_noticed for one in counted) / len(counted) if counted else 1.0


def conclude(judged: Sequence[Judged], seconds: float, target: float) -> int:
    """Says how it ended; the exit code says whether all mutants together reach the target."""
    survivors = [one for one in judged if not one.verdict.is_noticed]
    _say_those("Timed out:", [one for one in judged if one.verdict is Verdict.TIMED_OUT])
    _say_those("Change nothing, and are not counted:", [one for one in survivors if one.is_equivalent])
    _say_those("Survived for a reason:", [one for one in survivors if one.known and not one.is_equivalent])
    _say_those("Survived:", [one for one in survivors if not one.known])
    _say_those("Known as survivors, but killed:", [one for one in judged if one.known and one.verdict.is_noticed])
    _say_table(judged)
    score = score_of(judged)
    reached = score >= target
    say(f"\n{score:.1%} of {len(judged)} mutants killed in {seconds:.0f} s; {target:.0%} are wanted")
    return 0 if reached else 1


def shown(judged: Judged) -> str:
    """Where it is, and what changes."""
    mutant = judged.mutant
    untested = " (no test runs it)" if judged.verdict is Verdict.UNTESTED else ""
    lines = [f"{mutant.file}:{mutant.line} {mutant.scope}{untested}", *_difference(mutant.was, mutant.becomes)]
    return "\n".join([*lines, f"    {judged.known.reason}"] if judged.known else lines)


def _difference(was: str, becomes: str) -> list[str]:
    """Both lines; of long ones the part around the change."""
    same = next((at for at, (one, other) in enumerate(zip(was, becomes, strict=False)) if one != other), 0)
    start = max(0, same - LONGEST_LINE // 2) if max(len(was), len(becomes)) > LONGEST_LINE else 0
    return [f"    {sign} {_cut(line, start)}" for sign, line in (("-", was), ("+", becomes))]


def _cut(line: str, start: int) -> str:
    end = start + LONGEST_LINE
    return ("..." if start else "") + line[start:end] + ("..." if end < len(line) else "")


def _say_those(title: str, judged: Sequence[Judged]) -> None:
    if judged:
        say(f"\n{title}")
    for one in judged:
        say(shown(one))


def _say_table(judged: Sequence[Judged]) -> None:
    columns = ("mutants", "killed", "timed out", "survived", "equivalent", "score")
    say(f"\n{'module':<32}" + "".join(f"{column:>12}" for column in columns))
    files = dict.fromkeys(one.mutant.file for one in judged)
    for file in files:
        _say_row(file, [one for one in judged if one.mutant.file == file])
    _say_row("all of it", judged)


def _say_row(title: str, judged: Sequence[Judged]) -> None:
    verdicts = Counter(one.verdict for one in judged)
    equivalent = sum(one.is_equivalent for one in judged)
    survived = sum(not one.verdict.is_noticed for one in judged) - equivalent
    numbers = (len(judged), verdicts[Verdict.KILLED], verdicts[Verdict.TIMED_OUT], survived, equivalent)
    say(f"{title:<32}" + "".join(f"{number:>12}" for number in numbers) + f"{score_of(judged):>12.1%}")
