"""The sandbox's pictures, measured on a printed cloth drawn here: its folds, its light and its print are known."""

import numpy as np
import pytest
from comfyui_picpik.sandbox.pictures import Application, Extraction
from comfyui_picpik.sandbox.pictures.light import light_on
from comfyui_picpik.sandbox.pictures.repeat import find_repeat
from comfyui_picpik.sandbox.pictures.tiling import is_seamless, quilted_into_itself, resized_round
from PIL import Image, ImageDraw

STEP = 60
SIZE = 300
GROUND = (240, 225, 200)


def print_tile():
    """One repeat [STEP, STEP, 3] of an uneven motif in four colours, 0..1."""
    picture = Image.new("RGB", (4 * STEP, 4 * STEP), GROUND)
    pen = ImageDraw.Draw(picture)
    pen.ellipse((30, 30, 120, 110), fill=(200, 60, 50))
    pen.ellipse((55, 50, 95, 90), fill=(250, 190, 60))
    pen.polygon([(120, 120), (210, 150), (150, 210)], fill=(40, 110, 70))
    pen.rectangle((150, 40, 190, 60), fill=(50, 60, 130))
    small = picture.resize((STEP, STEP), Image.Resampling.LANCZOS)
    return np.asarray(small).astype(np.float32) / 255


def folds():
    """How far, in pixels, the print is drawn aside, and the light on it, both [SIZE, SIZE]."""
    y, x = np.mgrid[0:SIZE, 0:SIZE].astype(np.float32)
    aside = 4 * np.sin(x / 37 + y / 90)
    light = 0.75 + 0.25 * np.cos(x / 29 + y / 70)
    return aside, light


def cloth(folded=True):
    """The tile repeated over [SIZE, SIZE, 3], bytes."""
    aside, light = folds() if folded else (np.zeros((SIZE, SIZE)), np.ones((SIZE, SIZE)))
    y, x = np.mgrid[0:SIZE, 0:SIZE]
    tile = print_tile()
    shown = tile[y % STEP, (x + np.rint(aside).astype(int)) % STEP] * light[..., None]
    return np.rint(shown * 255).astype(np.uint8)


def extracted(crop, seed=1, size=(256, 256), tiling=True):
    return Extraction(crop, size, tiling).picture(seed)


def applied(seed=1, **changes):
    mask = np.zeros((SIZE, SIZE), np.uint8)
    mask[60:240, 40:260] = 255
    asked = {
        "raw": cloth(),
        "mask": mask,
        "pattern": np.rint(np.roll(print_tile()[..., ::-1], 20, axis=0) * 255).astype(np.uint8),
        "size": (SIZE, SIZE),
        "strength": 1.0,
        "chaotic": False,
        "color_correction": False,
    }
    return Application(**(asked | changes)).picture(seed)


def steps(picture, axis):
    """Mean difference between the last line and the first, and the largest between neighbours near these edges."""
    lines = np.roll(np.moveaxis(picture.astype(float), axis, 0), 8, axis=0)[:16]
    differences = np.abs(np.diff(lines, axis=0)).mean(axis=(1, 2))
    return differences[7], np.delete(differences, 7).max()


def likeness(one, other):
    """Correlation of two pictures of one size at the shift, going round, where they fit best."""
    one, other = (picture - picture.mean(axis=(0, 1)) for picture in (one, other))
    spectra = (np.fft.fft2(picture, axes=(0, 1)) for picture in (one, other))
    product = np.fft.ifft2(np.conj(next(spectra)) * next(spectra), axes=(0, 1)).real.sum(axis=2)
    return product.max() / np.sqrt((one**2).sum() * (other**2).sum())


@pytest.fixture(scope="module")
def tile():
    return extracted(cloth())


