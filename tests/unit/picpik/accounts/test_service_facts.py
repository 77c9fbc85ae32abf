"""What was learned of services, added up and bounded."""

import json

import pytest
from comfyui_picpik.picpik.accounts.service_facts import FILE_NAME, MOST_BYTES, add_facts, added, read_facts


@pytest.mark.parametrize(
    ("known", "learned", "both"),
    [
        ({}, {"calls": {"A": 1}}, {"calls": {"A": 1}}),
        ({"calls": {"A": 1}}, {"calls": {"A": 2, "B": 1}}, {"calls": {"A": 3, "B": 1}}),
        ({"least": 2.0, "most": 2.0}, {"least": 1.0, "most": 5.0}, {"least": 1.0, "most": 5.0}),
        ({"least": 1.0, "most": 5.0}, {"least": 2.0, "most": 2.0}, {"least": 1.0, "most": 5.0}),
        ({"latest_call": 7}, {"latest_call": 3}, {"latest_call": 3}),
        ({"mask": "white"}, {"mask": "black"}, {"mask": "black"}),
        ({"calls": 3}, {"calls": {"A": 1}}, {"calls": {"A": 1}}),  # a file that somebody has written by hand
    ],
)
def test_facts_are_added_to_each_other(known, learned, both):
    assert added(known, learned) == both


def test_what_two_processes_learn_is_kept_together(tmp_path):
    add_facts(tmp_path, {"a": {"calls": {"X": 1}}})
    add_facts(tmp_path, {"a": {"calls": {"X": 2}}, "b": {"calls": {"Y": 1}}})
    assert read_facts(tmp_path) == {"a": {"calls": {"X": 3}}, "b": {"calls": {"Y": 1}}}


@pytest.mark.parametrize("content", ["", "{", "[]", '{"version": 7, "services": {}}', '{"version": 1, "services": []}'])
def test_a_file_that_cannot_be_read_is_begun_anew(tmp_path, content):
    (tmp_path / FILE_NAME).write_text(content)
    assert read_facts(tmp_path) == {}
    add_facts(tmp_path, {"a": {"calls": {"X": 1}}})
    assert read_facts(tmp_path) == {"a": {"calls": {"X": 1}}}


def test_a_service_that_makes_up_names_without_end_fills_no_disk(tmp_path):
    for service in range(12):
        for turn in range(3):
            names = {f"{turn} {number} {'n' * 300}": number for number in range(200)}
            answers = {f"Action{number}": names for number in range(100)}
            facts = {"latest_call": service, "answers": answers, "results": names, "status_words": names}
            add_facts(tmp_path, {f"host{service}": facts})
    assert (tmp_path / FILE_NAME).stat().st_size <= MOST_BYTES
    kept = read_facts(tmp_path)
    assert "host11" in kept
    assert len(kept) <= 8
    assert kept["host11"]["status_words"]


def test_what_is_known_counts_on_when_there_is_no_room_for_new_names():
    known = added({}, {"calls": {f"A{number}": 1 for number in range(100)}})
    assert len(known["calls"]) == 60
    assert added(known, {"calls": {"A0": 1, "new": 1}})["calls"]["A0"] == 2
    assert "new" not in added(known, {"calls": {"new": 1}})["calls"]


def test_the_file_is_json_that_others_can_read(tmp_path):
    add_facts(tmp_path, {"a": {"status_words": {"完成": {"times": 1}}}})
    assert json.loads((tmp_path / FILE_NAME).read_text("utf-8"))["services"]["a"]["status_words"]["完成"]["times"] == 1
