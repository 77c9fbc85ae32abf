"""The pack's own screens in both themes: no fault that axe knows of, all words readable, everything by the keyboard."""

from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from comfyui_picpik.devtools.comfyui_server import ComfyuiServer
from comfyui_picpik.devtools.comfyui_source import ComfyuiSource
from comfyui_picpik.devtools.environment import Environment
from comfyui_picpik.picpik.ledger import (
    DELIVERED,
    FAILED,
    FINISHED,
    LOOKING,
    STORED,
    SUBMITTED,
    SUBMITTING,
    UNKNOWN,
)
from comfyui_picpik.tests.browser.canvases import build, open_settings, open_task_list, opened, screenshots
from comfyui_picpik.tests.browser.paid_tasks import png, write_task
from playwright.sync_api import Browser, Page, expect

LOWEST_CONTRAST = 4.5
"""Of words to what is behind them, as WCAG 2 wants it of words of any size."""

HARD_TO_READ = """([selector, ground, lowest]) => {
    const pen = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true })
    const mixed = (...colours) => {  // as they lie over each other, the lowest first
        pen.clearRect(0, 0, 1, 1)
        for (const colour of colours) {
            pen.fillStyle = colour
            pen.fillRect(0, 0, 1, 1)
        }
        return [...pen.getImageData(0, 0, 1, 1).data]
    }
    const light = (colours) => {
        const [red, green, blue] = mixed(...colours)
            .map((level) => level / 255)
            .map((level) => (level <= 0.04045 ? level / 12.92 : ((level + 0.055) / 1.055) ** 2.4))
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue
    }
    const grounds = (element) => {
        const found = []
        for (let each = element; each; each = each.parentElement) {
            const colour = getComputedStyle(each).backgroundColor
            found.unshift(colour)
            if (mixed(colour)[3] === 255) return found
        }
        return [ground, ...found]
    }
    const contrast = (element, colour) => {
        const behind = grounds(element)
        const [low, high] = [light(behind), light([...behind, colour])].sort((one, other) => one - other)
        return (high + 0.05) / (low + 0.05)
    }
    const root = document.querySelector(selector)
    const words = [...root.querySelectorAll("*"), root]
        .filter((each) => each.checkVisibility() && !each.closest(":disabled"))
        .flatMap((each) => {
            const own = [...each.childNodes].filter((child) => child.nodeType === Node.TEXT_NODE)
            const text = (own.map((child) => child.data).join("") + (each.value ?? "")).trim()
            const hint = each.placeholder ? [[each, each.placeholder, "::placeholder"]] : []
            return text ? [[each, text], ...hint] : hint
        })
    return words
        .map(([each, text, part]) => [contrast(each, getComputedStyle(each, part).color), text])
        .filter(([found]) => found < lowest)
        .map(([found, text]) => `${found.toFixed(2)}: ${text}`)
}"""

CONTROLS = """(selector) => {
    const any = "a[href], button, input, select, textarea, [tabindex]"
    return [...document.querySelector(selector).querySelectorAll(any)]
        .filter((each) => each.checkVisibility() && !each.matches(":disabled"))
}"""

REMEMBER_CONTROLS = f"(selector) => {{ window.controls = ({CONTROLS})(selector); return window.controls.length }}"

FOCUSED_CONTROL = "() => window.controls.indexOf(document.activeElement)"

ANSWER_CLICKS_ONLY = """(selector) => {
    window.clicked = []
    document.querySelector(selector).addEventListener(
        "click",
        (event) => {
            event.preventDefault()
            event.stopPropagation()
            window.clicked.push(window.controls.indexOf(event.target))
        },
        { capture: true },
    )
    return window.controls.flatMap((each, index) => (each.matches("button") ? [index] : []))
}"""

each_theme = pytest.mark.parametrize("theme", ["dark", "light"])