class TestExtraction:
    def test_opposite_edges_of_a_tile_continue_each_other(self, tile):
        for axis in (0, 1):
            across, near = steps(tile, axis)
            assert across <= near

    def test_without_tiling_they_do_not(self):
        across, near = steps(extracted(cloth(), tiling=False), axis=1)
        assert across > 1.5 * near

    def test_the_print_is_found_again_without_folds_and_light(self, tile):
        found = tile.astype(np.float32) / 255
        repeats = round(256 / (256 * STEP / SIZE))
        best = 0.0
        for count in range(1, repeats + 1):
            truth = resized_round(np.tile(print_tile(), (count, count, 1)), 256, 256)
            best = max(best, likeness(truth, found))
        assert best > 0.93

    def test_a_print_in_folds_comes_out_as_even_as_a_flat_one(self, tile):
        ground = np.array(GROUND, float)
        is_ground = (
            np.abs(tile / np.linalg.norm(tile, axis=2, keepdims=True) - ground / np.linalg.norm(ground)).max(2) < 0.03
        )
        assert is_ground.mean() > 0.3
        assert tile[is_ground].mean(axis=1).std() < 0.35 * cloth()[..., 0].std()
        assert tile[is_ground].mean(axis=1).std() < 8

    @pytest.mark.parametrize("size", [(64, 64), (64, 200), (333, 127)])
    @pytest.mark.parametrize("tiling", [True, False])
    def test_the_picture_has_the_size_asked_for(self, size, tiling):
        assert extracted(cloth(), size=size, tiling=tiling).shape == (size[1], size[0], 3)

    @pytest.mark.parametrize("tiling", [True, False])
    def test_a_seed_repeats_exactly_and_two_seeds_differ(self, tiling):
        pictures = [extracted(cloth(), seed, tiling=tiling) for seed in (7, 7, 8)]
        assert np.array_equal(pictures[0], pictures[1])
        assert np.abs(pictures[0].astype(int) - pictures[2]).mean() > 1

    @pytest.mark.parametrize("tiling", [True, False])
    def test_pictures_of_one_task_are_those_of_its_seeds_one_by_one(self, tiling):
        task = Extraction(cloth(), (96, 96), tiling)
        pictures = [task.picture(seed) for seed in (7, 8, 7)]
        assert np.array_equal(pictures[0], pictures[2])
        assert np.array_equal(pictures[1], extracted(cloth(), 8, (96, 96), tiling))

    def test_a_picture_without_a_regular_print_is_sewn_to_a_tile(self):
        y, x = np.mgrid[0:200, 0:240].astype(np.float32)
        waves = np.stack([np.sin(x * x / 900 + y / 11), np.sin(y * y / 700 - x / 13), np.cos(x * y / 1500)], axis=-1)
        picture = np.rint(128 + 60 * waves).astype(np.uint8)
        for axis in (0, 1):
            across, near = steps(extracted(picture), axis)
            assert across <= near
            across, near = steps(extracted(picture, tiling=False), axis)
            assert across > 3 * near

    def test_a_print_on_part_of_the_picture_is_found(self):
        wall = np.full((600, 600, 3), 128, np.uint8)
        wall[150:450, 150:450] = cloth()
        colourful = np.ptp(extracted(wall).astype(int), axis=2) > 60
        assert 0.1 < colourful.mean() < 0.8

    @pytest.mark.parametrize(("width", "height"), [(1, 1), (2, 3), (5, 200), (200, 5), (31, 33), (40, 40)])
    @pytest.mark.parametrize("tiling", [True, False])
    def test_boxes_of_any_size_and_without_any_contrast_are_drawn(self, width, height, tiling):
        noise = np.random.default_rng(1).integers(0, 256, (height, width, 3), dtype=np.uint8)
        orange = np.full_like(noise, (255, 165, 0))
        for crop in (noise, orange, np.zeros_like(noise), np.full_like(noise, 255)):
            assert extracted(crop, size=(64, 70), tiling=tiling).shape == (70, 64, 3)


