"""The pattern bench in a real ComfyUI: one node's output into the next, and the files that come out."""

from pathlib import Path

import numpy as np
import pytest
from comfyui_picpik.devtools.comfyui_server import ComfyuiServer
from comfyui_picpik.tests.comfy.exact_pictures import kept
from comfyui_picpik.tests.comfy.prompts import Prompt, node, save_arrays
from PIL import Image

INKS = np.array([[240, 232, 216], [191, 91, 63], [90, 112, 99]], np.float32) / 255


def print_of_dots(columns: int = 1, rows: int = 1) -> np.ndarray:
    """[rows * 64, columns * 128, 3]: dots that lie as a half-drop of 64 x 64 would have them."""
    y, x = np.mgrid[0:64, 0:128]
    inks = np.zeros((64, 128), np.uint8)
    for left, top, radius, ink in ((16, 16, 11, 1), (80, 48, 11, 1), (40, 40, 5, 2), (104, 8, 5, 2)):
        away = np.hypot((x - left + 64) % 128 - 64, (y - top + 32) % 64 - 32)
        inks[away <= radius] = ink
    return np.tile(INKS[inks], (rows, columns, 1))


def made(tmp_path: Path, *pictures: np.ndarray) -> dict:
    return node("NeighbourMakes", path=save_arrays(tmp_path / "made.npz", np.stack(pictures)))


def images_of(server: ComfyuiServer, tmp_path: Path, prompt: Prompt, *node_ids: str) -> list[np.ndarray]:
    """The first output of some nodes, to the bit."""
    paths = {each: tmp_path / f"{each}.npz" for each in node_ids}
    keeping = {f"keep {each}": node("NeighbourKeeps", images=[each, 0], path=str(path)) for each, path in paths.items()}
    assert server.client.run({**prompt, **keeping}).errors == []
    return [kept(path)[0] for path in paths.values()]


def test_a_found_layout_is_linked_on_and_the_tile_is_found_to_repeat(comfyui: ComfyuiServer, tmp_path: Path):
    outcome = comfyui.client.run(
        {
            "1": made(tmp_path, print_of_dots(4, 7)),
            "2": node("PicpikFindRepeat", images=["1", 0], layout="auto", refine=False),
            "3": node("PicpikCheckSeams", tile=["2", 0], layout=["2", 1], drop="1/3"),
            "4": node("PicpikRepeatPattern", tile=["3", 3], layout=["2", 1], drop="1/3", columns=2, rows=2),
            "5": node("PreviewAny", source=["2", 1]),
            "6": node("PreviewAny", source=["3", 0]),
            "7": node("PreviewAny", source=["4", 2]),
        }
    )

    assert outcome.errors == []
    (layout,), (is_seamless,), (report,) = (outcome.shown[each] for each in ("5", "6", "7"))
    assert layout in ("half-drop 1/2", "half-brick 1/2")
    assert is_seamless == "True"
    assert f"2 x 2 tiles, {layout}" in report
    assert outcome.texts("3")[-1].splitlines()[0].startswith("done")


def test_prints_that_repeat_in_different_ways_are_each_laid_in_their_own(comfyui: ComfyuiServer, tmp_path: Path):
    dropped, straight = print_of_dots(4, 7), print_of_dots(4, 7)
    straight[:, 104 % 128 :: 128] = INKS[1]  # a stripe by which the halves of the tile differ
    outcome = comfyui.client.run(
        {
            "1": made(tmp_path, dropped, straight),
            "2": node("PicpikFindRepeat", images=["1", 0], layout="auto", refine=False),
            "3": node("PicpikRepeatPattern", tile=["2", 0], layout=["2", 1], drop="1/2", columns=1, rows=1),
            "4": node("PreviewAny", source=["3", 2]),
        }
    )

    assert outcome.errors == []
    first, second = outcome.shown["4"]
    assert "half-" in first.splitlines()[0]
    assert second.splitlines()[0].endswith("1 x 1 tiles, straight.")


def test_cloth_has_the_pixels_of_its_tile(comfyui: ComfyuiServer, tmp_path: Path):
    tile = print_of_dots()
    prompt = {
        "1": made(tmp_path, tile),
        "2": node("PicpikRepeatPattern", tile=["1", 0], layout="half-drop", drop="1/2", columns=3, rows=2),
    }

    ((cloth,),) = images_of(comfyui, tmp_path, prompt, "2")

    lower = np.roll(tile, 32, axis=0)
    np.testing.assert_array_equal(cloth, np.tile(np.concatenate([tile, lower, tile], axis=1), (2, 1, 1)))


@pytest.mark.parametrize("layout", ["half-drop", "half-brick", "mirror", "turned"])
def test_a_print_that_comfyui_has_scaled_goes_through_every_free_node(
    comfyui: ComfyuiServer, tmp_path: Path, layout: str
):
    """Some ways of scaling leave the channels apart from each other in memory."""
    scaled = {"image": ["made", 0], "upscale_method": "lanczos", "width": 512, "height": 384, "crop": "disabled"}
    laid = {"tile": ["scaled", 0], "layout": layout, "drop": "1/2"}
    prompt = {
        "made": made(tmp_path, print_of_dots(2, 3)),
        "scaled": node("ImageScale", **scaled),
        "find": node("PicpikFindRepeat", images=["scaled", 0], layout="straight", refine=False),
        "mend": node("PicpikMendSeams", **laid, width=0.15),
        "check": node("PicpikCheckSeams", **laid),
        "cloth": node("PicpikRepeatPattern", **laid, columns=2, rows=2),
        "reduce": node("PicpikReduceColours", images=["scaled", 0], colours=3, dither=False),
        "recolour": node(
            "PicpikColourway",
            images=["scaled", 0],
            palette_from=["reduce", 1],
            palette_to="#fff\n#f00\n#00f",
            keep_shading=True,
        ),
        "save": node(
            "PicpikSaveForPrint",
            images=["scaled", 0],
            filename_prefix=f"scaled {layout}",
            format="TIFF",
            dpi=150.0,
            embed_workflow=False,
        ),
        "marks": node("PreviewImage", images=["check", 1]),
    }

    (tile,), (cloth,), *_ = images_of(
        comfyui, tmp_path, prompt, "scaled", "cloth", "reduce", "find", "mend", "recolour"
    )

    assert cloth.shape == (2 * 384, 2 * 512, 3)
    np.testing.assert_array_equal(cloth[:384, :512], tile)


