"""The request key: the same for the same request, another one for anything else."""

from comfyui_picpik.picpik.api import (
    ApplyReferencePattern,
    Generation,
    ModelRef,
    PixelDigest,
    request_key,
    unseeded_key,
)


def key(params: dict, seed: int = 1, endpoint: str = "https://a", public_key: str = "p") -> str:
    return request_key(unseeded_key(endpoint, public_key, params), seed)


def test_equal_requests_have_equal_keys_whatever_the_order_of_names():
    assert key({"A": 1, "B": [1, 2]}) == key({"B": [1, 2], "A": 1})


def test_anything_that_makes_another_request_makes_another_key():
    keys = [
        key({"A": ["ab", "c"]}),
        key({"A": ["abc"]}),  # the canonical string of the signature is the same for these two
        key({"A": ["ab", "c"]}, seed=2),
        key({"A": ["ab", "c"]}, endpoint="https://b"),
        key({"A": ["ab", "c"]}, public_key="q"),
        key({"A": ["ab", "c"], "B": False}),
    ]
    assert len(set(keys)) == len(keys)


def test_the_seed_is_counted_once_by_the_key_not_by_its_place_in_the_request():
    assert key({"A": 1, "Seed": 5}, seed=7) == key({"A": 1}, seed=7)


def test_the_key_of_today_is_that_of_every_version():
    """What was paid for is found by it: whoever changes it makes users pay again."""
    request = ApplyReferencePattern(
        *(PixelDigest(lambda digit=digit: digit * 64) for digit in "abc"),
        pattern_strength=0.75,
        generation=Generation(main_model=ModelRef("PICPIK General"), positive_prompts=("linen", "亚麻"), seed=42),
        extra_parameters={"New": [1, {"a": 0.5}]},
    )
    assert key(request.key_params(), seed=42) == "82e11694299cfdff755a60b74491de71e56eb46c991478391178e23089a8b88f"
