"""What people read in Chinese: every error, every finding of the doctor, every text of the front end."""

import errno
import json
import math
import re
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any, get_args

import numpy as np
import pytest
import torch
from comfyui_picpik.imaging import (
    Box,
    ImageRefused,
    ImagingError,
    check_picture,
    decode_batch,
    encode_mask,
    encode_picture,
    enlarged_size,
    mask_entries,
    output_size,
    pair_batches,
    picture_entries,
    point_entries,
    refuse_contradiction,
    refuse_unusable_mask,
    region_box,
    resolve_box,
    resolve_points,
    sent_box,
    sent_points,
    wrapping,
)
from comfyui_picpik.pattern import (
    Extent,
    Layout,
    NotWritten,
    PatternError,
    Seam,
    Verdict,
    change_of_colours,
    eight_bits,
    encode_print,
    find_repeat,
    opaque_picture,
    parse_layout,
    parse_palettes,
    print_resolution,
    report_cloth,
    report_seams,
)
from comfyui_picpik.pattern.seam_offsets import Offset
from comfyui_picpik.pattern.seams import Harm
from comfyui_picpik.picpik import api, runner
from comfyui_picpik.picpik.accounts import SavedAccount, SavedAccounts, Settings, doctor, endpoint_url
from comfyui_picpik.picpik.api import Credits
from comfyui_picpik.picpik.api.ret_codes import _MEANINGS
from comfyui_picpik.picpik.ledger import LedgerNotUsed
from comfyui_picpik.picpik.runner import Withdrawn
from comfyui_picpik.tests.paths import ROOT
from comfyui_picpik.tests.unit.web.sentences import PLACE as FILLED_IN, Sentence, sentences

PHRASES: dict[str, str] = json.loads((ROOT / "web" / "phrases" / "zh.json").read_text("utf-8"))
PLACE = re.compile(r"\{(\w+)\}")
FORMS = {
    template: re.compile("(.+?)".join(map(re.escape, PLACE.split(template)[::2])), re.DOTALL)
    for template in sorted(filter(PLACE.search, PHRASES), key=lambda each: -len(PLACE.sub("", each)))
}
"""What is read as a phrase with places in it, the one with the most words first."""
UID = "c0ffee00000000000000"


def translated(text: str) -> str | None:
    """What `translateText` of web/phrases.js makes of a text; None where the dictionary does not know it."""
    if text in PHRASES:
        return PHRASES[text]
    for template, form in FORMS.items():
        if found := form.fullmatch(text):
            names = PLACE.findall(template)
            values = {name: translated(value) or value for name, value in zip(names, found.groups(), strict=True)}
            return PLACE.sub(lambda place, values=values: values[place[1]], PHRASES[template])
    return None


def english_left(text: str) -> list[str]:
    """Three English words in a row in what should be Chinese, but for commands."""
    return re.findall(r"[a-z']+ [a-z']+ [a-z']+", re.sub("`.*?`", "", text))


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
            (partial(runner.Undecided, is_drawn=False, has_seed=True), [UID]),
            (partial(runner.Undecided, is_drawn=False, has_seed=False), [UID]),
            (partial(runner.Undecided, is_drawn=True, has_seed=True), [UID, UID]),
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
    runner.ResultUnavailable(UID, "it is text, such as an error page, and no picture.", Path("/a/b")),
    api.InputRefused("task_uid", "is empty.", "Paste a TaskUID, or link task_uid of the node that submitted it."),
    Withdrawn(),
    refusal_of_settings(),
    refusal_of(lambda: endpoint_url("nonsense")),
    refusal_of(lambda: Settings({"PICPIK_POLL_INTERVAL": "x"}).poll_interval),
    refusal_of(lambda: Settings({"PICPIK_HOME": "picpik"}).home),
    refusal_of(lambda: Settings({}).choose("Studio")),
    refusal_of(lambda: Settings({}, SavedAccounts({"A": SavedAccount(), "B": SavedAccount()}, "A")).choose("Studio")),
    refusal_of(lambda: api.check_proxy("socks4://host:1")),
    refusal_of(lambda: api.check_proxy("nonsense")),
    api.NeverSent("host", "its proxy cannot be used"),
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


def knows(text: str) -> bool:
    """Is the text, or the piece of one, in the dictionary?"""
    pieces = "(.*?)".join(map(re.escape, text.strip().split(FILLED_IN)))
    return any(re.search(pieces, english, re.DOTALL) for english in PHRASES)


