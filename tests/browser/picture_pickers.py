"""Pictures in nodes on which something is picked, and what is sent of it."""

from typing import Any

from comfyui_picpik.tests.browser.canvases import build
from playwright.sync_api import Locator, Page, expect

WIDTH, HEIGHT = 640, 480

FIT_VIEW = "app.extensionManager.command.execute('Comfy.Canvas.FitView')"

STANDS_STILL = """(element) => new Promise((resolve) => {
    let before = ""
    let frames = 0
    const look = () => {
        const { x, y, width, height } = element.getBoundingClientRect()
        const now = [x, y, width, height].join()
        frames = width && now === before ? frames + 1 : 0
        before = now
        frames < 20 && element.isConnected ? requestAnimationFrame(look) : resolve()
    }
    look()
})"""

LINK = """([from, output, input]) => {
    made[from].connect(output, made.picker, made.picker.findInputSlot(input))
}"""

SENT = "async () => (await app.graphToPrompt()).output[made.picker.id].inputs"


def show(page: Page, picture: str, *between: tuple[str, dict[str, Any]], node: str, **values: Any) -> None:
    """Load Image, what comes `between` (a node's type and its values), the `node` with the picker, Preview Image."""
    nodes: dict[str, Any] = {"load": {"type": "LoadImage", "pos": [40, 100], "values": {"image": picture}}}
    links, last = [], "load"
    for type, own in between:
        nodes[type] = {"type": type, "pos": [40, 500], "values": own}
        links.append((last, 0, type, "image"))
        last = type
    nodes["picker"] = {"type": node, "pos": [420, 100], "values": values}
    nodes["preview"] = {"type": "PreviewImage", "pos": [900, 100]}
    build(page, nodes, *links, (last, 0, "picker", "raw_image"), ("picker", 0, "preview", "images"))


def find(page: Page, node: str, until: str = "true") -> None:
    """The node with the picker of a workflow that was opened, or changed by Undo, once `until` is true of it."""
    page.wait_for_function(
        f"""(type) => {{
            window.made = {{ picker: app.graph.nodes.find((node) => node.type === type) }}
            return made.picker && {until}
        }}""",
        arg=node,
    )


def link(page: Page, source: str, output: int, input: str) -> None:
    """Links an output of another node of `made` to an input of the node with the picker."""
    page.evaluate(LINK, [source, output, input])


def corners(place: Locator) -> tuple[float, float, float, float]:
    """x, y, width and height, once the place stands still: the view glides to where all nodes are seen.

    What lies outside the view is hidden until then, and has no size.
    """
    place.evaluate(STANDS_STILL)
    found = place.bounding_box()
    assert found
    return found["x"], found["y"], found["width"], found["height"]


def picture_in(page: Page) -> Locator:
    """The picture in the picker, once the node has made room for it."""
    picture = page.locator(".picpik-picker-picture")
    expect(picture).to_be_visible()
    page.wait_for_function("document.querySelector('.picpik-picker-picture').height > 100")
    page.evaluate(FIT_VIEW)
    return picture


def wait_until_whole(page: Page) -> None:
    """Until nothing below covers the hint, and nothing around it cuts it off."""
    page.wait_for_function(
        """() => {
            const hint = document.querySelector(".picpik-picker-hint")
            const { left, right, top, bottom } = hint.getBoundingClientRect()
            const inner = [[left + 2, top + 2], [right - 2, bottom - 2]]
            return inner.every(([x, y]) => hint.contains(document.elementFromPoint(x, y)))
                && bottom <= hint.parentElement.parentElement.getBoundingClientRect().bottom + 1
        }"""
    )