def test_a_tile_that_was_cut_too_short_is_mended_and_then_repeats(comfyui: ComfyuiServer, tmp_path: Path):
    outcome = comfyui.client.run(
        {
            "1": made(tmp_path, print_of_dots(2, 4)[:, 16:-9]),  # through the middle of a dot
            "2": node("PicpikCheckSeams", tile=["1", 0], layout="straight", drop="1/2"),
            "3": node("PicpikMendSeams", tile=["2", 3], layout="straight", drop="1/2", width=0.25),
            "4": node("PicpikCheckSeams", tile=["3", 0], layout="straight", drop="1/2"),
            "5": node("PreviewAny", source=["2", 0]),
            "6": node("PreviewAny", source=["4", 0]),
        }
    )

    assert outcome.errors == []
    assert (outcome.shown["5"], outcome.shown["6"]) == (["False"], ["True"])


def test_flat_colours_are_kept_changed_into_others_and_parted_into_plates(comfyui: ComfyuiServer, tmp_path: Path):
    prompt = {
        "1": made(tmp_path, print_of_dots()),
        "2": node("PicpikReduceColours", images=["1", 0], colours=8, palette="", dither=False),
        "3": node(
            "PicpikColourway",
            images=["2", 0],
            palette_from=["2", 1],
            keep_shading=False,
            palette_to="#112233\n#445566\n#778899",
        ),
        "4": node("MaskToImage", mask=["2", 2]),
    }

    (recoloured,), plates = images_of(comfyui, tmp_path, prompt, "3", "4")

    colours = {tuple(colour) for colour in np.rint(recoloured.reshape(-1, 3) * 255).astype(int)}
    assert colours == {(0x11, 0x22, 0x33), (0x44, 0x55, 0x66), (0x77, 0x88, 0x99)}
    assert plates.shape == (3, 64, 128, 3)
    np.testing.assert_array_equal(plates.sum(axis=0), 1)


def test_a_print_becomes_a_file_in_the_output_folder_with_its_size_and_shows_up(comfyui: ComfyuiServer, tmp_path: Path):
    save = {"images": ["1", 0], "filename_prefix": "print/dots", "dpi": 150.0, "width_cm": 2.54, "embed_workflow": True}
    outcome = comfyui.client.run(
        {
            "1": made(tmp_path, print_of_dots()),
            "2": node("PicpikSaveForPrint", format="PNG", **save),
            "3": node("PicpikSaveForPrint", format="indexed TIFF", **save),
            "4": node("PreviewAny", source=["2", 0]),
            "5": node("PreviewAny", source=["3", 0]),
        }
    )

    assert outcome.errors == []
    png, tiff = (Path(outcome.shown[each][0].partition(": ")[0]) for each in ("4", "5"))
    assert [each.suffix for each in (png, tiff)] == [".png", ".tif"]
    assert [shown.filename for shown in outcome.images["2"]] == [png.name]
    assert [Path(shown.filename).suffix for shown in outcome.images["3"]] == [".png"]  # a browser shows no TIFF
    for place in (png, tiff):
        with Image.open(comfyui.folder / "output" / place) as file:
            assert file.info["dpi"] == pytest.approx((128, 128), rel=0.001)
            assert file.mode == "P"
            assert file.info["icc_profile"]
            np.testing.assert_array_equal(np.asarray(file.convert("RGB")) / np.float32(255), print_of_dots())
    assert not list((comfyui.folder / "output" / "print").glob(".picpik-*"))


@pytest.mark.parametrize(
    ("class_type", "inputs", "said"),
    [
        (
            "PicpikRepeatPattern",
            {"layout": "half-drop", "drop": "3/2", "columns": 3, "rows": 3},
            "drop: 3/2 is not between 0 and 1.",
        ),
        ("PicpikCheckSeams", {"layout": "half-brick", "drop": "half"}, "drop: “half” is no fraction."),
    ],
)
def test_what_no_cloth_can_be_made_of_is_refused_with_what_to_do(
    comfyui: ComfyuiServer, tmp_path: Path, class_type: str, inputs: dict, said: str
):
    outcome = comfyui.client.run(
        {
            "1": made(tmp_path, print_of_dots()),
            "2": node(class_type, tile=["1", 0], **inputs),
            "3": node("PreviewAny", source=["2", 2]),
        }
    )

    assert outcome.error
    assert outcome.error.message.splitlines() == [said, "Write a fraction between 0 and 1, for example 1/2 or 1/3."]


def test_of_several_prints_the_one_in_which_nothing_repeats_is_named(comfyui: ComfyuiServer, tmp_path: Path):
    noise = np.random.default_rng(13).random((448, 512, 3), np.float32)
    outcome = comfyui.client.run(
        {
            "1": made(tmp_path, print_of_dots(4, 7), noise),
            "2": node("PicpikFindRepeat", images=["1", 0], layout="auto", refine=True),
            "3": node("PreviewAny", source=["2", 2]),
        }
    )

    assert outcome.error
    assert outcome.error.message.startswith("Entry 2: ")