def is_chinese(text: str) -> bool:
    """Is the text, as it is read, Chinese after it was translated?"""
    chinese = translated(text)
    return chinese is not None and english_left(chinese) == []


def test_everything_that_the_sources_say_is_known_in_chinese():
    said = [each for each in sentences() if not knows(each.text)]
    assert [each for each in said if not is_chinese(each.text.strip().replace(FILLED_IN, "7"))] == []


REFUSING = {"ImageRefused", "InputRefused", "NotConfigured", "Refusal", "_refused", "Finding", "UnreadableImage"}


@pytest.mark.parametrize("sentence", [each for each in sentences() if each.call in REFUSING], ids=str)
def test_every_refusal_in_the_sources_is_read_in_chinese(sentence: Sentence):
    whole = sentence.text.replace(FILLED_IN, "7")
    words = re.sub("7", "", whole)
    pieces = (whole, whole.removeprefix("7"), f"{whole}.")  # a state before it, and what stands in a longer sentence
    assert not re.search("[a-z]{2}", words) or any(map(is_chinese, pieces)) or knows(sentence.text)


def test_every_chinese_phrase_is_chinese():
    assert {english: chinese for english, chinese in PHRASES.items() if english_left(chinese)} == {}


def of_picture(call: Callable[[], Any]) -> list[str]:
    """What imaging says about a picture: the lines of its refusal, or its notes."""
    try:
        outcome = call()
    except ImagingError as error:
        return str(error).splitlines()
    if isinstance(outcome, list):
        return outcome
    return list(outcome.notes if hasattr(outcome, "notes") else outcome[1])


def mask(rows: slice = slice(0, 0), columns: slice = slice(None), size: int = 64, level: float = 1.0) -> torch.Tensor:
    made = torch.zeros(size, size)
    made[rows, columns] = level
    return made


EVERYTHING, THE_TOP, A_LINE, A_DOT = slice(None), slice(0, 30), slice(5, 6), (slice(5, 6), slice(5, 6))


def rectangle(x: float, y: float, width: float, height: float) -> dict[str, float]:
    return {"x": x, "y": y, "width": width, "height": height}


