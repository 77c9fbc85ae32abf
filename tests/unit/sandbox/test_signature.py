"""The sandbox's own reading of the signature rule, against every vector that PICPIK or its parent company published."""

import json

import pytest
from comfyui_picpik.sandbox.signature import canonical_string, is_signed, sign

PUBLISHED = {
    "signature page": (
        {"Action": "ListModels", "PublicKey": "abcdefg"},
        "123456",
        "4a20bc1141494035f6aaaad13224c94c5a8bc3a5",
    ),
    "platform rule": (
        {"Action": "StartPicpikApp", "PublicKey": "abcdefg", "AppId": "your_app_id"},
        "123456",
        "c5e65ad1936ff695436917bf807d2281db33e7a3",
    ),
    "parent company": (
        {
            "Action": "DescribeUHostInstance",
            "Region": "cn-bj2",
            "Limit": 10,
            "PublicKey": "ucloudsomeone@example.com1296235120854146120",
        },
        "46f09bb9fab4f12dfc160dae12273d5332b5debe",
        "cba5cf5ec4d4233d206b1b54951e3787350a642f",
    ),
    "service rule, texts short enough not to be cut": (
        {
            "prompt": "这是生成图片所需的提示词。",
            "width": 512,
            "height": 512,
            "refImage": "如果是图生图，此处填原图的base64字符串",
        },
        "ABCDEFG",
        "bb4c607024f6eeb6198d070b658b2a9270fd468d",
    ),
}

WORKED = {
    "list of texts, lower-case name last": (
        """{"Action":"ListTasksDetails","PublicKey":"abcdefg","TaskUIDList":["ckti5nf2h4keq8mr9n00",
        "cktlm6lrh4miq8ng9nf0"],"request_uuid":"8482d350-04f9-421b-817b-1d98b3a4dcfa"}""",
        "ActionListTasksDetailsPublicKeyabcdefgTaskUIDListckti5nf2h4keq8mr9n00cktlm6lrh4miq8ng9nf0"
        "request_uuid8482d350-04f9-421b-817b-1d98b3a4dcfa",
        "367e09fc5a075798a34967ae04fe7684173255dd",
    ),
    "map, bools, float, list of pictures": (
        """{"Action":"ApplyReferencePattern","PublicKey":"abcdefg","MainModel":{"ModelCode":"PICPIK General"},
        "PositivePrompts":["photo-realistic","real-life","studio light","still-life photography"],"RawImageIndex":0,
        "MaskIndex":1,"PatternImageIndex":2,"PatternReferStrength":0.5,"ChaoticMode":false,"ColorCorrection":false,
        "ImageAndMaskList":["data:image/png;base64,AAAA","data:image/png;base64,BBBB","data:image/png;base64,CCCC"],
        "request_uuid":"8482d350-04f9-421b-817b-1d98b3a4dcfa"}""",
        "ActionApplyReferencePatternChaoticModefalseColorCorrectionfalseImageAndMaskListdata:image/png;base64,AAAA"
        "data:image/png;base64,BBBBdata:image/png;base64,CCCCMainModelModelCodePICPIK GeneralMaskIndex1"
        "PatternImageIndex2PatternReferStrength0.5PositivePromptsphoto-realisticreal-lifestudio light"
        "still-life photographyPublicKeyabcdefgRawImageIndex0request_uuid8482d350-04f9-421b-817b-1d98b3a4dcfa",
        "acb65d0a755d73fc5a550b1e2c872273c40d18b1",
    ),
    "list of ints, negative int": (
        """{"Action":"GeneratePatternsFromImage","PublicKey":"abcdefg","MainModel":{"ModelCode":"PICPIK General"},
        "PositivePrompts":["a apple"],"RawImage":"imagebase64","Box":[10,10,200,200],"Tiling":false,"Seed":-1}""",
        "ActionGeneratePatternsFromImageBox1010200200MainModelModelCodePICPIK GeneralPositivePromptsa apple"
        "PublicKeyabcdefgRawImageimagebase64Seed-1Tilingfalse",
        "81db4d44f0bea6fcd040b056bd89540882c708ed",
    ),
    "maps in maps, maps in lists, whole floats, empty list, Chinese": (
        """{"Action":"GenerateImages","PublicKey":"abcdefg","MainModel":{"ModelCode":"PICPIK General",
        "IsOfficial":true,"InferenceParams":{"Steps":20,"Sampler":"Euler","CFGScale":7.0,"ClipSkip":1}},
        "SubModelList":[{"ModelCode":"lora_b","InferenceParams":{"LoraWeight":0.85},"TriggerWordList":["foo","bar"]},
        {"ModelCode":"lora_a","InferenceParams":{"LoraWeight":1.0}}],"PositivePrompts":["红苹果","a cat"],
        "NegativePrompts":[],"TranslatePrompts":true,"Seed":2147483647,"Width":1024,"Height":768,"BatchSize":1}""",
        "ActionGenerateImagesBatchSize1Height768MainModelInferenceParamsCFGScale7ClipSkip1SamplerEulerSteps20"
        "IsOfficialtrueModelCodePICPIK GeneralNegativePromptsPositivePrompts红苹果a catPublicKeyabcdefg"
        "Seed2147483647SubModelListInferenceParamsLoraWeight0.85ModelCodelora_bTriggerWordListfoobar"
        "InferenceParamsLoraWeight1ModelCodelora_aTranslatePromptstrueWidth1024",
        "3c5a0cda5bcc5f90ce14e3f9d4b8ba98d459d317",
    ),
    "maps in a list, their names sorted in each": (
        """{"Action":"ExtractContents","PublicKey":"abcdefg","RawImage":"data:image/jpeg;base64,xxx",
        "IncludePointList":[{"X":72,"Y":270},{"Y":10,"X":5}],"HairOptimization":"auto","OnlyMask":false}""",
        "ActionExtractContentsHairOptimizationautoIncludePointListX72Y270X5Y10OnlyMaskfalsePublicKeyabcdefg"
        "RawImagedata:image/jpeg;base64,xxx",
        "823c51a0e93585b50b6feb1e7ad02541de2f0545",
    ),
    "nothing but names": (
        """{"Action":"X","PublicKey":"abcdefg","A":[],"B":{},"C":"","D":null}""",
        "AActionXBCDPublicKeyabcdefg",
        "d404905c029b89ff0917376bd86b04c17910f228",
    ),
}


