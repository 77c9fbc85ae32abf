"""What is asked of the service, cheapest first, and what each answer tells.

A trial gives rows of the table, and facts that the doctor proposes corrections by. `PAID` ends with the dearest.
"""

import asyncio
import time
import uuid
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import parse_qs, urlsplit

from ...picpik.accounts import BARE_ONLY, BOTH_FORMS, ONE_TASK, TWO_TASKS, URI_ONLY, differences
from ...picpik.api import (
    STATUS_WORDS,
    Action,
    ApiError,
    ApplyReferencePattern,
    ApplyReferenceStyle,
    Base64Form,
    CallFailed,
    DataUri,
    DescribeImages,
    ExtractContents,
    GenerateImages,
    GeneratePatternsFromImage,
    Generation,
    Redrawn,
    RemoveBackground,
    RemoveContents,
    ResizeImage,
)
from . import pictures
from .probing import Paid, Probe
from .table import AS_ASSUMED, DIFFERS, LEARNED, UNCLEAR, Row

SMALL = 64
_SEED = 20241
_MASKED_SIDE = 128
_BURST = 12
_PROMPT = "plain red square"
_UNKNOWN_TASK = "0" * 20
_LIFE_FIELDS = ("Expires", "X-Amz-Expires", "x-oss-expires", "se")
_HOURS_24 = 24 * 3600.0
_CLEARLY = 3.0


@dataclass(frozen=True)
class Found:
    """What one trial has told."""

    rows: list[Row]
    facts: dict[str, str] = field(default_factory=dict)


Trial = Callable[[Probe], Awaitable[Found]]


# -- free


async def account(probe: Probe) -> Found:
    await probe.free(probe.client.credits)
    offset = probe.client.clock_offset or 0.0
    verdict = AS_ASSUMED if abs(offset) < 60 else DIFFERS
    said = f"accepted; {abs(offset):.0f} s {'ahead' if offset > 0 else 'behind'}"
    return Found([Row("Signature, balance, clock", "accepted; within 60 s of ours", said, verdict, "clock")])


async def models(probe: Probe) -> Found:
    listed = await probe.free(probe.client.models)
    fields = probe.facts().get("answers", {}).get("ListModels", {})
    form = "arrays" if any(path.startswith("MainModels[]") for path in fields) else "objects"
    rows = [
        Row("ListModels", "objects or arrays", f"{form}; {len(listed.main)} main models", AS_ASSUMED, "models"),
    ]
    wrong = [each for each in differences(probe.facts(), probe.assumptions) if each.key == "cfg"]
    parameters = sorted({path.split(".")[-1] for path in fields if ".InferenceParams." in path})
    said = ", ".join(parameters) or "no parameters are told"
    rows.append(Row("InferenceParams", "CFGScale", said, DIFFERS if wrong else AS_ASSUMED, "cfg"))
    return Found(rows)


async def unknown_task(probe: Probe) -> Found:
    try:
        details = await probe.free(lambda: probe.client.task_details([_UNKNOWN_TASK]))
    except ApiError as error:
        said = f"the whole call is refused (RetCode {error.ret_code})"
    else:
        said = "it is left out" if not details else f"it is in Status {details[_UNKNOWN_TASK].status_word}"
    row = Row("A TaskUID that nobody knows", "left out, or the call is refused", said, AS_ASSUMED, "unknown task")
    return Found([row])


async def burst(probe: Probe) -> Found:
    calls = (probe.client.running_tasks() for _ in range(_BURST))
    outcomes = await asyncio.gather(*calls, return_exceptions=True)
    await asyncio.sleep(1.5)
    refused = [outcome for outcome in outcomes if isinstance(outcome, CallFailed)]
    answered = f"{_BURST - len(refused)} answered"
    said = f"{answered}, the others: {refused[0].what}" if refused else answered
    row = Row(f"{_BURST} free calls at once", "all answered", said, DIFFERS if refused else AS_ASSUMED, "pace")
    return Found([row])


# -- paid, cheapest first


async def base64_forms(probe: Probe) -> Found:
    as_uri = await probe.paid("data URI", _resized(pictures.photo(1)))
    as_bare = await probe.paid("bare", _resized(pictures.photo(2).bare()))
    taken = (as_uri.result is not None, as_bare.result is not None)
    form = {(True, True): BOTH_FORMS, (True, False): URI_ONLY, (False, True): BARE_ONLY}.get(taken)
    said = form or f"neither: {as_uri.told}"
    verdict = UNCLEAR if form is None else DIFFERS if form == BARE_ONLY else AS_ASSUMED
    row = Row("Pictures in Base64", "data URI", said, verdict, "base64")
    return Found([row], {"base64": form} if form else {})


async def upload_formats(probe: Probe) -> Found:
    taken = {
        name: await probe.paid(f"{name} input", _resized(pictures.photo(number, file_format=name)))
        for number, name in ((3, "JPEG"), (4, "WEBP"))
    }
    said = "; ".join(f"{name}: {'taken' if paid.result else paid.told}" for name, paid in taken.items())
    verdict = AS_ASSUMED if taken["JPEG"].result else DIFFERS
    return Found([Row("Formats of what is sent", "PNG and JPEG", f"PNG: taken; {said}", verdict, "upload")])


