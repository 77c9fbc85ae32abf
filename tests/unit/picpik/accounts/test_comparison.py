"""Where a service does not do what is assumed of it, and what would make up for it."""

from typing import Any

import pytest
from comfyui_picpik.picpik.accounts import correct, differences, read_corrections
from comfyui_picpik.picpik.api import ASSUMED


def word(times: int = 1, results: int = 0, errors: int = 0, seeds: int = 0, told: int = 0) -> dict[str, Any]:
    return {
        "times": times,
        "with results": results,
        "with an error": errors,
        "with a Seed sent": seeds,
        "told": {"Seed": told} if told else {},
    }


DIFFERING: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "a word that ends with results": (
        {"status_words": {"FIN": word(results=1)}},
        {"status_words": {"fin": "FINISHED"}},
    ),
    "a word that ends with an error": (
        {"status_words": {"BAD": word(errors=1)}},
        {"status_words": {"bad": "FAILED"}},
    ),
    "a word that others follow": (
        {"status_words": {"WAIT": word()}, "orders": {"WAIT > Running > Finished": 1}},
        {"status_words": {"wait": "QUEUED"}},
    ),
    "a word before the end": (
        {"status_words": {"WORK": word()}, "orders": {"Queuing > WORK > Finished": 1}},
        {"status_words": {"work": "RUNNING"}},
    ),
    "a word of which nothing is known": ({"status_words": {"HM": word()}}, {}),
    "a word with results and errors": ({"status_words": {"END": word(results=1, errors=1)}}, {}),
    "bare Base64 only": ({"probed": {"base64": "bare only"}}, {"base64_form": "BARE"}),
    "an inverted mask": ({"probed": {"mask": "black"}}, {"redrawn": "BLACK"}),
    "another spelling": (
        {"answers": {"ListModels": {"MainModels{}.InferenceParams.CfgScale: Float": 2}}},
        {"cfg_spelling": "CfgScale"},
    ),
    "throttled polls": ({"throttled": {"polls, 0 s apart at least": 3}}, {"poll_pause": 2.0}),
    "an idempotent request_uuid": ({"probed": {"request_uuid": "one task"}}, {}),
    "hidden Seeds": ({"status_words": {"Running": word(seeds=3)}}, {}),
    "an unknown RetCode": ({"ret_codes": {"520": {"times": 1}}}, {}),
}

AS_ASSUMED: dict[str, dict[str, Any]] = {
    "nothing known": {},
    "known words": {"status_words": {"Queuing": word(), "SUCCESS": word(results=1), "": word()}},
    "both forms": {"probed": {"base64": "both", "mask": "white", "request_uuid": "two tasks"}},
    "data URIs only": {"probed": {"base64": "data URI only"}},
    "the usual spelling": {"answers": {"ListModels": {"MainModels{}.InferenceParams.CFGScale: Float": 2}}},
    "both spellings": {"answers": {"ListModels": {"a.CFGScale: Float": 2, "b.CfgScale: Float": 1}}},
    "throttled submits": {"throttled": {"actions": {"ResizeImage": 9}, "polls, 0 s apart at least": 2}},
    "tasks without Seeds": {"status_words": {"Running": word(times=9)}},
    "Seeds that are told": {"status_words": {"Running": word(seeds=3, told=1)}},
    "a known RetCode": {"ret_codes": {"171": {"times": 1}}},
}


@pytest.mark.parametrize("name", DIFFERING)
def test_a_difference_is_told_once_and_gone_when_it_was_corrected(tmp_path, name: str):
    facts, correction = DIFFERING[name]
    (found,) = differences(facts, ASSUMED)
    assert found.correction == correction
    if correction:
        correct(tmp_path, "host", found.correction)
        assert differences(facts, read_corrections(tmp_path).of("host")) == []


@pytest.mark.parametrize("name", AS_ASSUMED)
def test_what_is_as_assumed_is_no_difference(name: str):
    assert differences(AS_ASSUMED[name], ASSUMED) == []


def test_polls_that_are_throttled_on_are_to_be_made_ever_more_rarely(tmp_path):
    facts = {"throttled": {f"polls, {pause} s apart at least": 5 for pause in (0, 2, 4, 8, 10)}}
    pauses = []
    while found := differences(facts, read_corrections(tmp_path).of("host")):
        pauses.append(found[0].correction["poll_pause"])
        correct(tmp_path, "host", found[0].correction)
    assert pauses == [2.0, 4.0, 8.0, 10.0]
