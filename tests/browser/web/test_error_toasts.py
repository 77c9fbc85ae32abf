"""What went wrong is read without a click, in the interface's language."""

from pathlib import Path

import pytest
from comfyui_picpik.devtools.comfyui_server import PACK_FOLDER, ComfyuiServer
from comfyui_picpik.devtools.environment import Environment
from comfyui_picpik.tests.browser.canvases import CANVASES, build, opened
from comfyui_picpik.tests.unit.web.test_phrases import ERRORS, PHRASES, translated
from playwright.sync_api import Browser, expect

EMPTY_MASK = {
    "en": "nothing is painted, all 64 x 32 values are 0.",
    "zh": "没有涂抹，全部 64 x 32 个值都是 0。",
}

TRANSLATE = """async ([folder, phrases, texts]) => {
    const { makeDictionary, translateText } = await import(`/extensions/${folder}/phrases.js`)
    const dictionary = makeDictionary(phrases)
    return texts.map((text) => translateText(dictionary, text))
}"""


@pytest.mark.parametrize("locale", EMPTY_MASK)
@pytest.mark.parametrize("canvas", CANVASES)
def test_an_error_is_shown_in_full_at_once(
    browser: Browser, comfyui: ComfyuiServer, environment: Environment, canvas: str, locale: str
):
    with opened(browser, comfyui, environment, canvas, f"error-{locale}-{canvas}", locale) as front_end:
        nodes = {
            "example": {"type": "PicpikExampleImages", "pos": [40, 100]},
            "mask": {"type": "SolidMask", "pos": [40, 300], "values": {"value": 0, "width": 64, "height": 32}},
            "apply": {"type": "PicpikApplyReferencePattern", "pos": [420, 100]},
            "preview": {"type": "PreviewImage", "pos": [860, 100]},
        }
        links = [
            ("example", 0, "apply", "raw_image"),
            ("mask", 0, "apply", "mask"),
            ("example", 2, "apply", "pattern_image"),
            ("apply", 0, "preview", "images"),
        ]
        build(front_end.page, nodes, *links)

        assert front_end.run().kind == "execution_error"

        toast = front_end.page.locator(".p-toast-message-error")
        expect(toast).to_contain_text(EMPTY_MASK[locale])
        assert front_end.page_errors == []


def test_the_page_translates_as_the_table_test_does(browser: Browser, comfyui: ComfyuiServer, environment: Environment):
    lines = [line for error in ERRORS for line in str(error).splitlines()]
    with opened(browser, comfyui, environment, "classic", Path(__file__).stem) as front_end:
        given = front_end.page.evaluate(TRANSLATE, [PACK_FOLDER, PHRASES, lines])

    assert given == [translated(line) for line in lines]
