"""The signature against every vector that PICPIK and its parent company have published, and against its own rules."""

import hashlib
import json
import string
from decimal import Decimal

import pytest
from comfyui_picpik.picpik.api import DataUri
from comfyui_picpik.picpik.api.signing import canonical_pieces, sign
from hypothesis import given, strategies as st

UUID = "8482d350-04f9-421b-817b-1d98b3a4dcfa"

PUBLISHED = [
    pytest.param(
        {"Action": "ListModels", "PublicKey": "abcdefg"},
        "123456",
        "4a20bc1141494035f6aaaad13224c94c5a8bc3a5",
        id="signature page",
    ),
    pytest.param(
        {"Action": "StartPicpikApp", "PublicKey": "abcdefg", "AppId": "your_app_id"},
        "123456",
        "c5e65ad1936ff695436917bf807d2281db33e7a3",
        id="platform page",
    ),
    pytest.param(
        {
            "Action": "DescribeUHostInstance",
            "Region": "cn-bj2",
            "Limit": 10,
            "PublicKey": "ucloudsomeone@example.com1296235120854146120",
        },
        "46f09bb9fab4f12dfc160dae12273d5332b5debe",
        "cba5cf5ec4d4233d206b1b54951e3787350a642f",
        id="gateway page",
    ),
]

WORKED = [
    pytest.param(
        {
            "Action": "ListTasksDetails",
            "PublicKey": "abcdefg",
            "TaskUIDList": ["ckti5nf2h4keq8mr9n00", "cktlm6lrh4miq8ng9nf0"],
            "request_uuid": UUID,
        },
        f"ActionListTasksDetailsPublicKeyabcdefgTaskUIDListckti5nf2h4keq8mr9n00cktlm6lrh4miq8ng9nf0request_uuid{UUID}",
        "367e09fc5a075798a34967ae04fe7684173255dd",
        id="an array of strings, and a lower-case name last",
    ),
    pytest.param(
        {
            "Action": "ApplyReferencePattern",
            "PublicKey": "abcdefg",
            "MainModel": {"ModelCode": "PICPIK General"},
            "PositivePrompts": ["photo-realistic", "real-life", "studio light", "still-life photography"],
            "RawImageIndex": 0,
            "MaskIndex": 1,
            "PatternImageIndex": 2,
            "PatternReferStrength": 0.5,
            "ChaoticMode": False,
            "ColorCorrection": False,
            "ImageAndMaskList": [
                DataUri("image/png", (b"AAAA",)),
                DataUri("image/png", (b"BB", b"BB")),
                "data:image/png;base64,CCCC",
            ],
            "request_uuid": UUID,
        },
        "ActionApplyReferencePatternChaoticModefalseColorCorrectionfalse"
        "ImageAndMaskListdata:image/png;base64,AAAAdata:image/png;base64,BBBBdata:image/png;base64,CCCC"
        "MainModelModelCodePICPIK GeneralMaskIndex1PatternImageIndex2PatternReferStrength0.5"
        "PositivePromptsphoto-realisticreal-lifestudio lightstill-life photographyPublicKeyabcdefgRawImageIndex0"
        f"request_uuid{UUID}",
        "acb65d0a755d73fc5a550b1e2c872273c40d18b1",
        id="a map, booleans, a fraction and images",
    ),
    pytest.param(
        {
            "Action": "GeneratePatternsFromImage",
            "PublicKey": "abcdefg",
            "MainModel": {"ModelCode": "PICPIK General"},
            "PositivePrompts": ["a apple"],
            "RawImage": "imagebase64",
            "Box": [10, 10, 200, 200],
            "Tiling": False,
            "Seed": -1,
        },
        "ActionGeneratePatternsFromImageBox1010200200MainModelModelCodePICPIK GeneralPositivePromptsa apple"
        "PublicKeyabcdefgRawImageimagebase64Seed-1Tilingfalse",
        "81db4d44f0bea6fcd040b056bd89540882c708ed",
        id="an array of integers, and a negative one",
    ),
    pytest.param(
        {
            "Action": "GenerateImages",
            "PublicKey": "abcdefg",
            "MainModel": {
                "ModelCode": "PICPIK General",
                "IsOfficial": True,
                "InferenceParams": {"Steps": 20, "Sampler": "Euler", "CFGScale": 7.0, "ClipSkip": 1},
            },
            "SubModelList": [
                {
                    "ModelCode": "lora_b",
                    "InferenceParams": {"LoraWeight": 0.85},
                    "TriggerWordList": ["foo", "bar"],
                },
                {"ModelCode": "lora_a", "InferenceParams": {"LoraWeight": 1.0}},
            ],
            "PositivePrompts": ["红苹果", "a cat"],
            "NegativePrompts": [],
            "TranslatePrompts": True,
            "Seed": 2147483647,
            "Width": 1024,
            "Height": 768,
            "BatchSize": 1,
        },
        "ActionGenerateImagesBatchSize1Height768MainModelInferenceParamsCFGScale7ClipSkip1SamplerEulerSteps20"
        "IsOfficialtrueModelCodePICPIK GeneralNegativePromptsPositivePrompts红苹果a catPublicKeyabcdefgSeed2147483647"
        "SubModelListInferenceParamsLoraWeight0.85ModelCodelora_bTriggerWordListfoobarInferenceParamsLoraWeight1"
        "ModelCodelora_aTranslatePromptstrueWidth1024",
        "3c5a0cda5bcc5f90ce14e3f9d4b8ba98d459d317",
        id="maps in maps, maps in an array, whole floats, an empty array, Chinese",
    ),
    pytest.param(
        {
            "Action": "ExtractContents",
            "PublicKey": "abcdefg",
            "RawImage": "data:image/jpeg;base64,xxx",
            "IncludePointList": [{"X": 72, "Y": 270}, {"Y": 10, "X": 5}],
            "HairOptimization": "auto",
            "OnlyMask": False,
        },
        "ActionExtractContentsHairOptimizationautoIncludePointListX72Y270X5Y10OnlyMaskfalsePublicKeyabcdefg"
        "RawImagedata:image/jpeg;base64,xxx",
        "823c51a0e93585b50b6feb1e7ad02541de2f0545",
        id="the names of a map are sorted anew in each element",
    ),
]

