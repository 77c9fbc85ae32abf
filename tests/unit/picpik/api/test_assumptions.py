"""What is assumed of a service decides how a request is sent, and how a Status is read."""

import pytest
from comfyui_picpik.picpik.api import ASSUMED, Assumptions, Base64Form, DataUri, TaskStatus
from comfyui_picpik.picpik.api.wire import json_pieces

PICTURE = DataUri.encode("image/png", [b"pixels"])


def wire(assumptions: Assumptions, params: dict) -> bytes:
    return b"".join(json_pieces(assumptions.as_sent(params)))


def test_a_picture_is_a_data_uri_unless_the_service_takes_bare_base64_only():
    params = {"ImageList": [PICTURE]}
    assert wire(ASSUMED, params) == b'{"ImageList":["data:image/png;base64,cGl4ZWxz"]}'
    assert wire(Assumptions(base64_form=Base64Form.BARE), params) == b'{"ImageList":["cGl4ZWxz"]}'


def test_a_parameter_of_a_model_is_spelt_as_the_service_spells_it():
    params = {"MainModel": {"ModelCode": "m", "InferenceParams": {"CFGScale": 7.5, "Steps": 10}}}
    sent = Assumptions(cfg_spelling="CfgScale").as_sent(params)
    assert sent["MainModel"]["InferenceParams"] == {"CfgScale": 7.5, "Steps": 10}
    assert ASSUMED.as_sent(params) == params


def test_a_spelling_that_somebody_has_chosen_in_extra_parameters_is_sent_as_it_is():
    params = {"MainModel": {"InferenceParams": {"CfgScale": 7.5}}}
    assert ASSUMED.as_sent(params) == params


def test_what_is_asked_for_is_not_changed_by_the_form_it_is_sent_in():
    params = {"Mask": PICTURE}
    Assumptions(base64_form=Base64Form.BARE).as_sent(params)
    assert params["Mask"].digest == PICTURE.digest


@pytest.mark.parametrize(
    ("word", "status"),
    [
        ("Running", TaskStatus.RUNNING),
        (" archiving ", TaskStatus.RUNNING),
        ("ARCHIVING", TaskStatus.RUNNING),
        ("Done", TaskStatus.FAILED),  # a correction wins
        ("melting", TaskStatus.UNKNOWN),
    ],
)
def test_a_status_word_is_read_as_it_was_corrected(word: str, status: TaskStatus):
    corrected = Assumptions(status_words={"archiving": TaskStatus.RUNNING, "done": TaskStatus.FAILED})
    assert corrected.status_of(word) is status
