"""The sidebar tab: it fills by itself, and what was paid for can be used again from it."""

import re
from dataclasses import replace
from pathlib import Path

import pytest
from comfyui_picpik.devtools.comfyui_server import ComfyuiServer
from comfyui_picpik.devtools.environment import Environment
from comfyui_picpik.devtools.fixtures import StartComfyui
from comfyui_picpik.picpik.ledger import DELIVERED, FILE_NAME, FOLDER_NAME, Ledger, ResultFolder, new_record
from comfyui_picpik.sandbox import SandboxThread
from comfyui_picpik.tests.browser.canvases import CANVASES, extract_graph, opened
from playwright.sync_api import Browser, expect

each_canvas = pytest.mark.parametrize("canvas", CANVASES)


@each_canvas
def test_the_list_fills_while_it_is_open_and_gives_its_pictures_back(
    browser: Browser, comfyui: ComfyuiServer, environment: Environment, canvas: str
):
    permissions = ["clipboard-read", "clipboard-write"]
    with opened(browser, comfyui, environment, canvas, f"task-list-{canvas}", permissions=permissions) as front_end:
        page = front_end.page
        page.get_by_role("button", name="PICPIK").first.click()
        tasks = page.locator(".picpik-task")
        expect(page.locator(".picpik-summary")).to_contain_text("Credits today")
        before = {task.get_attribute("data-task-uid") for task in tasks.all()}
        extract_graph(page, seed=300 + CANVASES.index(canvas), side=256)
        assert front_end.run().kind == "execution_success"

        first = tasks.first
        expect(first.locator(".picpik-state")).to_have_text(re.compile("ready|done"))
        expect(first).to_contain_text("Extract Pattern")
        expect(first).to_contain_text("4 credits")
        expect(first.locator("img")).to_have_js_property("naturalWidth", 256)
        uid = first.get_attribute("data-task-uid") or ""
        assert uid not in before

        first.get_by_role("button", name="Copy TaskUID").click()
        assert page.evaluate("navigator.clipboard.readText()") == uid
        first.get_by_role("button", name="Add to graph").click()
        page.wait_for_function("app.graph.nodes.some((node) => node.type === 'LoadImage')")
        value = page.evaluate("app.graph.nodes.find((node) => node.type === 'LoadImage').widgets[0].value")
        assert (comfyui.folder / "input" / value).is_file()
        assert uid in value
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
        page.get_by_role("button", name="PICPIK").first.click()
        pending = page.locator(".picpik-task").first

        with page.expect_response("**/picpik/tasks/collect") as asked:
            pending.get_by_role("button", name="Collect").click()

        assert asked.value.json() == {"collecting": pending.get_attribute("data-task-uid")}
        assert front_end.page_errors == []


def test_a_task_of_any_action_is_listed_by_the_name_of_its_node_and_with_its_texts(
    browser: Browser, start_comfyui: StartComfyui, environment: Environment, tmp_path: Path
):
    text = "A dress <b>with</b> sprigs"
    task = new_record(request_key="k", account="a", owner="o", action="DescribeThings")
    file = ResultFolder(tmp_path / FOLDER_NAME, print).save_text("uid1", 0, text)
    ledger = Ledger(tmp_path / FILE_NAME)
    ledger.write(replace(task, state=DELIVERED, task_uid="uid1", files=(file,)))
    ledger.close()
    server = start_comfyui({"PICPIK_HOME": str(tmp_path)})

    with opened(browser, server, environment, "nodes2", "task-list-texts") as front_end:
        front_end.page.get_by_role("button", name="PICPIK").first.click()
        listed = front_end.page.locator(".picpik-task")
        expect(listed.locator(".picpik-title")).to_contain_text("Describe Things")
        expect(listed.locator(".picpik-text")).to_have_text(text)
        expect(listed.locator("img")).to_have_count(0)
        assert front_end.page_errors == []


@each_canvas
def test_the_list_speaks_chinese(browser: Browser, comfyui: ComfyuiServer, environment: Environment, canvas: str):
    with opened(browser, comfyui, environment, canvas, f"task-list-chinese-{canvas}", locale="zh") as front_end:
        front_end.page.get_by_role("button", name="PICPIK").first.click()
        expect(front_end.page.locator(".picpik-summary")).to_contain_text("今日点数")
