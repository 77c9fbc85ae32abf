"""What people read in Chinese: every error, every finding of the doctor, every text of the front end."""

import ast
import json
import re
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from comfyui_picpik.imaging.errors import ImageRefused
from comfyui_picpik.picpik import api, runner
from comfyui_picpik.picpik.accounts import SavedAccount, SavedAccounts, Settings, doctor, endpoint_url
from comfyui_picpik.picpik.api import Credits
from comfyui_picpik.picpik.api.ret_codes import _MEANINGS
from comfyui_picpik.picpik.ledger import LedgerNotUsed
from comfyui_picpik.picpik.runner import Withdrawn
from comfyui_picpik.tests.paths import ROOT

PHRASES: dict[str, str] = json.loads((ROOT / "web" / "phrases" / "zh.json").read_text("utf-8"))
PLACE = re.compile(r"\{(\w+)\}")
UID = "c0ffee00000000000000"


def translated(text: str) -> str | None:
    """What `translateText` of web/phrases.js makes of a text; None where the dictionary does not know it."""
    if text in PHRASES:
        return PHRASES[text]
    for template in sorted(filter(PLACE.search, PHRASES), key=lambda each: -len(PLACE.sub("", each))):
        names = PLACE.findall(template)
        found = re.fullmatch("(.+?)".join(map(re.escape, PLACE.split(template)[::2])), text, re.DOTALL)
        if found:
            values = {name: translated(value) or value for name, value in zip(names, found.groups(), strict=True)}
            return PLACE.sub(lambda place, values=values: values[place[1]], PHRASES[template])
    return None


def english_left(text: str) -> list[str]:
    """Three English words in a row in what should be Chinese."""
    return re.findall(r"[a-z']+ [a-z']+ [a-z']+", text)


def refusal_of_settings() -> Exception:
    try:
        Settings({}).choose().account  # noqa: B018
    except api.NotConfigured as error:
        return error
    raise AssertionError


def refusal_of(call) -> Exception:
    try:
        call()
    except api.PicpikError as error:
        return error
    raise AssertionError


ERRORS: list[Exception] = [
    *(api.ApiError("ListModels", code, "some text") for code in [*_MEANINGS, 12345]),
    *(api.ApiError("ListModels", code, "") for code in _MEANINGS),
    *(api.HttpRefused("host", status) for status in (401, 403, 404, 405, 407, 413, 429, 500, 503)),
    api.HttpRefused("host", 302, redirects_to="https://other"),
    api.NeverSent("host", "no connection"),
    api.NeverSent("host", "the TLS certificate was not accepted"),
    api.NoAnswer("The server of the results", "time-out"),
    api.BadAnswer("host", "it has no TaskUID"),
    runner.ServiceSilent("ResizeImage", "host did not answer (time-out)."),
    runner.StillLooking("ResizeImage", 15),
    runner.OddAnswer("ResizeImage", str(api.ApiError("ResizeImage", 520, "some text").what), "14:03:20"),
    *(
        error("GeneratePatternsFromImage, seed 7", told, evidence)
        for error, told in (
            (runner.SearchEnded, "14:03:20"),
            (partial(runner.Undecided, is_drawn=False), [UID]),
            (partial(runner.Undecided, is_drawn=True), [UID, UID]),
        )
        for evidence in ("", " Your credits went down by 60 meanwhile.", " Your credits did not change meanwhile.")
    ),
    LedgerNotUsed(Path("/a/b")),
    runner.BatchFailed(3, {2: api.NeverSent("host", "no connection")}),
    runner.TaskFailed(UID, 0, ""),
    runner.TaskFailed(UID, 5001, ""),
    runner.TaskFailed(UID, None, "the model is gone"),
    runner.TaskFailed(UID, 5001, "the model is gone"),
    runner.TaskNotFound(UID),
    runner.TaskNotFound(UID, api.ApiError("ListTasksDetails", 230, "some text").what),
    runner.TaskNotListed(UID),
    runner.TaskLost(UID, "not listed"),
    runner.TaskTimeout(UID, "queued", 1.5),
    runner.TaskOutOfReach(UID, "host did not answer (time-out)."),
    runner.ResultUnavailable(UID, "PICPIK lists no picture of it"),
    runner.ResultUnavailable(UID, "PICPIK lists no text of it"),
    api.InputRefused("task_uid", f"{UID} brought texts, no pictures.", "The task list shows them."),
    runner.ResultUnavailable(UID, "it is text, such as an error page, and no picture.", Path("/a/b")),
    api.InputRefused("task_uid", "is empty.", "Paste a TaskUID, or link task_uid of a pattern node."),
    Withdrawn(),
    refusal_of_settings(),
    refusal_of(lambda: endpoint_url("nonsense")),
    refusal_of(lambda: Settings({"PICPIK_POLL_INTERVAL": "x"}).poll_interval),
    refusal_of(lambda: SavedAccounts().with_account("", SavedAccount())),
    refusal_of(lambda: SavedAccounts().with_account("a", SavedAccount(proxy="a b"))),
]


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: type(error).__name__)
def test_every_line_of_an_error_is_known_in_chinese(error: Exception):
    for line in str(error).splitlines():
        chinese = translated(line)
        assert chinese is not None, line
        service_s_own = re.sub("some text|the model is gone", "", chinese)
        assert english_left(service_s_own) == []


