"""What GenerateImages puts on the wire, to the letter of its API page."""

import pytest
from comfyui_picpik.picpik.api import GenerateImages, Generation


@pytest.mark.parametrize("tileable", [True, False])
def test_generate_images_sends_every_parameter_of_its_page_but_those_of_guiding_pictures(tileable):
    generation = Generation(positive_prompts=("navy fans",), negative_prompts=("text",), seed=3, batch_size=4)
    request = GenerateImages(tileable=tileable, generation=generation)
    assert request.to_params() == {
        "Action": "GenerateImages",
        "MainModel": {"ModelCode": "PICPIK General"},
        "PositivePrompts": ["navy fans"],
        "NegativePrompts": ["text"],
        "TranslatePrompts": True,
        "Seed": 3,
        "Width": 1024,
        "Height": 1024,
        "BatchSize": 4,
        "UseMainModelVAE": False,
        "Tileable": tileable,
    }
    assert request.images == ()


def test_the_default_is_that_of_the_page():
    assert GenerateImages().to_params()["Tileable"] is False
