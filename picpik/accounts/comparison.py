"""Where a service does not do what the pack assumes of it, and the correction that would make up for it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ..api import CFG_SPELLINGS, GATEWAY_CODES, Assumptions, Base64Form, Redrawn, TaskStatus
from .service_facts import Facts

PROBED = "probed"
"""Under this name stands what was found out on purpose: `base64`, `mask` and `request_uuid`, each a word."""

BARE_ONLY, URI_ONLY, BOTH_FORMS = "bare only", "data URI only", "both"
ONE_TASK, TWO_TASKS = "one task", "two tasks"

_LONGEST_PAUSE = 10.0
_SHORTEST_PAUSE = 2.0
_ENOUGH_THROTTLING = 3


@dataclass(frozen=True)
class Difference:
    """`what` the service does. `correction` is of `Assumptions`, as JSON; empty where nothing can be corrected.

    `key` names it for good.
    """

    key: str
    what: str
    correction: Mapping[str, Any]


def differences(facts: Facts, assumed: Assumptions) -> list[Difference]:
    """All of them, for a service of which these facts are known."""
    found = (_status_words, _base64, _mask, _cfg_spelling, _pace, _request_uuid, _seeds, _ret_codes)
    return [difference for find in found for difference in find(facts, assumed)]


def _status_words(facts: Facts, assumed: Assumptions) -> Iterator[Difference]:
    orders = [order.split(" > ") for order in facts.get("orders", {})]
    for word, seen in facts.get("status_words", {}).items():
        if not word or assumed.status_of(word) is not TaskStatus.UNKNOWN:
            continue
        meaning = _meaning(word, seen, orders)
        what = f"A task is in the Status “{word}”, which the pack does not know."
        if meaning is not None:
            what = f"The Status “{word}” is not known to the pack. By what was seen it means: {meaning.value}."
        correction = {"status_words": {word.lower(): meaning.name}} if meaning else {}
        yield Difference(f"status {word}{f' {meaning.name}' if meaning else ''}", what, correction)


def _meaning(word: str, seen: Mapping[str, Any], orders: list[list[str]]) -> TaskStatus | None:
    """What a word stands for; None where the evidence is of two kinds, or there is none."""
    with_results, with_an_error = seen.get("with results", 0), seen.get("with an error", 0)
    if with_results and not with_an_error:
        return TaskStatus.FINISHED
    if with_an_error and not with_results:
        return TaskStatus.FAILED
    if with_results or not any(word in order[:-1] for order in orders):
        return None
    goes_on_to_another = any(len(order) > 2 and order[0] == word for order in orders)
    return TaskStatus.QUEUED if goes_on_to_another else TaskStatus.RUNNING


def _base64(facts: Facts, assumed: Assumptions) -> Iterator[Difference]:
    form = facts.get(PROBED, {}).get("base64")
    if form == BARE_ONLY and assumed.base64_form is not Base64Form.BARE:
        what = "Pictures are taken as bare Base64 alone; the pack sends data URIs."
        yield Difference("base64", what, {"base64_form": Base64Form.BARE.name})
    elif form == URI_ONLY and assumed.base64_form is not Base64Form.DATA_URI:
        what = "Pictures are taken as data URIs alone; the pack sends bare Base64."
        yield Difference("base64", what, {"base64_form": Base64Form.DATA_URI.name})


def _mask(facts: Facts, assumed: Assumptions) -> Iterator[Difference]:
    redrawn = facts.get(PROBED, {}).get("mask")
    if redrawn in {each.value for each in Redrawn} and redrawn != assumed.redrawn.value:
        what = (
            f"Apply Reference Pattern redraws what is {redrawn} in the mask; the pack assumes {assumed.redrawn.value}."
        )
        yield Difference("mask", what, {"redrawn": Redrawn(redrawn).name})


def _cfg_spelling(facts: Facts, assumed: Assumptions) -> Iterator[Difference]:
    fields = facts.get("answers", {}).get("ListModels", {})
    spellings = {name for name in CFG_SPELLINGS if any(f".{name}:" in field for field in fields)}
    if len(spellings) == 1 and assumed.cfg_spelling not in spellings:
        (spelling,) = spellings
        what = f"Models have their {spelling} spelt so; the pack sends {assumed.cfg_spelling}."
        yield Difference("cfg", what, {"cfg_spelling": spelling})


def polls_at(assumed: Assumptions) -> str:
    """Under this name stands how often polls were throttled while this was assumed."""
    return f"polls, {assumed.poll_pause:g} s apart at least"


def _pace(facts: Facts, assumed: Assumptions) -> Iterator[Difference]:
    times = facts.get("throttled", {}).get(polls_at(assumed), 0)
    pause = min(_LONGEST_PAUSE, max(_SHORTEST_PAUSE, 2 * assumed.poll_pause))
    if times >= _ENOUGH_THROTTLING and assumed.poll_pause < _LONGEST_PAUSE:
        what = f"Polls were throttled {times} times; the pack can leave at least {pause:g} s between two."
        yield Difference(f"pace {pause:g}", what, {"poll_pause": pause})


def _request_uuid(facts: Facts, _: Assumptions) -> Iterator[Difference]:
    if facts.get(PROBED, {}).get("request_uuid") == ONE_TASK:
        what = "The same request_uuid sent twice is one task; the pack assumes two, and never sends a request again."
        yield Difference("request_uuid", what, {})


def _seeds(facts: Facts, assumed: Assumptions) -> Iterator[Difference]:
    """Of the tasks under way: of ended ones it does not matter."""
    words = facts.get("status_words", {})
    seen = [each for word, each in words.items() if assumed.status_of(word) in (TaskStatus.QUEUED, TaskStatus.RUNNING)]
    if any(each.get("with a Seed sent") for each in seen) and not any(
        each.get("told", {}).get("Seed") for each in seen
    ):
        what = "Tasks under way do not tell their Seed; where an answer is lost, the pack cannot tell them apart by it."
        yield Difference("seed", what, {})


def _ret_codes(facts: Facts, _: Assumptions) -> Iterator[Difference]:
    for code in facts.get("ret_codes", {}):
        if not code.lstrip("-").isdigit() or int(code) not in GATEWAY_CODES:
            yield Difference(f"ret_code {code}", f"RetCode {code} is none that the pack knows.", {})