async def request_uuid(probe: Probe) -> Found:
    once = str(uuid.uuid5(uuid.NAMESPACE_URL, f"{probe.account.identity} probe"))
    params = {**_resized(pictures.photo(5)), "request_uuid": once}
    first = await probe.paid("request_uuid, first", params)
    second = await probe.paid("request_uuid, again", params)
    if not (first.task_uid and second.task_uid):
        said = f"the first: {first.told}; the second: {second.told}"
        return Found([Row("The same request_uuid twice", TWO_TASKS, said, UNCLEAR, "request_uuid")])
    seen = ONE_TASK if first.task_uid == second.task_uid else TWO_TASKS
    verdict = DIFFERS if seen == ONE_TASK else AS_ASSUMED
    row = Row("The same request_uuid twice", TWO_TASKS, f"{seen}, paid as such", verdict, "request_uuid")
    return Found([row], {"request_uuid": seen})


def action(request: Action) -> Trial:
    """One task of an Action at its smallest."""

    async def trial(probe: Probe) -> Found:
        return Found([_row_of_action(request, await probe.paid(request.ACTION, request.to_params()))])

    return trial


async def generate(probe: Probe) -> Found:
    """The smallest size, the Seed, and when a task is listed."""
    request = GenerateImages(generation=_generation(SMALL, SMALL))
    paid = await probe.paid(request.ACTION, request.to_params(), is_watched=True)
    rows = [_row_of_action(request, paid)]
    if paid.task_uid:
        detail = (await probe.free(lambda: probe.client.task_details([paid.task_uid]))).get(paid.task_uid)
        kept = detail is not None and detail.seed == _SEED
        said = "the one that was sent" if kept else "another" if detail is not None and detail.seed else "not told"
        rows.append(
            Row("Seed of a finished task", "the one that was sent", said, AS_ASSUMED if kept else DIFFERS, "seed")
        )
    return Found(rows)


async def mask(probe: Probe) -> Found:
    """Which side of a mask is redrawn; measured on a mask that is white on the left."""
    request = ApplyReferencePattern(
        pictures.photo(6, _MASKED_SIDE),
        pictures.left_half(_MASKED_SIDE),
        pictures.checks(),
        pattern_strength=1.0,
        generation=_generation(_MASKED_SIDE, _MASKED_SIDE),
    )
    paid = await probe.paid(request.ACTION, request.to_params())
    rows = [_row_of_action(request, paid, _MASKED_SIDE)]
    if not paid.pictures:
        return Found(rows)
    white, black = pictures.changes(pictures.disc(6, _MASKED_SIDE), paid.pictures[0])
    redrawn = (
        Redrawn.WHITE if white > _CLEARLY * (black + 1) else Redrawn.BLACK if black > _CLEARLY * (white + 1) else None
    )
    side = redrawn.value if redrawn else "both sides alike"
    said = f"{side} (changed by {white:.0f} under white, {black:.0f} under black)"
    verdict = UNCLEAR if redrawn is None else AS_ASSUMED if redrawn is Redrawn.WHITE else DIFFERS
    rows.append(Row("What of the mask is redrawn", "white", said, verdict, "mask"))
    return Found(rows, {"mask": redrawn.value} if redrawn else {})


def side(width: int, height: int) -> Trial:
    """A picture of this size, made of words."""

    async def trial(probe: Probe) -> Found:
        request = GenerateImages(generation=_generation(width, height))
        paid = await probe.paid(f"{width} x {height}", request.to_params())
        verdict = AS_ASSUMED if paid.result else UNCLEAR if paid.is_unknown else DIFFERS
        return Found([Row(f"A picture of {width} x {height}", "made", paid.told, verdict, "sides")])

    return trial


FREE: Mapping[str, Trial] = {"account": account, "models": models, "unknown task": unknown_task, "burst": burst}