def assert_nothing_is_in_the_way(page: Page, selector: str, ground: str = "") -> None:
    """axe finds no fault below `selector`, and all words stand out from what is behind them, at last from `ground`.

    Contrast is measured here, as axe gives up where it is not sure of what is behind a word.
    """
    options = {"rules": {"color-contrast": {"enabled": False}}, "resultTypes": ["violations", "incomplete"]}
    found = Axe().run(page, context=selector, options=options).response
    faults = [
        f"{fault['id']}: {fault['help']}: {place['html']}"
        for kind in ("violations", "incomplete")
        for fault in found[kind]
        for place in fault["nodes"]
    ]
    assert faults == []
    assert page.evaluate(HARD_TO_READ, [selector, ground, LOWEST_CONTRAST]) == []


def assert_all_is_done_by_keyboard(page: Page, selector: str) -> None:
    """Tab goes through all controls below `selector` and back, in order, and Enter and Space press each button."""
    count = page.evaluate(REMEMBER_CONTROLS, selector)
    page.evaluate("window.controls[0].focus()")
    for key, others in (("Tab", range(1, count)), ("Shift+Tab", range(count - 2, -1, -1))):
        for index in others:
            page.keyboard.press(key)
            assert page.evaluate(FOCUSED_CONTROL) == index

    buttons = page.evaluate(ANSWER_CLICKS_ONLY, selector)
    assert buttons
    for index in buttons:
        page.evaluate("(index) => window.controls[index].focus()", index)
        page.keyboard.press("Enter")
        page.keyboard.press("Space")
    assert page.evaluate("window.clicked") == [index for index in buttons for _ in range(2)]


