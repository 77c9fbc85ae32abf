"""What a recorded service was like becomes what the sandbox is like."""

import pytest
from comfyui_picpik.sandbox import Quirks
from comfyui_picpik.sandbox.recorded_facts import recorded_quirks, recorded_seconds, recorded_service


def seen(results: int = 0, errors: int = 0, seeds: int = 1, told: int = 0) -> dict:
    return {
        "times": 1,
        "with results": results,
        "with an error": errors,
        "with a Seed sent": seeds,
        "told": {"Seed": told} if told else {},
    }


@pytest.mark.parametrize(
    ("facts", "quirks"),
    [
        ({}, {}),
        (
            {"status_words": {"A": seen(), "B": seen(), "C": seen(results=2), "D": seen(errors=1)},
             "orders": {"A > B > C": 1}},
            {"status_words": {"Queuing": "A", "Running": "B", "Finished": "C", "Error": "D"}, "seed_told": "never"},
        ),
        (
            {"status_words": {"B": seen(), "C": seen(results=1, told=1)}, "orders": {"B > C": 1}},
            {"status_words": {"Running": "B", "Finished": "C"}, "seed_told": "when over"},
        ),
        ({"status_words": {"B": seen(told=1)}, "orders": {}}, {"seed_told": "always"}),
        ({"probed": {"base64": "bare only", "mask": "black", "request_uuid": "one task"}},
         {"pictures_taken_as": "bare", "redrawn": "black", "idempotent_request_uuid": True}),
        ({"probed": {"base64": "both", "mask": "white", "request_uuid": "two tasks"}}, {}),
        ({"answers": {"ListTasksDetails": {"TaskDetailList[].ErrorMessage: String": 1}}},
         {"details_without_ret_code": True, "error_message_spelt_right": True}),
        ({"answers": {"ListModels": {"MainModels[].InferenceParams.CfgScale: Float": 1}}},
         {"models_as_array": True, "cfg_spelling": "CfgScale"}),
        ({"results": {"WEBP 64 x 64 RGB": 1, "WEBP 128 x 64 RGB": 1, "PNG 64 x 64 RGBA": 1}},
         {"result_format": "WEBP"}),
        ({"throttled": {"calls in the second before": {"16": 3, "6": 2}}}, {"most_calls_per_second": 5}),
        ({"clock_offset": {"latest seconds": -120}}, {"clock_offset": -120.0}),
    ],
)  # fmt: skip
def test_a_fact_throws_a_switch_and_what_is_not_known_stays(facts: dict, quirks: dict):
    changed, expected = Quirks(), Quirks()
    changed.change(recorded_quirks(facts))
    expected.change(quirks)
    assert changed == expected


def test_a_task_takes_as_long_as_it_took():
    facts = {
        "status_words": {"Finished": seen(results=1)},
        "orders": {"Queuing > Running > Finished": 2},
        "seconds": {"submit to Running": {"times": 2, "sum": 4.0}, "submit to Finished": {"times": 2, "sum": 24.0}},
    }
    assert recorded_seconds(facts) == {"seconds_queued": 2.0, "seconds_per_task": 10.0}
    assert recorded_seconds({}) == {}


def test_of_several_services_the_one_counts_that_was_called_last():
    services = {"a": {"latest_call": 1}, "b": {"latest_call": 3}, "c": {"latest_call": 2}}
    assert recorded_service({"version": 1, "services": services}) == {"latest_call": 3}


@pytest.mark.parametrize("content", [[], {}, {"services": {}}, {"services": []}])
def test_a_file_without_facts_is_refused(content):
    with pytest.raises(ValueError, match="no facts"):
        recorded_service(content)
