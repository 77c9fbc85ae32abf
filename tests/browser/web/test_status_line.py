"""What a node says while it runs and afterwards: in the interface's language, and readable in either canvas."""

import pytest
from comfyui_picpik.devtools.comfyui_server import ComfyuiServer
from comfyui_picpik.devtools.environment import Environment
from comfyui_picpik.sandbox import SandboxThread
from comfyui_picpik.sandbox.tasks import Status
from comfyui_picpik.tests.browser.canvases import CANVASES, extract_graph, opened
from comfyui_picpik.tests.unit.web.test_phrases import PHRASES
from playwright.sync_api import Browser, Page

each_canvas = pytest.mark.parametrize("canvas", CANVASES)

ENDED = {
    "en": (r"done · \d:\d\d · \d+ credits", r"upload: \d\.\d\d MB of pictures"),
    "zh": (r"完成 · \d:\d\d · \d+ 点", r"上传图片 \d\.\d\d MB"),
}
RUNNING = {"en": "running · ", "zh": "运行中 · "}
BETWEEN_LINES = {"classic": "\n", "nodes2": " · "}

LOOK = """() => {
    const drawn = () =>
        [...document.querySelectorAll(".dom-widget span, .comfy-markdown-content p")]
            .filter((each) => each.checkVisibility())
            .map((each) => each.innerText)
            .filter((text) => / · \\d:\\d\\d/.test(text))
    const value = () => made.extract.widgets.find((each) => each.name === "$$node-text-preview")?.value
    window.onNode = () => [value(), ...drawn()]
    window.seen = []
    const look = () => {
        window.seen.push(...drawn())
        requestAnimationFrame(look)
    }
    look()
}"""
"""`onNode` is what the widget holds and what is on the screen, `seen` what was on the screen in any frame."""


def wait_for(page: Page, canvas: str, locale: str) -> None:
    """Until the node says, in its widget and on the screen, that it is done, and how much was sent."""
    text = f"^{BETWEEN_LINES[canvas].join(ENDED[locale])}$"
    page.wait_for_function(
        """(text) => {
            const [value, ...drawn] = window.onNode()
            return new RegExp(text).test(value) && drawn.length === 1 && drawn[0] === value
        }""",
        arg=text,
    )


@each_canvas
@pytest.mark.parametrize("locale", ENDED)
def test_a_node_speaks_the_interface_s_language_and_its_lines_are_told_apart(
    browser: Browser, comfyui: ComfyuiServer, sandbox: SandboxThread, environment: Environment, canvas: str, locale: str
):
    seed = 700 + 10 * list(ENDED).index(locale) + CANVASES.index(canvas)
    with opened(browser, comfyui, environment, canvas, f"status-{locale}-{canvas}", locale) as front_end:
        page = front_end.page
        extract_graph(page, seed=seed, side=256)
        page.evaluate(LOOK)
        sandbox.sandbox.faults.add("unknown_status", word=Status.RUNNING.value, polls=None)
        page.get_by_test_id("queue-button").click()
        page.wait_for_function("running => window.seen.some((text) => text.startsWith(running))", arg=RUNNING[locale])
        sandbox.sandbox.tasks[-1].fault = None  # from now on it may be seen to end

        wait_for(page, canvas, locale)
        seen = set(page.evaluate("window.seen"))
        assert len(seen) > 1
        assert [text for text in seen if text[0].isascii() is not (locale == "en")] == []
        assert front_end.page_errors == []


def test_what_a_node_says_follows_the_canvas_when_it_is_switched(
    browser: Browser, comfyui: ComfyuiServer, environment: Environment
):
    with opened(browser, comfyui, environment, "classic", "status-switched", "zh") as front_end:
        page = front_end.page
        extract_graph(page, seed=720, side=256)
        page.evaluate(LOOK)
        assert front_end.run().kind == "execution_success"
        wait_for(page, "classic", "zh")

        for canvas in ("nodes2", "classic"):
            page.evaluate("on => app.extensionManager.setting.set('Comfy.VueNodes.Enabled', on)", canvas == "nodes2")
            wait_for(page, canvas, "zh")
        assert front_end.page_errors == []


@each_canvas
def test_a_node_in_a_subgraph_speaks_it_too(
    browser: Browser, comfyui: ComfyuiServer, environment: Environment, canvas: str
):
    with opened(browser, comfyui, environment, canvas, f"status-subgraph-{canvas}", "zh") as front_end:
        page = front_end.page
        extract_graph(page, seed=730 + CANVASES.index(canvas), side=256)
        page.evaluate("""() => {
            const { node } = app.canvas.graph.convertToSubgraph(new Set([made.extract]))
            app.canvas.openSubgraph(node.subgraph, node)
            made.extract = node.subgraph.nodes[0]
        }""")
        page.evaluate(LOOK)
        page.get_by_test_id("queue-button").click()

        wait_for(page, canvas, "zh")
        assert front_end.page_errors == []


def test_the_nodes_of_comfyui_are_called_in_chinese_what_comfyui_calls_them(
    browser: Browser, comfyui: ComfyuiServer, environment: Environment
):
    with opened(browser, comfyui, environment, "classic", "names-of-nodes", "zh") as front_end:
        types = ["LoadImage", "MaskToImage", "ImageToMask", "InvertMask"]
        titles = front_end.page.evaluate("types => types.map((type) => LiteGraph.createNode(type).title)", types)
    chinese = "".join(PHRASES.values())
    assert [title for title in titles if f"“{title}”" not in chinese] == []
