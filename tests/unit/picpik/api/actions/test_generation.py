"""What all generating Actions have alike."""

import pytest
from comfyui_picpik.picpik.api import (
    DataUri,
    GeneratePatternsFromImage,
    Generation,
)

RAW = DataUri("image/png", (b"UkFX",))


def test_another_seed_changes_nothing_else():
    request = GeneratePatternsFromImage(RAW, (0, 0, 8, 8), generation=Generation(seed=-1))
    assert request.with_seed(5).to_params() == request.to_params() | {"Seed": 5}


@pytest.mark.parametrize(
    ("build", "input"),
    [
        (lambda: Generation(seed=-2), "seed"),
        (lambda: Generation(seed=2**31), "seed"),
        (lambda: Generation(width=63), "width"),
        (lambda: Generation(width=2561), "width"),
        (lambda: Generation(height=63), "height"),
        (lambda: Generation(height=2561), "height"),
        (lambda: Generation(batch_size=0), "batch_size"),
        (lambda: Generation(batch_size=17), "batch_size"),
        (lambda: Generation(positive_prompts=("a", "\ud800")), "positive_prompts"),
        (lambda: Generation(negative_prompts=("\udfff",)), "negative_prompts"),
    ],
)
def test_a_value_outside_its_documented_range_is_refused_by_its_input_name(build, input, assert_refused):
    assert_refused(build, input)


@pytest.mark.parametrize("seed", [-1, 0, 2147483647])
@pytest.mark.parametrize("side", [64, 2560])
@pytest.mark.parametrize("batch_size", [1, 16])
def test_the_ends_of_the_documented_ranges_are_taken(seed, side, batch_size):
    params = Generation(seed=seed, width=side, height=side, batch_size=batch_size).to_params()
    assert (params["Seed"], params["Width"], params["Height"], params["BatchSize"]) == (seed, side, side, batch_size)