@pytest.fixture(scope="module")
def with_tasks(
    environment: Environment, source: ComfyuiSource, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[ComfyuiServer]:
    """A ComfyUI whose list has a task in each state."""
    home = tmp_path_factory.mktemp("home")
    trouble = "PICPIK could not be asked.\nRun again."
    write_task(home, FAILED, message=trouble, points_spent=0)
    write_task(home, UNKNOWN, message=trouble)
    for state in (SUBMITTING, LOOKING, SUBMITTED, FINISHED):
        write_task(home, state)
    write_task(home, texts=["A dress with sprigs, and with a collar. " * 20], action="DescribeThings")
    write_task(home, DELIVERED, pictures=[png("white"), png("black"), png("teal")])
    write_task(home, STORED, pictures=[png("gray")])
    folder = tmp_path_factory.mktemp("comfyui")
    with ComfyuiServer(environment, source, folder, {"PICPIK_HOME": str(home)}) as running:
        yield running


@each_theme
def test_the_task_list(browser: Browser, with_tasks: ComfyuiServer, environment: Environment, theme: str):
    with opened(browser, with_tasks, environment, "classic", f"accessible-task-list-{theme}", theme=theme) as front_end:
        page = front_end.page
        cards = open_task_list(page)
        expect(cards).to_have_count(9)
        expect(cards.first.locator("img")).to_have_js_property("naturalWidth", 256)

        assert_nothing_is_in_the_way(page, ".picpik-sidebar")
        assert_all_is_done_by_keyboard(page, ".picpik-sidebar")


@each_theme
def test_an_empty_task_list_and_one_in_trouble(
    browser: Browser, keyless: ComfyuiServer, environment: Environment, theme: str
):
    with opened(
        browser, keyless, environment, "nodes2", f"accessible-empty-list-{theme}", theme=theme, expected="picpik/tasks"
    ) as front_end:
        page = front_end.page
        page.route("**/picpik/tasks", lambda route: route.fulfill(json=NOTHING_YET))
        open_task_list(page)
        expect(page.locator(".picpik-sidebar")).to_contain_text("Tasks that you pay for")
        assert_nothing_is_in_the_way(page, ".picpik-sidebar")

        page.route("**/picpik/tasks", lambda route: route.abort())
        expect(page.locator(".picpik-sidebar").get_by_role("alert")).to_be_visible()
        assert_nothing_is_in_the_way(page, ".picpik-sidebar")


NOTHING_YET = {"tasks": [], "spent_today": 0, "spent_this_month": 0}


@each_theme
def test_the_settings_panel(browser: Browser, keyless: ComfyuiServer, environment: Environment, theme: str):
    with opened(
        browser,
        keyless,
        environment,
        "classic",
        f"accessible-settings-{theme}",
        theme=theme,
        expected="picpik/accounts",
    ) as front_end:
        page = front_end.page
        open_settings(page)
        panel = page.locator(".picpik-panel")
        expect(panel).to_contain_text("no keys")
        assert_nothing_is_in_the_way(page, ".picpik-panel")

        panel.get_by_label("PublicKey", exact=True).fill("one")
        panel.get_by_role("button", name="Save").click()
        expect(panel).to_contain_text("One of the two keys is missing.")
        assert_nothing_is_in_the_way(page, ".picpik-panel")

        panel.get_by_label("PrivateKey", exact=True).fill("other")
        panel.get_by_label("Endpoint").select_option("sandbox")
        panel.get_by_role("button", name="Save").click()
        expect(panel).to_contain_text("Saved.")
        assert_nothing_is_in_the_way(page, ".picpik-panel")

        panel.get_by_role("button", name="Test connection").click()
        expect(panel).to_contain_text("Signature:")
        assert_nothing_is_in_the_way(page, ".picpik-panel")
        page.screenshot(path=screenshots(environment) / f"accessible-settings-tested-{theme}.png")

        panel.get_by_label("Account", exact=True).select_option("")
        panel.get_by_label("Endpoint").select_option("own")
        assert_nothing_is_in_the_way(page, ".picpik-panel")
        assert_all_is_done_by_keyboard(page, ".picpik-panel")


@each_theme
def test_the_box_picker(browser: Browser, comfyui: ComfyuiServer, environment: Environment, theme: str):
    with opened(browser, comfyui, environment, "classic", f"accessible-picker-{theme}", theme=theme) as front_end:
        page = front_end.page
        files = {"image": ("picker.png", png(), "image/png")}
        name = comfyui.client.http.post("/upload/image", files=files).raise_for_status().json()["name"]
        nodes = {
            "load": {"type": "LoadImage", "pos": [40, 100], "values": {"image": name}},
            "extract": {"type": "PicpikExtractPattern", "pos": [420, 100]},
        }
        build(page, nodes)
        expect(page.locator(".picpik-picker-hint")).not_to_be_empty()
        node = page.evaluate("made.extract.bgcolor || LiteGraph.NODE_DEFAULT_BGCOLOR")
        assert_nothing_is_in_the_way(page, ".picpik-picker", ground=node)

        page.evaluate("made.load.connect(0, made.extract, 'raw_image')")
        expect(page.locator(".picpik-picker-picture")).to_be_visible()
        assert_nothing_is_in_the_way(page, ".picpik-picker", ground=node)


@each_theme
def test_cloth_palettes_and_found_colours(
    browser: Browser, comfyui: ComfyuiServer, environment: Environment, theme: str
):
    with opened(browser, comfyui, environment, "classic", f"accessible-pattern-{theme}", theme=theme) as front_end:
        page = front_end.page
        files = {"image": ("cloth.png", png("teal"), "image/png")}
        name = comfyui.client.http.post("/upload/image", files=files).raise_for_status().json()["name"]
        nodes = {
            "load": {"type": "LoadImage", "pos": [40, 100], "values": {"image": name}},
            "cloth": {"type": "PicpikRepeatPattern", "pos": [420, 100]},
            "reduce": {"type": "PicpikReduceColours", "pos": [860, 100], "values": {"palette": "#bf5b3f\nreddish"}},
        }
        build(page, nodes, ("load", 0, "cloth", "tile"))
        page.evaluate(FOUND)
        expect(page.locator(".picpik-cloth-facts")).to_contain_text("px")
        expect(page.locator(".picpik-found-colour")).to_have_count(2)
        node = page.evaluate("made.cloth.bgcolor || LiteGraph.NODE_DEFAULT_BGCOLOR")
        for selector in (
            ".picpik-cloth-viewer",
            ".picpik-side:has(.picpik-palette)",
            ".picpik-side:has(.picpik-found)",
        ):
            assert_nothing_is_in_the_way(page, selector, ground=node)
        assert_all_is_done_by_keyboard(page, ".picpik-cloth-viewer")


FOUND = """() => {
    const print = { colours: ["#bf5b3f", "#2b5d5c"], shares: [0.75, 0.25] }
    app.nodeOutputs[made.reduce.id] = { picpik_palettes: [print] }
}"""