PAID: Mapping[str, Trial] = {
    "base64": base64_forms,
    "upload formats": upload_formats,
    "request_uuid": request_uuid,
    "describe": action(DescribeImages((pictures.photo(7),))),
    "background": action(RemoveBackground(pictures.photo(8))),
    "contents": action(ExtractContents(pictures.photo(9), ((SMALL // 2, SMALL // 2),))),
    "erase": action(RemoveContents(pictures.photo(10), pictures.centre(SMALL))),
    "generate": generate,
    "extract": action(
        GeneratePatternsFromImage(
            pictures.photo(11),
            (8, 8, SMALL - 8, SMALL - 8),
            generation=Generation(seed=_SEED, width=SMALL, height=SMALL),
        )
    ),
    "style": action(
        ApplyReferenceStyle(
            pictures.photo(12), pictures.checks(), generation=Generation(seed=_SEED, width=SMALL, height=SMALL)
        )
    ),
    "mask": mask,
    "longest side": side(2560, 64),
    "largest": side(2560, 2560),
}


def adapt(probe: Probe, facts: Mapping[str, str]) -> None:
    """What was found out is used by the trials that follow."""
    if facts.get("base64") == BARE_ONLY:
        probe.assumptions = replace(probe.assumptions, base64_form=Base64Form.BARE)


# -- what all answers together tell


def summary(facts: Mapping[str, Any]) -> list[Row]:
    """Rows of what the recorder has seen in all answers."""
    return [*_statuses(facts), *_seeds(facts), *_times(facts), *_formats(facts), *_codes(facts)]


async def result_urls(probe: Probe) -> list[Row]:
    """For how long the newest picture can be fetched, by its URL, and what is left of tasks older than a day."""
    rows = []
    sends = sorted((send for send in probe.journal.sends.values() if send.task), key=lambda send: send.at)
    for send, is_newest in [(sends[-1], True), (sends[0], False)] if sends else []:
        uid = probe.task_uid(send.task)
        detail = (await probe.free(lambda uid=uid: probe.client.task_details([uid]))).get(uid) if uid else None
        age = time.time() - send.at
        if is_newest and detail is not None and detail.image_urls:
            rows.append(_life(detail.image_urls[0]))
        elif not is_newest and age > _HOURS_24:
            said = "still listed" if detail is not None else "not listed any more"
            rows.append(Row(f"A task of {age / 3600:.0f} h ago", "gone after 24 h", said, LEARNED, "life"))
    return rows


def _life(url: str) -> Row:
    query = parse_qs(urlsplit(url).query)
    told = next((int(query[name][0]) for name in _LIFE_FIELDS if query.get(name, ["?"])[0].isdigit()), None)
    if told is None:
        return Row("Life of a result's URL", "24 h", "the URL does not tell", LEARNED, "life")
    seconds = told - time.time() if told > 1e9 else told
    verdict = AS_ASSUMED if abs(seconds - _HOURS_24) < 1800 else DIFFERS
    return Row("Life of a result's URL", "24 h", f"{seconds / 3600:.1f} h by the URL", verdict, "life")


def _statuses(facts: Mapping[str, Any]) -> Iterator[Row]:
    words = list(facts.get("status_words", {}))
    unknown = [word for word in words if word.lower() not in STATUS_WORDS]
    said = "; ".join(facts.get("orders", {})) or ", ".join(words) or "none seen"
    verdict = DIFFERS if unknown else AS_ASSUMED if words else UNCLEAR
    yield Row("Status words", "Queuing > Running > Finished, or Error", said, verdict, "status")


def _seeds(facts: Mapping[str, Any]) -> Iterator[Row]:
    under_way = [
        seen for seen in facts.get("status_words", {}).values() if seen.get("with a Seed sent") and not _is_over(seen)
    ]
    told = any(seen.get("told", {}).get("Seed") for seen in under_way)
    verdict = UNCLEAR if not under_way else AS_ASSUMED if told else DIFFERS
    said = "no task was seen under way" if not under_way else "told" if told else "not told"
    yield Row("Seed of a task under way", "told", said, verdict, "seed")


def _times(facts: Mapping[str, Any]) -> Iterator[Row]:
    for what, name in (
        ("in ListRunningTasks", "submit to listed as running"),
        ("in ListTasksDetails", "submit to details"),
    ):
        seen = facts.get("seconds", {}).get(name)
        said = f"after {seen['least']:g} to {seen['most']:g} s" if seen else "not seen"
        verdict = UNCLEAR if not seen else AS_ASSUMED if seen["least"] < 15 else DIFFERS
        yield Row(f"A new task {what}", "within 15 s", said, verdict, "listed")


def _formats(facts: Mapping[str, Any]) -> Iterator[Row]:
    formats = sorted({name.split()[0] for name in facts.get("results", {})})
    verdict = UNCLEAR if not formats else AS_ASSUMED if {"PNG", "JPEG", "WEBP"} >= set(formats) else DIFFERS
    yield Row("Formats of results", "PNG, JPEG or WebP", ", ".join(formats) or "none seen", verdict, "formats")


def _codes(facts: Mapping[str, Any]) -> Iterator[Row]:
    codes = {code: "/".join(seen.get("messages", {})) for code, seen in facts.get("ret_codes", {}).items()}
    said = "; ".join(f"{code} {message}" for code, message in codes.items()) or "none"
    yield Row("RetCodes other than 0", "those of the parent company", said, LEARNED, "codes")


def _is_over(seen: Mapping[str, Any]) -> bool:
    return bool(seen.get("with results") or seen.get("with an error"))


def _row_of_action(request: Action, paid: Paid, side: int = SMALL) -> Row:
    verdict = AS_ASSUMED if paid.result else UNCLEAR if paid.is_unknown else DIFFERS
    return Row(f"{request.ACTION} at {side} x {side}", "taken, and carried out", paid.told, verdict, "actions")


def _resized(picture: DataUri) -> dict[str, Any]:
    return ResizeImage(picture, SMALL, SMALL).to_params()


def _generation(width: int, height: int) -> Generation:
    return Generation(positive_prompts=(_PROMPT,), seed=_SEED, width=width, height=height)
