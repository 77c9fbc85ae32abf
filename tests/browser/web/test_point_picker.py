"""The points of Extract Contents, clicked on the picture itself, in either canvas."""

import json
from typing import Any

import pytest
from comfyui_picpik.devtools.comfyui_server import ComfyuiServer
from comfyui_picpik.devtools.environment import Environment
from comfyui_picpik.tests.browser.canvases import CANVASES, build, opened, screenshots
from comfyui_picpik.tests.browser.picture_pickers import (
    HEIGHT,
    SENT,
    WIDTH,
    corners,
    find,
    link,
    picture_in,
    show,
    wait_until_whole,
)
from playwright.sync_api import Browser, Page, expect

CONTENTS = "PicpikExtractContents"
TOLERANCE = 4
"""Pixels of the picture: one of the screen is about two of it."""

each_canvas = pytest.mark.parametrize("canvas", CANVASES)


def place(page: Page, x: float, y: float, width: int = WIDTH, height: int = HEIGHT) -> tuple[float, float]:
    """On the screen, of a pixel of the picture."""
    left, top, wide, high = corners(picture_in(page))
    return left + (x + 0.5) / width * wide, top + (y + 0.5) / height * high


def click(page: Page, x: float, y: float, **how: Any) -> None:
    page.mouse.click(*place(page, x, y), **how)


def sent(page: Page) -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
    """The points to include and to exclude that go to the server."""
    inputs = page.evaluate(SENT)
    included, excluded = (
        [(point["x"], point["y"]) for point in json.loads(inputs[name] or "[]")]
        for name in ("include_points", "exclude_points")
    )
    return included, excluded


def are_near(found: list[tuple[int, int]], *wanted: tuple[int, int]) -> bool:
    return len(found) == len(wanted) and all(
        abs(x - to_x) <= TOLERANCE and abs(y - to_y) <= TOLERANCE
        for (x, y), (to_x, to_y) in zip(found, wanted, strict=True)
    )


@each_canvas
def test_points_are_set_moved_and_removed_with_the_mouse_and_open_the_same_in_the_other_canvas(
    browser: Browser, comfyui: ComfyuiServer, environment: Environment, upload, canvas: str
):
    with opened(browser, comfyui, environment, canvas, f"points-{canvas}") as front_end:
        page = front_end.page
        show(page, upload(WIDTH, HEIGHT), node=CONTENTS)
        expect(page.locator(".picpik-picked")).to_have_text("Click on what is to be cut out.")
        click(page, 320, 200)
        click(page, 100, 100)
        page.keyboard.down("Alt")
        click(page, 600, 400)
        page.keyboard.up("Alt")
        click(page, 50, 440, button="right")
        included, excluded = sent(page)
        assert are_near(included, (320, 200), (100, 100)), included
        assert are_near(excluded, (600, 400), (50, 440)), excluded
        assert page.locator(".litecontextmenu").count() == 0

        page.mouse.move(*place(page, 600, 400))
        page.mouse.down()
        page.mouse.move(*place(page, 500, 300), steps=4)
        page.mouse.up()
        click(page, 100, 100)  # chooses it, and sets none
        page.keyboard.press("Delete")
        included, excluded = sent(page)
        assert are_near(included, (320, 200)), included
        assert are_near(excluded, (500, 300), (50, 440)), excluded
        expect(page.locator(".picpik-picked")).to_have_text("1 to include, 2 to exclude")
        page.screenshot(path=screenshots(environment) / f"points-set-{canvas}.png")
        saved = page.evaluate("app.graph.serialize()")
        assert page.evaluate("app.graph.nodes.length") == 3  # Delete was for the point, not for the node
        assert front_end.page_errors == []

    (other,) = set(CANVASES) - {canvas}
    with opened(browser, comfyui, environment, other, f"points-{canvas}-opened-in-{other}") as front_end:
        page = front_end.page
        page.evaluate("workflow => app.loadGraphData(workflow)", saved)
        find(page, CONTENTS)
        picture_in(page)
        assert sent(page) == (included, excluded)
        expect(page.locator(".picpik-picked")).to_have_text("1 to include, 2 to exclude")


