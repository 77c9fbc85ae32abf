"""What the sandbox's two submitting Actions accept and refuse: one row for each documented field, type and range."""

import base64
from io import BytesIO

import pytest
from comfyui_picpik.sandbox.actions import read_apply, read_extract
from comfyui_picpik.sandbox.answers import Refusal, RetCode
from PIL import Image


def picture(width=8, height=6, file_format="PNG", mode="RGB"):
    file = BytesIO()
    Image.new(mode, (width, height), "white").save(file, file_format)
    return base64.b64encode(file.getvalue()).decode()


def extract(**changes):
    parameters = {
        "Action": "GeneratePatternsFromImage",
        "MainModel": {"ModelCode": "PICPIK General"},
        "RawImage": picture(),
        "Box": [0, 0, 8, 6],
    }
    return {name: value for name, value in (parameters | changes).items() if value is not ...}


def apply(**changes):
    parameters = {
        "Action": "ApplyReferencePattern",
        "MainModel": {"ModelCode": "PICPIK General"},
        "RawImageIndex": 0,
        "MaskIndex": 1,
        "PatternImageIndex": 2,
        "ImageAndMaskList": [picture(), picture(mode="L"), picture(4, 4)],
    }
    return {name: value for name, value in (parameters | changes).items() if value is not ...}


def main_model(**inference):
    return {"ModelCode": "PICPIK General", "InferenceParams": inference}


def sub_models(**inference):
    return [{"ModelCode": "lora"}, {"ModelCode": "other", "InferenceParams": inference}]


GENERATION_REFUSED = [
    ({"MainModel": ...}, "MainModel"),
    ({"MainModel": None}, "MainModel"),
    ({"MainModel": "PICPIK General"}, "MainModel"),
    ({"MainModel": []}, "MainModel"),
    ({"MainModel": {}}, "MainModel.ModelCode"),
    ({"MainModel": {"ModelCode": ""}}, "MainModel.ModelCode"),
    ({"MainModel": {"ModelCode": " "}}, "MainModel.ModelCode"),
    ({"MainModel": {"ModelCode": 3}}, "MainModel.ModelCode"),
    ({"MainModel": {"ModelCode": "a", "Name": 3}}, "MainModel.Name"),
    ({"MainModel": {"ModelCode": "a", "IsOfficial": "true"}}, "MainModel.IsOfficial"),
    ({"MainModel": {"ModelCode": "a", "TriggerWordList": "x"}}, "MainModel.TriggerWordList"),
    ({"MainModel": {"ModelCode": "a", "TriggerWordList": [1]}}, "MainModel.TriggerWordList[0]"),
    ({"MainModel": {"ModelCode": "a", "InferenceParams": []}}, "MainModel.InferenceParams"),
    ({"MainModel": main_model(Steps=5)}, "MainModel.InferenceParams.Steps"),
    ({"MainModel": main_model(Steps=101)}, "MainModel.InferenceParams.Steps"),
    ({"MainModel": main_model(Steps=20.0)}, "MainModel.InferenceParams.Steps"),
    ({"MainModel": main_model(Sampler="")}, "MainModel.InferenceParams.Sampler"),
    ({"MainModel": main_model(Sampler=1)}, "MainModel.InferenceParams.Sampler"),
    ({"MainModel": main_model(ClipSkip=0)}, "MainModel.InferenceParams.ClipSkip"),
    ({"MainModel": main_model(ClipSkip=13)}, "MainModel.InferenceParams.ClipSkip"),
    ({"MainModel": main_model(CFGScale=0.9)}, "MainModel.InferenceParams.CFGScale"),
    ({"MainModel": main_model(CfgScale=30.5)}, "MainModel.InferenceParams.CfgScale"),
    ({"MainModel": main_model(CFGScale="7")}, "MainModel.InferenceParams.CFGScale"),
    ({"MainModel": main_model(LoraWeight=1)}, "MainModel.InferenceParams.LoraWeight"),
    ({"SubModelList": {}}, "SubModelList"),
    ({"SubModelList": ["lora"]}, "SubModelList[0]"),
    ({"SubModelList": [{"ModelCode": "a"}, {}]}, "SubModelList[1].ModelCode"),
    ({"SubModelList": sub_models(LoraWeight=-1.01)}, "SubModelList[1].InferenceParams.LoraWeight"),
    ({"SubModelList": sub_models(LoraWeight=2.01)}, "SubModelList[1].InferenceParams.LoraWeight"),
    ({"SubModelList": sub_models(LoraWeight=True)}, "SubModelList[1].InferenceParams.LoraWeight"),
    ({"PositivePrompts": "a apple"}, "PositivePrompts"),
    ({"PositivePrompts": ["a", 1]}, "PositivePrompts[1]"),
    ({"NegativePrompts": None}, "NegativePrompts"),
    ({"TranslatePrompts": 1}, "TranslatePrompts"),
    ({"TranslatePrompts": "true"}, "TranslatePrompts"),
    ({"Seed": -2}, "Seed"),
    ({"Seed": 2147483648}, "Seed"),
    ({"Seed": "1"}, "Seed"),
    ({"Seed": 1.0}, "Seed"),
    ({"Seed": True}, "Seed"),
    ({"Width": 63}, "Width"),
    ({"Width": 2561}, "Width"),
    ({"Width": None}, "Width"),
    ({"Height": 63}, "Height"),
    ({"Height": 2561}, "Height"),
    ({"BatchSize": 0}, "BatchSize"),
    ({"BatchSize": 17}, "BatchSize"),
    ({"UseMainModelVAE": 0}, "UseMainModelVAE"),
]

