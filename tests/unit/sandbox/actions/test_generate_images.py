"""What GenerateImages accepts and refuses, one row for each field of its own."""

import pytest
from comfyui_picpik.sandbox.actions.generate_images import read
from comfyui_picpik.tests.unit.sandbox.actions.example_requests import (
    check_refusal,
    generate_images,
)

REFUSED = [
    ({"Tileable": 1}, "Tileable"),
    ({"Tileable": "true"}, "Tileable"),
    ({"MainModel": ...}, "MainModel"),
    ({"PositivePrompts": "dots"}, "PositivePrompts"),
]


@pytest.mark.parametrize(("changes", "field"), REFUSED)
def test_what_the_page_does_not_allow_is_refused_and_the_field_is_named(changes, field):
    check_refusal(read, generate_images(**changes), field, absent=list(changes.values()) == [...])


def test_it_needs_nothing_but_a_model_and_makes_as_many_pictures_as_asked_for():
    spec = read(generate_images(Seed=3, BatchSize=2, Width=96, Height=64))
    assert (spec.results.count, spec.seed) == (2, 3)
    assert spec.results.make(1).shape == (64, 96, 3)
