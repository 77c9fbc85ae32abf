"""The input extra_parameters: what may stand in it, and how it is merged into a request."""

import pytest
from comfyui_picpik.picpik.api import (
    DataUri,
    GeneratePatternsFromImage,
    Generation,
    InferenceParams,
    InputRefused,
    ModelRef,
    parse_extra_parameters,
)

RAW = DataUri("image/png", (b"UkFX",))


def test_extra_parameters_are_merged_name_by_name_and_win():
    generation = Generation(main_model=ModelRef("m", inference=InferenceParams(steps=10)))
    extra = {"MainModel": {"InferenceParams": {"Eta": 0.5}}, "Tiling": True, "New": [1, {"a": "b"}]}
    request = GeneratePatternsFromImage(RAW, (0, 0, 8, 8), generation=generation, extra_parameters=extra)
    params = request.to_params()
    assert params["MainModel"] == {"ModelCode": "m", "InferenceParams": {"Steps": 10, "Eta": 0.5}}
    assert params["Tiling"] is True
    assert params["New"] == [1, {"a": "b"}]


@pytest.mark.parametrize(
    "text",
    [
        "{",
        "[1]",
        '"text"',
        "NaN",
        '{"a": NaN}',
        '{"a": Infinity}',
        '{"a": null}',
        '{"a": [1, {"b": null}]}',
        '{"Action": "x"}',
        '{"PublicKey": "x"}',
        '{"Signature": "x"}',
        '{"request_uuid": "x"}',
        '{"Seed": 1}',
        '{"a": "\\ud800"}',
    ],
)
def test_extra_parameters_that_cannot_be_sent_are_refused(text):
    with pytest.raises(InputRefused, match=r"^extra_parameters: "):
        parse_extra_parameters(text)


@pytest.mark.parametrize(("text", "expected"), [("", {}), (" \n", {}), ('{"Tiling": true}', {"Tiling": True})])
def test_extra_parameters_are_a_json_object_or_nothing(text, expected):
    assert parse_extra_parameters(text) == expected