EXTRACT_REFUSED = [
    ({"RawImage": ...}, "RawImage"),
    ({"RawImage": None}, "RawImage"),
    ({"RawImage": ["x"]}, "RawImage"),
    ({"RawImage": ""}, "RawImage"),
    ({"RawImage": "imagebase64!"}, "RawImage"),
    ({"RawImage": "data:image/png;base64"}, "RawImage"),
    ({"RawImage": "data:text/plain;base64," + picture()}, "RawImage"),
    ({"RawImage": "data:image/png," + picture()}, "RawImage"),
    ({"RawImage": base64.b64encode(b"not a picture").decode()}, "RawImage"),
    ({"RawImage": picture(file_format="BMP")}, "RawImage"),
    ({"RawImage": base64.b64encode(base64.b64decode(picture(64, 64))[:60]).decode()}, "RawImage"),
    ({"Box": "0,0,8,6"}, "Box"),
    ({"Box": [0, 0, 8]}, "Box"),
    ({"Box": [0, 0, 8, 6, 1]}, "Box"),
    ({"Box": []}, "Box"),
    ({"Box": [0, 0, 8, "6"]}, "Box[3]"),
    ({"Box": [0, 0, 8, 6.0]}, "Box[3]"),
    ({"Box": [0, 0, True, 6]}, "Box[2]"),
    ({"Box": [4, 0, 4, 6]}, "Box"),
    ({"Box": [5, 0, 4, 6]}, "Box"),
    ({"Box": [0, 6, 8, 0]}, "Box"),
    ({"Box": [-1, 0, 8, 6]}, "Box"),
    ({"Box": [0, -1, 8, 6]}, "Box"),
    ({"Box": [0, 0, 9, 6]}, "Box"),
    ({"Box": [0, 0, 8, 7]}, "Box"),
    ({"Tiling": 1}, "Tiling"),
    ({"Tiling": None}, "Tiling"),
]