@each_canvas
def test_points_are_set_chosen_moved_and_removed_with_the_keyboard(
    browser: Browser, comfyui: ComfyuiServer, environment: Environment, upload, canvas: str
):
    with opened(browser, comfyui, environment, canvas, f"points-keys-{canvas}") as front_end:
        page = front_end.page
        show(page, upload(WIDTH, HEIGHT), node=CONTENTS)
        picture = picture_in(page)
        expect(picture).to_have_accessible_name("Points on the picture: Click on what is to be cut out.")
        for keys in ("Enter", "ArrowLeft", "ArrowUp", "Shift+ArrowUp"):
            picture.press(keys)
        assert sent(page) == ([(312, 231)], [])
        for keys in ("Shift+Enter", "ArrowDown"):
            picture.press(keys)
        assert sent(page) == ([(312, 231)], [(320, 248)])
        expect(picture).to_have_accessible_name("Points on the picture: 1 to include, 1 to exclude · exclude 320, 248")
        for keys in ("PageDown", " "):
            picture.press(keys)
        assert sent(page) == ([], [(312, 231), (320, 248)])

        picture.press("Delete")

        assert sent(page) == ([], [(320, 248)])
        with page.expect_response("**/api/prompt"):  # it runs, and sets no point
            picture.press("Control+Enter")
        assert sent(page) == ([], [(320, 248)])
        assert page.evaluate("app.graph.nodes.length") == 3


@each_canvas
def test_points_are_taken_back_by_undo_and_by_the_button(
    browser: Browser, comfyui: ComfyuiServer, environment: Environment, upload, canvas: str
):
    with opened(browser, comfyui, environment, canvas, f"points-undone-{canvas}") as front_end:
        page = front_end.page
        show(page, upload(WIDTH, HEIGHT), node=CONTENTS)
        click(page, 200, 200)
        click(page, 400, 300)
        both = sent(page)
        page.get_by_role("button", name="Remove all points").click()
        assert sent(page) == ([], [])

        page.evaluate("app.extensionManager.command.execute('Comfy.Undo')")
        find(page, CONTENTS, "made.picker.widgets[0].value !== ''")

        assert sent(page) == both
        expect(page.locator(".picpik-picked")).to_contain_text("2 to include, 0 to exclude")  # and the node shows them


@each_canvas
def test_the_template_shows_the_example_dress_once_it_was_run_and_takes_one_more_click_on_it(
    browser: Browser, comfyui: ComfyuiServer, environment: Environment, canvas: str
):
    with opened(browser, comfyui, environment, canvas, f"points-dress-{canvas}") as front_end:
        page = front_end.page
        front_end.open_template("mask-a-garment-by-a-click")
        find(page, CONTENTS)
        assert front_end.run().kind == "execution_success"
        expect(page.locator(".picpik-picked")).to_have_text("2 to include, 4 to exclude")

        page.mouse.click(*place(page, 330, 900, 896, 1152))

        (*_, (x, y)), _ = sent(page)
        assert abs(x - 330) < 8 and abs(y - 900) < 8
        expect(page.locator(".picpik-picked")).to_contain_text("3 to include, 4 to exclude")
        assert front_end.run().kind == "execution_success"