@pytest.mark.parametrize(("parameters", "private_key", "expected"), PUBLISHED.values(), ids=PUBLISHED)
def test_a_published_vector_is_reproduced(parameters, private_key, expected):
    assert sign(parameters, private_key) == expected


@pytest.mark.parametrize(("request_text", "canonical", "expected"), WORKED.values(), ids=WORKED)
def test_a_worked_example_has_the_canonical_string_and_the_hash_of_the_pages(request_text, canonical, expected):
    parameters = json.loads(request_text)
    assert canonical_string(parameters) == canonical
    assert sign(parameters, "123456") == expected


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (["foo", "bar"], "foobar"),
        ([{"foo": "bar"}], "foobar"),
        ([["foo", "bar"]], "foobar"),
        ({"foo": "bar"}, "foobar"),
        (42.0, "42"),
        (42.1, "42.1"),
        (1e-7, "0.0000001"),
        (1e21, "1000000000000000000000"),
        (0.1 + 0.2, "0.30000000000000004"),
        (-0.25, "-0.25"),
        (True, "true"),
        (False, "false"),
        (-1, "-1"),
    ],
)
def test_a_value_is_written_as_the_rule_says(value, written):
    assert canonical_string({"v": value}) == f"v{written}"


def test_names_are_sorted_by_code_point_with_capitals_first():
    assert canonical_string({"b": "1", "a": "2", "B": "3", "é": "4", "_": "5"}) == "B3_5a2b1é4"


def test_a_signature_counts_whatever_the_case_of_its_hex_digits():
    parameters = {"Action": "ListModels", "PublicKey": "abcdefg"}
    right = sign(parameters, "123456")
    assert is_signed({**parameters, "Signature": right}, "123456")
    assert is_signed({**parameters, "Signature": right.upper()}, "123456")


@pytest.mark.parametrize(
    "changed",
    [
        {"Action": "ListModelz"},
        {"Extra": ""},
        {"Signature": ""},
        {"Signature": None},
        {"Signature": 12},
        {"Signature": "4a20bc1141494035f6aaaad13224c94c5a8bc3a"},
        {"Signature": "4a20bc1141494035f6aaaad13224c94c5a8bc3aé"},
        {"Signature": "4a20bc1141494035f6aaaad13224c94c5a8bc3a5 "},
    ],
)
def test_anything_else_than_the_right_signature_is_wrong(changed):
    parameters = {
        "Action": "ListModels",
        "PublicKey": "abcdefg",
        "Signature": "4a20bc1141494035f6aaaad13224c94c5a8bc3a5",
    }
    assert is_signed(parameters, "123456")
    assert not is_signed({**parameters, **changed}, "123456")
    assert not is_signed(parameters, "1234567")


def test_half_a_surrogate_pair_is_a_wrong_signature_and_no_crash():
    assert not is_signed({"Action": "ListModels", "Text": "\ud800", "Signature": "0" * 40}, "123456")