names = st.text(string.ascii_letters + "_", min_size=1, max_size=8)
scalars = st.one_of(
    st.text(max_size=12),
    st.booleans(),
    st.integers(-(2**63), 2**63),
    st.floats(allow_nan=False, allow_infinity=False),
)
values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(names, inner, max_size=4), max_leaves=12
)
requests = st.dictionaries(names.filter(lambda name: name != "Signature"), values, max_size=6)


def canonical(params: dict) -> str:
    return b"".join(canonical_pieces(params)).decode()


@pytest.mark.parametrize(("params", "private_key", "expected"), PUBLISHED)
def test_a_published_vector_is_reproduced(params, private_key, expected):
    assert sign(params, private_key) == expected


@pytest.mark.parametrize(("params", "expected", "_signature"), WORKED)
def test_the_canonical_string_of_a_worked_example_is_reproduced(params, expected, _signature):
    assert canonical(params) == expected


@pytest.mark.parametrize(("params", "_canonical", "expected"), WORKED)
def test_the_signature_of_a_worked_example_is_reproduced(params, _canonical, expected):
    assert sign(params, "123456") == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"array": ["foo", "bar"]}, "arrayfoobar"),
        ({"arrMap": [{"foo": "bar"}]}, "arrMapfoobar"),
        ({"arr2": [["foo", "bar"]]}, "arr2foobar"),
        ({"map": {"foo": "bar"}}, "mapfoobar"),
        ({"number": 42.0}, "number42"),
        ({"number": 42.1}, "number42.1"),
        ({"number": -0.0}, "number0"),
        ({"number": 1e-7}, "number0.0000001"),
        ({"number": 1e22}, "number10000000000000000000000"),
        ({"number": 2147483647}, "number2147483647"),
        ({"flag": True}, "flagtrue"),
        ({"A": [], "B": {}, "C": ""}, "ABC"),
        ({"b": 1, "B": 2, "a": 3}, "B2a3b1"),
        ({"TaskUIDList": [], "request_uuid": "u"}, "TaskUIDListrequest_uuidu"),
    ],
)
def test_the_rules_of_the_signature_page_hold_for_small_values(value, expected):
    assert canonical(value) == expected


def test_an_existing_signature_is_left_out():
    assert sign({"A": 1, "Signature": "old"}, "k") == sign({"A": 1}, "k")


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -float("inf")])
def test_a_number_that_is_not_finite_is_refused(value):
    with pytest.raises(ValueError, match="finite"):
        sign({"A": value}, "k")


@pytest.mark.parametrize("value", [None, b"bytes", object(), {1, 2}])
def test_a_type_that_json_does_not_have_is_refused(value):
    with pytest.raises(TypeError, match="cannot be signed"):
        sign({"A": value}, "k")


@given(requests, st.randoms(use_true_random=False))
def test_the_order_of_names_does_not_matter(params, random):
    shuffled = list(params.items())
    random.shuffle(shuffled)
    assert sign(dict(shuffled), "k") == sign(params, "k")


@given(requests, st.text(max_size=20))
def test_the_signature_is_the_sha1_of_canonical_string_and_key(params, private_key):
    expected = hashlib.sha1((canonical(params) + private_key).encode()).hexdigest()
    assert sign(params, private_key) == expected


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_number_is_written_plainly_and_reads_back_as_itself(number):
    text = canonical({"": number})
    assert set(text) <= set("0123456789.-")
    assert Decimal(text) == Decimal(repr(number))


@given(requests)
def test_what_the_server_reads_from_the_json_signs_the_same(params):
    assert sign(json.loads(json.dumps(params)), "k") == sign(params, "k")


@given(st.lists(st.text(max_size=6), max_size=6))
def test_the_elements_of_an_array_keep_their_order(elements):
    assert canonical({"A": elements}) == "A" + "".join(elements)