def test_every_class_of_error_is_in_the_table():
    def leaves(kind: type) -> Iterator[type]:
        below = kind.__subclasses__()
        for each in below:
            yield from leaves(each)
        if not below:
            yield kind

    assert set(leaves(api.PicpikError)) <= {type(error) for error in ERRORS}


def strings_of(call: ast.Call) -> Iterator[str]:
    """Texts among the arguments of a call, with {place} for what is filled in."""
    for argument in call.args:
        if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
            yield argument.value
        elif isinstance(argument, ast.JoinedStr):
            yield "".join(str(part.value) if isinstance(part, ast.Constant) else "7" for part in argument.values)


def refusals() -> Iterator[tuple[str, str]]:
    """Every text of a refusal in the sources: whoever writes a new one is told to translate it."""
    for room in ("imaging", "picpik", "nodes"):
        for path in sorted((ROOT / room).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                if isinstance(node, ast.Call) and _name(node.func) in REFUSING:
                    for text in strings_of(node):
                        if " " in text:
                            yield path.relative_to(ROOT).as_posix(), text


REFUSING = {"ImageRefused", "InputRefused", "NotConfigured", "Refusal", "_refused", "Finding", "UnreadableImage"}


def _name(function: ast.expr) -> str:
    return function.id if isinstance(function, ast.Name) else ""


@pytest.mark.parametrize(("where", "text"), list(refusals()))
def test_every_refusal_in_the_sources_is_known_in_chinese(where: str, text: str):
    if text.startswith("7") and text.strip("7 .,") == "":
        return
    assert any(translated(each) for each in (text, text.removeprefix("7"), f"{text}.")), f"{where}: {text}"


@pytest.mark.parametrize("left", [0, 5])
@pytest.mark.parametrize("expires", [None, 1_000_000_000, 4_000_000_000])
def test_what_the_doctor_says_of_credits_is_known_in_chinese(left: int, expires: int | None):
    for finding in doctor._credits(Credits(10, 10 - left, expires)):
        assert translated(finding.what)
        assert not finding.do or translated(finding.do)


def test_every_note_about_an_account_is_known_in_chinese():
    saved = SavedAccounts({"A": SavedAccount("sandbox")}, "A")
    notes = [
        Settings({}, saved).choose("B").note,
        Settings({}).choose("B").note,
        Settings({"PICPIK_ENDPOINT": "sandbox"}, saved).choose("A").note,
    ]
    for note in notes:
        assert note
        assert not english_left(translated(note) or note)


@pytest.mark.parametrize("script", sorted((ROOT / "web").glob("*.js")), ids=lambda path: path.name)
def test_every_text_of_the_front_end_is_known_in_chinese(script: Path):
    source = script.read_text("utf-8")
    texts = re.findall(r'\bt\(\s*"((?:[^"\\]|\\.)*)"', source)
    assert [text for text in texts if text not in PHRASES] == []


def test_chinese_has_the_places_of_english():
    wrong = [
        english
        for english, chinese in PHRASES.items()
        if not set(PLACE.findall(chinese)) <= set(PLACE.findall(english))
    ]
    assert wrong == []


def test_a_refused_picture_names_its_input_in_chinese():
    text = str(ImageRefused("mask", "nothing is painted, all 4 x 4 values are 0.", "x")).splitlines()[0]
    assert translated(text) == "遮罩 (mask)：没有涂抹，全部 4 x 4 个值都是 0。"