OF_PICTURES: dict[str, Callable[[], Any]] = {
    "a click": lambda: resolve_box("box", rectangle(10, 10, 2, 2), 64, 64),
    "fractions": lambda: resolve_box("box", rectangle(0.2, 0.2, 0.5, 0.5), 64, 64),
    "outside": lambda: resolve_box("box", rectangle(99, 10, 20, 20), 64, 64),
    "inside out": lambda: resolve_box("box", rectangle(9, 9, -2, 20), 64, 64),
    "no number": lambda: resolve_box("box", {"x": "left"}, 64, 64),
    "no box": lambda: resolve_box("box", 7, 64, 64),
    "nothing detected": lambda: resolve_box("box", [], 64, 64),
    "changed in every way": lambda: resolve_box("box", [rectangle(-5.5, 2, 30, 30), rectangle(9, 9, 30, 30)], 64, 32),
    "a dot": lambda: region_box("region", mask(*A_DOT), 64, 64),
    "an empty region": lambda: region_box("region", mask(), 64, 64),
    "a region of another size": lambda: region_box("region", mask(EVERYTHING), 128, 128),
    "too small when it is sent": lambda: sent_box("region", Box(0, 0, 20, 20), (9000, 90), (900, 9)),
    "an empty mask": lambda: refuse_unusable_mask("mask", mask(size=32)),
    "the mask of Load Image": lambda: refuse_unusable_mask("mask", mask()),
    "a faint mask": lambda: refuse_unusable_mask("mask", mask(A_LINE, level=0.3)),
    "a full mask": lambda: refuse_unusable_mask("mask", mask(EVERYTHING)),
    "a mask that is empty when it is fitted": lambda: encode_mask("mask", mask(*A_DOT, size=640), (9, 9)),
    "a mask that is full when it is fitted": lambda: encode_mask("mask", 1 - mask(*A_DOT, size=640), (9, 9)),
    "a soft mask that is stretched": lambda: encode_mask("mask", mask(THE_TOP, level=0.7), (30, 99)),
    "a mask for a larger picture": lambda: encode_mask("mask", mask(THE_TOP), (128, 128)),
    "a mask the other way round": lambda: encode_mask("mask", 1 - mask(slice(30, 32), slice(9, 50)), (64, 64)),
    "values that are no numbers": lambda: encode_mask("mask", mask(THE_TOP) + mask(A_LINE, level=torch.nan), (64, 64)),
    "values that are no mask's": lambda: encode_mask("mask", mask(THE_TOP, level=5.0), (64, 64)),
    "a size outside": lambda: output_size(7, 0, 64, 64),
    "a size that is brought inside": lambda: output_size(0, 0, 4000, 3000),
    "a size in other proportions": lambda: output_size(0, 0, 10_000, 100),
    "no picture": lambda: picture_entries("raw_image", "a picture"),
    "a picture of whole numbers": lambda: picture_entries("raw_image", torch.zeros(1, 8, 8, 3, dtype=torch.int32)),
    "a picture of a strange shape": lambda: picture_entries("raw_image", torch.zeros(8, 8)),
    "a mask of a strange shape": lambda: mask_entries("mask", torch.zeros(8)),
    "batches that do not go together": lambda: pair_batches({"mask": [1, 2], "raw_image": [1, 2, 3]}),
    "no points": lambda: point_entries("include_points", "here"),
    "points that are no list": lambda: point_entries("include_points", '{"x": 1}'),
    "a point without y": lambda: resolve_points("include_points", [{"x": 1}], 64, 64),
    "a point that is no number": lambda: resolve_points("include_points", [{"x": 1, "y": "top"}], 64, 64),
    "a point outside": lambda: resolve_points("exclude_points", [{"x": 1, "y": 64}], 64, 64),
    "a point for both": lambda: refuse_contradiction([(1, 1)], [(1, 1)]),
    "points that meet when they are sent": lambda: sent_points([(1, 1)], [(2, 2)], (64, 64), (8, 8)),
    "a tile of another size": lambda: [wrapping((64, 64), (128, 128)).note(99, 99)],
    "a tile between pixels": lambda: [wrapping((101, 67), (217, 144)).note(*wrapping((101, 67), (217, 144)).asked)],
    "a result that is too large": lambda: enlarged_size(0, 0, 5.0, (1000, 900), (64, 4096), False),
    "a tile that gets too large": lambda: enlarged_size(0, 0, 4.0, (1024, 1024), (64, 4096), True),
    "a result that is too small": lambda: enlarged_size(0, 0, 0.01, (1000, 900), (64, 4096), False),
    "a factor of nothing": lambda: enlarged_size(0, 0, 0.0, (1000, 900), (64, 4096), False),
    "an unknown format": lambda: encode_picture("raw_image", torch.zeros(8, 8, 3), "webp"),
    "grey with holes": lambda: encode_picture("raw_image", torch.zeros(8, 8, 2)),
    "an alpha channel for nothing": lambda: encode_picture("raw_image", torch.ones(8, 8, 4)),
    "values that are no picture's": lambda: encode_picture("raw_image", torch.full((8, 8, 3), 7.0)),
    "a large picture": lambda: encode_picture("raw_image", torch.zeros(80, 80, 3), max_side=40),
    "a large file": lambda: encode_picture("raw_image", torch.rand(80, 80, 3), byte_budget=4000),
    "nothing to decode": lambda: decode_batch([]),
    "an empty file": lambda: check_picture(b""),
    "an error page": lambda: check_picture(b"<html>no</html>"),
    "no picture file": lambda: check_picture(bytes(99)),
}


@pytest.mark.parametrize("call", OF_PICTURES.values(), ids=OF_PICTURES)
def test_all_that_is_said_about_a_picture_is_read_in_chinese(call: Callable[[], Any]):
    lines = of_picture(call)
    assert lines
    assert [line for line in lines if not is_chinese(line)] == []


PRINT = np.random.default_rng(1).random((40, 40, 3), np.float32)

