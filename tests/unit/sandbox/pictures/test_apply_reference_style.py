"""What ApplyReferenceStyle carries over: palette and texture."""

import numpy as np
from comfyui_picpik.sandbox.pictures.apply_reference_style import StyleApplication
from comfyui_picpik.tests.unit.sandbox.pictures.photographs import BRICK, COFFEE, photograph

RAW, STYLE = photograph(COFFEE), photograph(BRICK)
SIZE = (300, 200)


def styled(strength=1.0, seed=1, style=STYLE, size=SIZE):
    return StyleApplication(RAW, style, size, strength).picture(seed)


def test_strength_nought_is_the_raw_image_and_more_of_it_changes_more():
    raw = styled(0.0).astype(int)
    changed = [np.abs(styled(strength) - raw).mean() for strength in (0.2, 0.5, 1.0)]
    assert changed[0] > 0 and np.all(np.diff(changed) > 0)
    assert styled(0.0, seed=2).tolist() == raw.tolist()


def test_at_full_strength_it_has_the_palette_of_the_style():
    made, style, raw = (picture.reshape(-1, 3).astype(float) for picture in (styled(), STYLE, RAW))
    for measure in (np.mean, np.std):
        far = np.abs(measure(raw, axis=0) - measure(style, axis=0)).max()
        assert np.abs(measure(made, axis=0) - measure(style, axis=0)).max() < max(12, 0.3 * far)


def test_what_was_to_be_seen_is_still_to_be_seen():
    grey = [styled(strength).astype(float).mean(axis=2).ravel() for strength in (0.0, 1.0)]
    assert np.corrcoef(*grey)[0, 1] > 0.7


def test_another_seed_is_another_texture_and_the_same_one_the_same():
    assert np.array_equal(styled(seed=4), styled(seed=4))
    assert not np.array_equal(styled(seed=4), styled(seed=5))


def test_a_style_of_one_colour_and_of_one_pixel_is_carried_over_as_well():
    for style in (np.full((20, 20, 3), (10, 120, 60), np.uint8), np.full((1, 1, 3), (10, 120, 60), np.uint8)):
        assert np.abs(styled(style=style).reshape(-1, 3).mean(axis=0) - (10, 120, 60)).max() < 3