APPLY_REFUSED = [
    ({"RawImageIndex": ...}, "RawImageIndex"),
    ({"MaskIndex": ...}, "MaskIndex"),
    ({"PatternImageIndex": ...}, "PatternImageIndex"),
    ({"RawImageIndex": -1}, "RawImageIndex"),
    ({"RawImageIndex": 3}, "RawImageIndex"),
    ({"MaskIndex": 3}, "MaskIndex"),
    ({"PatternImageIndex": 3}, "PatternImageIndex"),
    ({"MaskIndex": "1"}, "MaskIndex"),
    ({"MaskIndex": True}, "MaskIndex"),
    ({"ImageAndMaskList": ...}, "ImageAndMaskList"),
    ({"ImageAndMaskList": []}, "RawImageIndex"),
    ({"ImageAndMaskList": picture()}, "ImageAndMaskList"),
    ({"ImageAndMaskList": [picture(), 1, picture()]}, "ImageAndMaskList[1]"),
    ({"ImageAndMaskList": ["imagebase64", picture(), picture()]}, "ImageAndMaskList[0]"),
    ({"ImageAndMaskList": [picture(), "????", picture()]}, "ImageAndMaskList[1]"),
    ({"ImageAndMaskList": [picture(), picture(), "AAAA"]}, "ImageAndMaskList[2]"),
    ({"PatternReferStrength": -0.01}, "PatternReferStrength"),
    ({"PatternReferStrength": 1.01}, "PatternReferStrength"),
    ({"PatternReferStrength": "0.5"}, "PatternReferStrength"),
    ({"PatternReferStrength": False}, "PatternReferStrength"),
    ({"ChaoticMode": 0}, "ChaoticMode"),
    ({"ColorCorrection": "false"}, "ColorCorrection"),
]


@pytest.mark.parametrize(
    ("read", "request_with", "changes", "field"),
    [
        *((read_extract, extract, *row) for row in GENERATION_REFUSED + EXTRACT_REFUSED),
        *((read_apply, apply, *row) for row in GENERATION_REFUSED + APPLY_REFUSED),
    ],
)
def test_what_the_pages_do_not_allow_is_refused_and_the_field_is_named(read, request_with, changes, field):
    with pytest.raises(Refusal) as refusal:
        read(request_with(**changes))
    absent = list(changes.values()) == [...] or changes == {"MainModel": {}} or field == "SubModelList[1].ModelCode"
    assert refusal.value.ret_code == (RetCode.PARAMETER_MISSING if absent else RetCode.PARAMETER_WRONG)
    assert f"[{field}]" in refusal.value.message


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"Seed": 0},
        {"Seed": 2147483647},
        {"Width": 64, "Height": 2560},
        {"BatchSize": 16},
        {"PositivePrompts": [], "NegativePrompts": [""]},
        {"SubModelList": []},
        {"SubModelList": sub_models(LoraWeight=-1)},
        {"SubModelList": sub_models(LoraWeight=2.0)},
        {"MainModel": main_model(Steps=6, Sampler="DPM++ 2M", ClipSkip=12, CFGScale=1)},
        {"MainModel": main_model(Steps=100, ClipSkip=1, CfgScale=30)},
        {"MainModel": {"ModelCode": "one of my own", "Unheard": {"of": 1}}},
        {"SomethingNew": {"goes": "through"}},
    ],
)
@pytest.mark.parametrize(("read", "request_with"), [(read_extract, extract), (read_apply, apply)])
def test_what_the_pages_allow_is_accepted(read, request_with, changes):
    read(request_with(**changes))


@pytest.mark.parametrize(
    "encoded",
    [
        picture(),
        "data:image/png;base64," + picture(),
        "data:image/jpeg;base64," + picture(file_format="JPEG"),
        picture(file_format="WEBP"),
        picture(mode="RGBA"),
        picture(mode="L"),
        picture(mode="P"),
    ],
)
def test_pictures_come_as_data_uri_or_bare_base64_in_three_formats_and_any_mode(encoded):
    read_extract(extract(RawImage=encoded))
    read_apply(apply(ImageAndMaskList=[encoded, encoded, encoded]))


def test_what_is_not_sent_has_its_documented_default():
    order = read_extract(extract(Box=...))
    assert (order.seed, order.width, order.height, order.batch_size, order.steps) == (-1, 1024, 1024, 1, 10)


def test_one_picture_may_stand_for_all_three():
    read_apply(apply(RawImageIndex=0, MaskIndex=0, PatternImageIndex=0, ImageAndMaskList=[picture()]))