OF_PRINTS = {
    "no layout": lambda: parse_layout("herringbone", "1/2"),
    "no fraction": lambda: parse_layout("half-drop", "half"),
    "a drop beyond the tile": lambda: parse_layout("half-drop", "3/2"),
    "no columns": lambda: Extent(0, 1),
    "no size": lambda: Extent(1, 1, width_cm=math.nan),
    "cloth without a pixel": lambda: Extent(1, 1, 0.01, dpi=1).size(64, 64),
    "too long a cloth": lambda: Extent(1000, 1).size(640, 64),
    "a tiny tile": lambda: opaque_picture("tile", torch.zeros(1, 1, 3)),
    "no numbers": lambda: opaque_picture("tile", torch.full((9, 9, 3), math.nan)),
    "holes": lambda: opaque_picture("images", torch.zeros(9, 9, 4)),
    "no palette": lambda: parse_palettes("palette", " "),
    "no colours": lambda: parse_palettes("palette_from", "red"),
    "more than enough colours": lambda: parse_palettes("palette_to", "#123 " * 33),
    "another number of colours": lambda: change_of_colours(np.zeros((1, 3), np.uint8), np.zeros((2, 3), np.uint8)),
    "no resolution": lambda: print_resolution(100, 0, 0),
    "hardly any resolution": lambda: print_resolution(10, 150, 1000),
    "too many colours for numbers": lambda: encode_print("images", eight_bits(PRINT), "indexed TIFF", 150, {}, list),
    "a plain colour": lambda: find_repeat(np.zeros((40, 40, 3), np.float32), "auto", refine=True),
    "nothing that repeats": lambda: find_repeat(PRINT, "auto", refine=True),
    "no space": lambda: raising(NotWritten(Path("prints"), 9_000_000, OSError(errno.ENOSPC, "full"))),
    "no rights": lambda: raising(NotWritten(Path("prints"), 9_000_000, OSError(errno.EACCES, "Permission denied"))),
}


def raising(error: Exception) -> None:
    raise error


@pytest.mark.parametrize("call", OF_PRINTS.values(), ids=OF_PRINTS)
def test_every_refusal_of_a_print_is_read_in_chinese(call: Callable[[], Any]):
    with pytest.raises(PatternError) as refused:
        call()
    assert [line for line in str(refused.value).splitlines() if not is_chinese(line)] == []


SEAMS = [
    Seam(axis, 0, 3, 40, harm, offset)
    for axis in (0, 1)
    for harm in get_args(Harm)
    for offset in (None, Offset(2, 0), Offset(-2, 0), Offset(0, 3), Offset(0, -3))
]


@pytest.mark.parametrize("seam", SEAMS, ids=str)
def test_whatever_is_said_of_a_seam_is_read_in_chinese(seam: Seam):
    lines = report_seams(Layout("straight"), Verdict((seam,)))
    assert [line for line in lines if not is_chinese(line)] == []


@pytest.mark.parametrize("layout", ["straight", "half-drop 1/3", "half-brick 1/3"])
def test_whatever_is_said_of_cloth_is_read_in_chinese(layout: str):
    lines = report_cloth((100, 100), parse_layout(layout, "1/2"), Extent(3, 3, dpi=150))
    assert [line for line in lines if not is_chinese(line)] == []
    assert is_chinese(f"[2] {lines[0]}")


CALLS = [error for error in ERRORS if isinstance(error, api.CallFailed)]


@pytest.mark.parametrize("error", CALLS, ids=lambda error: type(error).__name__)
def test_what_a_node_says_of_a_call_that_failed_is_read_in_chinese(error: api.CallFailed):
    said = [f"{error.what} Trying again"]
    if not isinstance(error, api.NeverSent):  # else there is nothing to look for
        said.append(f"{error.what.rstrip('.')}: looking for the task until 14:03:20")
    assert [text for text in said if not is_chinese(text.replace("some text", "7"))] == []


def test_the_words_of_every_phase_are_known_in_chinese():
    assert [each.value for each in (*runner.Phase, *api.TaskStatus) if each.value not in PHRASES] == []


@pytest.mark.parametrize("left", [0, 5])
@pytest.mark.parametrize("expires", [None, 1_000_000_000, 4_000_000_000])
def test_what_the_doctor_says_of_credits_is_known_in_chinese(left: int, expires: int | None):
    for finding in doctor._credits(Credits(10, 10 - left, expires)):
        assert translated(finding.what)
        assert not finding.do or translated(finding.do)


def test_every_note_about_an_account_is_known_in_chinese():
    saved = SavedAccounts({"A": SavedAccount("sandbox")}, "A")
    notes = [
        Settings({"PICPIK_ENDPOINT": "sandbox"}, saved).choose("A").note,
        Settings({"PICPIK_PUBLIC_KEY": "a", "PICPIK_PRIVATE_KEY": "b"}, saved).choose("B").note,
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