@each_canvas
def test_behind_another_node_points_are_pixels_of_what_comes_in_once_it_was_run(
    browser: Browser, comfyui: ComfyuiServer, environment: Environment, upload, canvas: str
):
    with opened(browser, comfyui, environment, canvas, f"points-behind-{canvas}") as front_end:
        page = front_end.page
        show(
            page,
            upload(WIDTH, HEIGHT),
            ("ImageScaleBy", {"scale_by": 0.5}),
            node=CONTENTS,
            include_points='[{"x":160,"y":120}]',
            attempt=1 + CANVASES.index(canvas),
        )
        page.evaluate("app.loadGraphData(app.graph.serialize())")  # gives the workflow an id
        find(page, CONTENTS)
        hint = page.locator(".picpik-picker-hint")
        expect(hint).to_have_text("Run once to see the picture here and to click on it.")
        assert front_end.run().kind == "execution_success"
        expect(page.locator(".picpik-picked")).to_have_text("1 to include, 0 to exclude")

        page.mouse.click(*place(page, 80, 60, 320, 240))

        included, _ = sent(page)
        assert are_near(included, (160, 120), (80, 60)), included


@each_canvas
def test_the_hint_says_why_nothing_can_be_clicked_and_is_never_cut_off(
    browser: Browser, comfyui: ComfyuiServer, environment: Environment, upload, canvas: str
):
    with opened(browser, comfyui, environment, canvas, f"points-hints-{canvas}") as front_end:
        page = front_end.page
        nodes = {
            "picker": {"type": CONTENTS, "pos": [420, 100]},
            "load": {"type": "LoadImage", "pos": [40, 100], "values": {"image": upload(WIDTH, HEIGHT)}},
            "text": {"type": "PrimitiveString", "pos": [40, 600]},
        }
        build(page, nodes)
        hint = page.locator(".picpik-picker-hint")
        expect(hint).to_have_text("Link raw_image to a picture to click on it here.")
        wait_until_whole(page)
        link(page, "load", 0, "raw_image")
        expect(hint).to_have_text("")
        page.evaluate('made.picker.widgets[0].value = \'[[{"x": 1, "y": 2}]]\'')
        expect(hint).to_have_text("The points are written in a way that is not shown here.")
        link(page, "text", 0, "include_points")
        expect(hint).to_have_text("include_points is linked: the points come from there.")
        wait_until_whole(page)


@each_canvas
def test_the_picker_stands_below_the_points_and_takes_no_place_among_the_saved_values(
    browser: Browser, comfyui: ComfyuiServer, environment: Environment, canvas: str
):
    with opened(browser, comfyui, environment, canvas, f"points-place-{canvas}") as front_end:
        page = front_end.page
        build(page, {"picker": {"type": CONTENTS, "pos": [420, 100]}})
        names = page.evaluate("made.picker.widgets.map((widget) => widget.name)")
        values = page.evaluate("made.picker.serialize().widgets_values")

    assert names[:4] == ["include_points", "exclude_points", "picpik_point_picker", "hair_optimization"]
    assert values[:6] == ["", "", "auto", 15, 240, 15]


@each_canvas
def test_the_box_of_remove_background_is_drawn_and_no_box_is_sent_as_none(
    browser: Browser, comfyui: ComfyuiServer, environment: Environment, upload, canvas: str
):
    with opened(browser, comfyui, environment, canvas, f"object-box-{canvas}") as front_end:
        page = front_end.page
        show(page, upload(WIDTH, HEIGHT), node="PicpikRemoveBackground")
        picked = page.locator(".picpik-picked")
        expect(picked).to_have_text("No box: PICPIK looks for the main object")
        x, y = place(page, 160, 120)
        page.mouse.move(x, y)
        page.mouse.down()
        page.mouse.move(*place(page, 480, 360), steps=4)
        page.mouse.up()
        box = page.evaluate(SENT)["box"]
        wanted = {"x": 160, "y": 120, "width": 320, "height": 240}
        assert all(abs(box[side] - wanted[side]) <= 2 * TOLERANCE for side in wanted), box

        page.get_by_role("button", name="No box").click()

        expect(picked).to_have_text("No box: PICPIK looks for the main object")
        assert page.evaluate(SENT)["box"] == {"x": 0, "y": 0, "width": 0, "height": 0}
