"""The sidebar tab: it fills by itself, and what was paid for can be used again from it."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from comfyui_picpik.devtools import chromium
from comfyui_picpik.devtools.comfyui_server import ComfyuiServer
from comfyui_picpik.devtools.comfyui_source import ComfyuiSource
from comfyui_picpik.devtools.environment import Environment
from comfyui_picpik.devtools.fixtures import StartComfyui
from comfyui_picpik.picpik.ledger import DELIVERED, SUBMITTED, Record
from comfyui_picpik.sandbox import SandboxThread
from comfyui_picpik.tests.browser.canvases import CANVASES, extract_graph, open_task_list, opened, toast
from comfyui_picpik.tests.browser.paid_tasks import png, rewrite_task, write_task
from playwright.sync_api import Browser, Locator, Page, Request, expect

LOADED = "app.canvas.graph.nodes.filter((node) => node.type === 'LoadImage').map((node) => node.widgets[0].value)"

FIRST_IS_NEW = """(before) => {
    const first = document.querySelector(".picpik-task")
    return first && !before.includes(first.dataset.taskUid)
}"""

each_canvas = pytest.mark.parametrize("canvas", CANVASES)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a ledger that the tests write."""
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="module")
def server(
    environment: Environment, source: ComfyuiSource, home: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[ComfyuiServer]:
    """A ComfyUI with that ledger."""
    folder = tmp_path_factory.mktemp("comfyui")
    with ComfyuiServer(environment, source, folder, {"PICPIK_HOME": str(home)}) as running:
        yield running


def card_of(page: Page, task: Record) -> Locator:
    return page.locator(f".picpik-task[data-task-uid='{task.task_uid}']")


def input_files(server: ComfyuiServer, page: Page) -> list[Path]:
    """The files of the Load Image nodes on the shown graph, once there is one."""
    page.wait_for_function(f"{LOADED}.length > 0")
    return [server.folder / "input" / value for value in page.evaluate(LOADED)]


def is_shown(picture: Locator) -> None:
    expect(picture.locator("img")).to_have_js_property("naturalWidth", 256)


def asked_for_thumbnails(page: Page) -> list[str]:
    """The addresses of all thumbnails that the page fetches from now on."""
    asked: list[str] = []

    def note(request: Request) -> None:
        if request.url.endswith("?thumbnail"):
            asked.append(request.url)

    page.on("request", note)
    return asked


@each_canvas
def test_the_list_fills_while_it_is_open_and_gives_its_pictures_back(
    browser: Browser, comfyui: ComfyuiServer, environment: Environment, canvas: str
):
    permissions = ["clipboard-read", "clipboard-write"]
    with opened(browser, comfyui, environment, canvas, f"task-list-{canvas}", permissions=permissions) as front_end:
        page = front_end.page
        tasks = open_task_list(page)
        expect(page.locator(".picpik-summary")).to_contain_text("Credits today")
        before = [task.get_attribute("data-task-uid") for task in tasks.all()]
        extract_graph(page, seed=300 + CANVASES.index(canvas), side=256)
        assert front_end.run().kind == "execution_success"

        page.wait_for_function(FIRST_IS_NEW, arg=before)  # the list hears of a run when the run is over
        first = tasks.first
        expect(first.locator(".picpik-state")).to_have_text(re.compile("ready|done"))
        expect(first).to_contain_text("Extract Pattern")
        expect(first).to_contain_text("4 credits")
        is_shown(first)
        uid = first.get_attribute("data-task-uid") or ""
        assert uid not in before

        first.get_by_role("button", name="Copy TaskUID").click()
        assert page.evaluate("navigator.clipboard.readText()") == uid
        first.get_by_role("button", name="Add to graph").click()
        (file,) = input_files(comfyui, page)
        assert file.is_file()
        assert uid in file.name
        assert front_end.page_errors == []


def test_a_pending_task_can_be_collected_from_the_list(
    browser: Browser, comfyui: ComfyuiServer, sandbox: SandboxThread, environment: Environment
):
    sandbox.sandbox.faults.add("stuck")
    with opened(browser, comfyui, environment, "nodes2", "task-list-pending") as front_end:
        page = front_end.page
        extract_graph(page, seed=310)
        page.evaluate("made.extract.widgets.find((widget) => widget.name === 'wait').value = false")
        assert front_end.run().kind == "execution_success"
        pending = open_task_list(page).first

        with page.expect_response("**/picpik/tasks/collect") as asked:
            pending.get_by_role("button", name="Collect").click()

        assert asked.value.json() == {"collecting": pending.get_attribute("data-task-uid")}
        assert front_end.page_errors == []


def test_a_task_of_any_action_is_listed_by_the_name_of_its_node_and_with_its_texts(
    browser: Browser, server: ComfyuiServer, environment: Environment, home: Path
):
    text = "A dress <b>with</b> sprigs"
    task = write_task(home, texts=[text], action="DescribeThings")

    with opened(browser, server, environment, "nodes2", "task-list-texts") as front_end:
        open_task_list(front_end.page)
        listed = card_of(front_end.page, task)
        expect(listed.locator(".picpik-title")).to_contain_text("Describe Things")
        expect(listed.locator(".picpik-text")).to_have_text(text)
        expect(listed.locator("img")).to_have_count(0)
        assert front_end.page_errors == []


@each_canvas
def test_the_list_speaks_chinese(browser: Browser, comfyui: ComfyuiServer, environment: Environment, canvas: str):
    with opened(browser, comfyui, environment, canvas, f"task-list-chinese-{canvas}", locale="zh") as front_end:
        open_task_list(front_end.page)
        expect(front_end.page.locator(".picpik-summary")).to_contain_text("今日点数")


def test_each_picture_is_a_button_that_the_keyboard_reaches_and_that_says_what_it_does(
    browser: Browser, server: ComfyuiServer, environment: Environment, home: Path
):
    task = write_task(home, pictures=[png("teal"), png("olive")])

    with opened(browser, server, environment, "classic", "task-list-keyboard") as front_end:
        page = front_end.page
        open_task_list(page)
        first, second = (
            card_of(page, task).get_by_role("button", name=f"Add picture {number} of Extract Pattern to the graph")
            for number in (1, 2)
        )
        is_shown(second)
        second.press("Shift+Tab")
        expect(first).to_be_focused()
        page.keyboard.press("Tab")
        expect(second).to_be_focused()
        assert second.evaluate("(button) => getComputedStyle(button).outlineStyle") == "solid"

        page.keyboard.press("Enter")

        (file,) = input_files(server, page)
        assert file.read_bytes() == png("olive")


def test_the_focus_stays_where_it_is_while_the_list_changes(
    browser: Browser, server: ComfyuiServer, environment: Environment, home: Path
):
    task = write_task(home, SUBMITTED, account="b")
    with opened(browser, server, environment, "classic", "task-list-focus") as front_end:
        page = front_end.page
        open_task_list(page)
        card = card_of(page, task)
        copy = card.get_by_role("button", name="Copy TaskUID")
        copy.focus()

        newer = write_task(home, pictures=[png()])
        expect(card_of(page, newer)).to_be_visible()
        expect(copy).to_be_focused()
        rewrite_task(home, task, state=DELIVERED)
        expect(card).to_contain_text("done")
        expect(copy).to_be_focused()


def test_a_picture_is_fetched_when_it_comes_into_view_and_never_again(
    browser: Browser, server: ComfyuiServer, environment: Environment, home: Path
):
    oldest, *_, newest = [write_task(home, pictures=[png()]) for _ in range(30)]
    with opened(browser, server, environment, "classic", "task-list-lazy") as front_end:
        page = front_end.page
        asked = asked_for_thumbnails(page)
        open_task_list(page)
        is_shown(card_of(page, newest))
        assert 0 < len(asked) < 15
        assert not any(oldest.id in address for address in asked), "it is far below what is seen"

        before = card_of(page, newest).locator("img").element_handle()
        newer = write_task(home, pictures=[png()])
        is_shown(card_of(page, newer))
        is_shown(card_of(page, newest))
        assert before.evaluate("(image) => image.isConnected")

        card_of(page, oldest).scroll_into_view_if_needed()
        is_shown(card_of(page, oldest))
        assert len(asked) == len(set(asked))


def test_the_pictures_of_a_closed_list_are_let_go(
    browser: Browser, server: ComfyuiServer, environment: Environment, home: Path
):
    task = write_task(home, pictures=[png()])
    with opened(browser, server, environment, "classic", "task-list-closed") as front_end:
        page = front_end.page
        open_task_list(page)
        is_shown(card_of(page, task))
        address = card_of(page, task).locator("img").get_attribute("src")
        is_there = "(address) => fetch(address).then(() => true, () => false)"
        assert page.evaluate(is_there, address)

        page.get_by_role("button", name="PICPIK").first.click()
        expect(page.locator(".picpik-task")).to_have_count(0)

        assert not page.evaluate(is_there, address)


def test_what_is_wrong_with_the_list_is_said_until_it_is_mended(
    browser: Browser, server: ComfyuiServer, environment: Environment, home: Path
):
    task = write_task(home)
    with opened(browser, server, environment, "classic", "task-list-away", expected="picpik/tasks") as front_end:
        page = front_end.page
        open_task_list(page)
        refusal = {"error": {"what": "It is away.", "do": "Wait for it."}}
        page.route("**/picpik/tasks", lambda route: route.fulfill(status=503, json=refusal))
        expect(page.locator(".picpik-sidebar").get_by_role("alert")).to_contain_text("Wait for it.")
        expect(card_of(page, task)).to_be_visible()

        page.unroute("**/picpik/tasks")
        expect(page.locator(".picpik-summary")).to_contain_text("Credits today")
        expect(page.locator(".picpik-sidebar").get_by_role("alert")).to_have_count(0)


SUBGRAPH = """() => {
    const { subgraph, node } = app.canvas.graph.convertToSubgraph(new Set([made.extract]))
    app.canvas.openSubgraph(subgraph, node)
}"""

LIES_OVER_THE_MIDDLE = """() => {
    const { canvas, ds, graph } = app.canvas
    const { pos, size } = graph.nodes.find((each) => each.type === "LoadImage")
    const seen = canvas.getBoundingClientRect()
    const middle = [seen.width / 2 / ds.scale - ds.offset[0], seen.height / 2 / ds.scale - ds.offset[1]]
    return [0, 1].every((axis) => pos[axis] < middle[axis] && middle[axis] < pos[axis] + size[axis])
}"""


@each_canvas
def test_a_picture_is_added_to_the_subgraph_that_is_open_into_the_middle_and_can_be_undone(
    browser: Browser, server: ComfyuiServer, environment: Environment, home: Path, canvas: str
):
    task = write_task(home, pictures=[png()])
    with opened(browser, server, environment, canvas, f"task-list-subgraph-{canvas}") as front_end:
        page = front_end.page
        extract_graph(page, seed=1)
        page.evaluate(SUBGRAPH)
        page.wait_for_function("app.canvas.graph !== app.graph")
        open_task_list(page)

        card_of(page, task).get_by_role("button", name="Add to graph").click()

        page.wait_for_function(f"{LOADED}.length === 1")
        assert not page.evaluate("app.graph.nodes.some((node) => node.type === 'LoadImage')")
        assert page.evaluate(LIES_OVER_THE_MIDDLE)

        page.evaluate("app.extensionManager.command.execute('Comfy.Undo')")
        page.wait_for_function("!JSON.stringify(app.graph.serialize()).includes('LoadImage')")
        assert front_end.page_errors == []


def test_each_of_several_users_sees_the_pictures_and_can_use_them(
    browser: Browser, start_comfyui: StartComfyui, environment: Environment, tmp_path: Path
):
    write_task(tmp_path, pictures=[png()])
    server = start_comfyui({"PICPIK_HOME": str(tmp_path)}, arguments=("--multi-user",))
    user = server.client.http.post("/users", json={"username": "anna"}).json()

    with opened(browser, server, environment, "classic", "task-list-multi-user", user=user) as front_end:
        page = front_end.page
        card = open_task_list(page).first
        is_shown(card)

        card.get_by_role("button", name="Add to graph").click()

        (file,) = input_files(server, page)
        assert file.read_bytes() == png()
        assert front_end.page_errors == []


@pytest.fixture
def browser_elsewhere(browser: Browser, environment: Environment) -> Iterator[Browser]:
    """A browser to which this computer is 192.168.0.7, which it trusts no more than any other computer."""
    rule = "--host-resolver-rules=MAP 192.168.0.7 127.0.0.1"
    found = chromium.find(environment)
    started = browser.browser_type.launch(executable_path=found, args=[*chromium.FLAGS, rule])
    yield started
    started.close()


def pasted(page: Page) -> str:
    """What Ctrl+V gives."""
    field = page.evaluate_handle("document.body.appendChild(document.createElement('textarea'))").as_element()
    assert field
    field.focus()
    page.keyboard.press("ControlOrMeta+V")
    text: Any = field.evaluate("(field) => field.value")
    field.evaluate("(field) => field.remove()")
    return text


def test_the_list_can_be_used_over_plain_http_from_another_computer(
    browser_elsewhere: Browser, server: ComfyuiServer, environment: Environment, home: Path
):
    task = write_task(home, pictures=[png()])
    there = f"http://192.168.0.7:{server.port}"

    with opened(browser_elsewhere, server, environment, "classic", "task-list-lan", base_url=there) as front_end:
        page = front_end.page
        assert not page.evaluate("window.isSecureContext || navigator.clipboard")
        open_task_list(page)
        card = card_of(page, task)
        is_shown(card)

        copy = card.get_by_role("button", name="Copy TaskUID")
        copy.click()
        expect(toast(page, "Copied")).to_contain_text(task.task_uid or "")
        expect(copy).to_be_focused()
        assert pasted(page) == task.task_uid

        card.get_by_role("button", name="Add to graph").click()
        (file,) = input_files(server, page)
        assert file.read_bytes() == png()
        assert front_end.page_errors == []
