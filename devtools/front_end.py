"""ComfyUI's own front end in a browser page, used as a person does: by its buttons, not by its routes."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import ConsoleMessage, Page, expect

from .comfyui_server import PACK_FOLDER

LISTEN_FOR_ENDS = """async () => {
    const { api } = await import("/scripts/api.js")
    window.ends = []
    for (const kind of ["execution_success", "execution_error", "execution_interrupted"])
        api.addEventListener(kind, (event) => window.ends.push([kind, event.detail]))
}"""

SAY_WHENCE = """for (const kind of ["warn", "error"]) {
    const say = console[kind].bind(console)
    console[kind] = (...words) => say(...words, "\\n" + new Error().stack)
}"""
"""Has each complaint of the console end with the files that led to it."""

SCHEMA = "zod schema"
"""In the complaint about a workflow that is not as the front end wants it. No test opens one that is not the pack's."""

ASKS_FOR_A_LANGUAGE = re.compile(r"404 .*/docs/\w+/en\.md")
"""The front end looks for a help page in English by a name of its own first, and takes the usual one then."""

BROKEN_NODES = """() => app.graph.nodes
    .filter((node) => node.has_errors || !(node.type in LiteGraph.registered_node_types))
    .map((node) => node.type)"""

PICTURES_ARE_SHOWN = """() => app.canvas.graph !== app.graph || app.graph.nodes
    .filter((node) => app.nodeOutputs[node.id]?.images?.length)
    .map((node) => (node.imgs?.length ? node.imgs : [...document.querySelectorAll(`[data-node-id="${node.id}"] img`)]))
    .every((pictures) => pictures.length && pictures.every((picture) => picture.complete))"""
"""In Nodes 2.0 a node that shows several has them on the page alone."""


@dataclass(frozen=True)
class RunEnd:
    """How a run ended: an execution event and what came with it."""

    kind: str
    detail: dict[str, Any]


class FrontEnd:
    """One page with the front end in it."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.error_card = page.get_by_test_id("error-overlay")
        """The red card for missing nodes, refused inputs and failed nodes. ComfyUI's default workflow has one, too."""
        self.page_errors: list[str] = []
        self.complaints: list[str] = []
        """Errors and warnings of the console that come from the pack, or are about a workflow of its."""
        page.on("pageerror", lambda error: self.page_errors.append(str(error)))
        page.add_init_script(SAY_WHENCE)
        page.on("console", self._hear)

    def _hear(self, message: ConsoleMessage) -> None:
        said = f"{message.type}: {message.text} {message.location['url']}"
        is_ours = any(word in said for word in (f"/extensions/{PACK_FOLDER}/", "picpik", "Picpik", SCHEMA))
        if message.type in ("error", "warning") and is_ours and not ASKS_FOR_A_LANGUAGE.search(said):
            self.complaints.append(said)

    @property
    def version(self) -> str:
        """The front end's own."""
        return self.page.evaluate("window.__COMFYUI_FRONTEND_VERSION__")

    def open(self) -> None:
        """Opens the front end and waits until it can be used."""
        self.page.goto("/")
        self.page.wait_for_function("window.app?.graph?.nodes.length && window.app.extensionManager")
        self.page.evaluate(LISTEN_FOR_ENDS)

    def open_with(self, workflow: Mapping[str, Any]) -> None:
        """Opens it anew, with a saved workflow in it."""
        self.open()
        self.page.evaluate("workflow => app.loadGraphData(workflow)", workflow)

    def open_template(self, name: str) -> None:
        """Opens one of the pack's example workflows from the template browser."""
        self.page.get_by_role("button", name="Templates", exact=True).first.click()
        self.page.get_by_role("dialog").get_by_role("button", name=PACK_FOLDER).click()
        self.page.get_by_test_id(f"template-workflow-{name}").click()
        expect(self.page.get_by_role("dialog")).to_have_count(0)
        self.page.wait_for_function("name => app.extensionManager.workflow.activeWorkflow?.filename === name", arg=name)

    def broken_nodes(self) -> list[str]:
        """The types of the nodes on the canvas that are unknown or marked with an error."""
        return self.page.evaluate(BROKEN_NODES)

    def prompt(self) -> dict[str, Any]:
        """What the front end would send for the workflow on the canvas."""
        return self.page.evaluate("async () => (await app.graphToPrompt()).output")

    def run(self, seconds: float = 60) -> RunEnd:
        """Presses Run and waits for the end. Raises AssertionError when ComfyUI refuses any of the workflow."""
        with self.page.expect_response("**/api/prompt") as posted:
            self.page.get_by_test_id("queue-button").click()
        answer = posted.value.json()
        assert posted.value.ok and not answer["node_errors"], f"ComfyUI refused the workflow: {answer}"
        find = f"window.ends.find(([kind, detail]) => detail.prompt_id === '{answer['prompt_id']}')"
        self.page.wait_for_function(find, timeout=seconds * 1000)
        self.page.wait_for_function(PICTURES_ARE_SHOWN)
        return RunEnd(*self.page.evaluate(find))