class TestApplication:
    def test_what_is_outside_the_mask_is_left_to_the_bit(self):
        result, raw = applied(), cloth()
        outside = np.ones((SIZE, SIZE), bool)
        outside[60:240, 40:260] = False
        assert np.array_equal(result[outside], raw[outside])
        assert (result[~outside] != raw[~outside]).any(axis=1).mean() > 0.9

    def test_a_grey_mask_is_followed_by_degrees(self):
        hard, soft = (np.full((SIZE, SIZE), level, np.uint8) for level in (255, 128))
        raw = cloth().astype(int)
        whole = np.abs(applied(mask=hard) - raw).mean()
        half = np.abs(applied(mask=soft) - raw).mean()
        assert 0.3 * whole < half < 0.7 * whole

    def test_an_empty_mask_changes_nothing(self):
        assert np.array_equal(applied(mask=np.zeros((SIZE, SIZE), np.uint8)), cloth())

    def test_strength_nought_is_the_raw_image_and_more_of_it_changes_more(self):
        raw = cloth().astype(int)
        changed = [np.abs(applied(strength=strength) - raw).mean() for strength in (0.0, 0.1, 0.3, 0.5, 0.8, 1.0)]
        assert changed[0] == 0
        assert np.all(np.diff(changed) > 0)

    def test_full_strength_leaves_nothing_of_the_old_print(self):
        plain = np.rint(folds()[1][..., None] * np.array(GROUND)).astype(np.uint8)
        inside = np.s_[80:220, 60:240]
        result, on_plain = applied()[inside].astype(float), applied(raw=plain)[inside].astype(float)
        assert np.corrcoef(result.ravel(), on_plain.ravel())[0, 1] > 0.9

    def test_the_light_of_the_folds_lies_on_the_pattern(self):
        white = np.full((40, 40, 3), 255, np.uint8)
        shown = applied(pattern=white).astype(float).mean(axis=2)[80:220, 60:240]
        assert np.corrcoef(shown.ravel(), folds()[1][80:220, 60:240].ravel())[0, 1] > 0.9

    @pytest.mark.parametrize("switch", ["chaotic", "color_correction"])
    def test_each_switch_is_seen(self, switch):
        assert np.abs(applied(**{switch: True}).astype(int) - applied()).mean() > 1

    def test_color_correction_does_nothing_in_chaotic_mode(self):
        assert np.array_equal(applied(chaotic=True), applied(chaotic=True, color_correction=True))

    def test_color_correction_brings_the_colours_nearer_to_the_pattern(self):
        blue = np.rint(folds()[1][..., None] * np.array((90, 120, 230))).astype(np.uint8)
        red = np.full((40, 40, 3), (220, 60, 60), np.uint8)
        without, corrected = (applied(raw=blue, pattern=red, color_correction=on)[150, 150] for on in (False, True))
        assert corrected[0] / corrected[2] == pytest.approx(220 / 60, rel=0.05)
        assert without[0] / without[2] < 0.8 * corrected[0] / corrected[2]

    def test_a_seed_repeats_exactly_and_two_seeds_differ(self):
        assert np.array_equal(applied(seed=7), applied(seed=7))
        assert np.abs(applied(seed=7).astype(int) - applied(seed=8)).mean() > 1

    def test_pictures_of_other_sizes_are_brought_to_the_size_asked_for(self):
        small_mask = np.zeros((30, 30), np.uint8)
        small_mask[10:20, 10:20] = 255
        result = applied(mask=small_mask, size=(200, 150))
        raw = np.asarray(Image.fromarray(cloth()).resize((200, 150), Image.Resampling.LANCZOS))
        assert result.shape == (150, 200, 3)
        assert np.array_equal(result[:30], raw[:30])
        assert (result[60:90, 80:120] != raw[60:90, 80:120]).any()

    @pytest.mark.parametrize("length", [1, 2, 33])
    def test_patterns_and_raws_of_any_size_are_drawn(self, length):
        noise = np.random.default_rng(1).integers(0, 256, (length, length, 3), dtype=np.uint8)
        white = np.full((length, length), 255, np.uint8)
        for chaotic in (False, True):
            result = applied(raw=noise, mask=white, pattern=noise, size=(64, 70), chaotic=chaotic)
            assert result.shape == (70, 64, 3)


class TestParts:
    @pytest.mark.parametrize(("across", "down"), [(60, 60), (48, 72)])
    def test_the_repeat_of_a_flat_print_is_measured(self, across, down):
        tile = resized_round(print_tile(), across, down)
        repeat = find_repeat(np.tile(tile, (5, 5, 1)))
        assert repeat.across == pytest.approx((across, 0), abs=0.5)
        assert repeat.down == pytest.approx((0, down), abs=0.5)

    def test_chance_has_no_repeat(self):
        chance = np.random.default_rng(3).random((200, 200, 3)).astype(np.float32)
        assert find_repeat(chance) is None

    def test_the_light_is_told_from_the_print(self):
        picture = cloth().astype(np.float32) / 255
        light = light_on(picture, np.ones(picture.shape[:2], np.float32))
        assert np.corrcoef(light.ravel(), folds()[1].ravel())[0, 1] > 0.95

    def test_a_tile_is_told_from_a_picture_that_is_none(self):
        tile = np.tile(print_tile(), (2, 2, 1))
        assert is_seamless(tile)
        assert not is_seamless(cloth()[:100, :140].astype(np.float32) / 255)

    def test_sewing_keeps_what_is_away_from_the_seam(self):
        picture = np.random.default_rng(4).random((90, 80, 3)).astype(np.float32)
        sewn = quilted_into_itself(picture, 20, axis=0)
        assert sewn.shape == (70, 80, 3)
        assert np.array_equal(sewn[20:], picture[20:70])

    def test_a_resized_tile_is_still_seamless(self):
        for width, height in ((45, 80), (200, 31)):
            assert is_seamless(resized_round(print_tile(), width, height))
