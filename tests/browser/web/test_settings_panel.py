"""Settings > PICPIK: keys are given there, used at once, and then nowhere to be found."""

import json
import re
from collections.abc import Iterator

import pytest
from comfyui_picpik.devtools.comfyui_server import ComfyuiServer
from comfyui_picpik.devtools.environment import Environment
from comfyui_picpik.sandbox import Quirks, SandboxThread, start_in_thread
from comfyui_picpik.tests.browser.canvases import CANVASES, extract_graph, open_settings, opened, screenshots
from comfyui_picpik.tests.comfy.prompts import extract_prompt
from playwright.sync_api import Browser, Page, Response, expect

PUBLIC, PRIVATE = "canary-public-key", "canary-private-key"

EVERYTHING_IN_THE_PAGE = """() => JSON.stringify([
    document.documentElement.outerHTML,
    [...document.querySelectorAll("input, textarea")].map((input) => input.value),
    { ...localStorage }, { ...sessionStorage },
    app.graph.serialize(),
])"""

REFUSED = "status of 4.*picpik/accounts"
"""What the browser says of a refusal."""

each_canvas = pytest.mark.parametrize("canvas", CANVASES)
"""For tests that go on to nodes: the panel itself lies over either."""


@pytest.fixture(scope="module")
def canary() -> Iterator[SandboxThread]:
    """A service whose keys must be seen nowhere."""
    running = start_in_thread(public_key=PUBLIC, private_key=PRIVATE)
    yield running
    running.stop()


def fill(page: Page, label: str, text: str) -> None:
    page.locator(".picpik-panel").get_by_label(label, exact=True).fill(text)


@each_canvas
def test_keys_from_the_panel_are_used_at_once_and_appear_nowhere(
    browser: Browser, keyless: ComfyuiServer, environment: Environment, canary: SandboxThread, canvas: str
):
    served: list[Response] = []
    before = len(canary.sandbox.tasks)
    with opened(browser, keyless, environment, canvas, f"settings-keys-{canvas}", anew=True) as front_end:
        page = front_end.page
        page.on("response", lambda answer: served.append(answer))
        open_settings(page)
        panel = page.locator(".picpik-panel")
        expect(panel).to_contain_text("no keys")
        fill(page, "Name", "Studio")
        panel.get_by_label("Endpoint").select_option("own")
        panel.get_by_placeholder("https://").fill(canary.endpoint)
        fill(page, "PublicKey", PUBLIC)
        fill(page, "PrivateKey", PRIVATE)
        panel.get_by_role("button", name="Save").click()
        expect(panel).to_contain_text("Saved.")
        expect(panel.get_by_label("PrivateKey")).to_have_value("")
        panel.get_by_role("button", name="Test connection").click()
        expect(panel).to_contain_text("Signature: accepted.")
        page.screenshot(path=screenshots(environment) / f"settings-panel-{canvas}.png")
        page.keyboard.press("Escape")

        extract_graph(page, seed=100 + CANVASES.index(canvas))
        assert front_end.run().kind == "execution_success"
        assert len(canary.sandbox.tasks) == before + 1
        told_by_routes = [
            each for each in served if each.status == 200 and each.request.resource_type in ("fetch", "xhr")
        ]
        bodies = [answer.body() for answer in told_by_routes]
        page.reload()
        page.wait_for_function("window.app?.graph && window.app.extensionManager")
        open_settings(page)
        expect(page.locator(".picpik-panel")).to_contain_text("saved keys")
        told = page.evaluate(EVERYTHING_IN_THE_PAGE)
        assert front_end.page_errors == []

    http = keyless.client.http
    routes = ("/settings", "/history", "/internal/logs", "/system_stats", "/picpik/accounts", "/picpik/tasks", "/i18n")
    told += "".join(http.get(route).text for route in routes) + keyless.log_text() + repr(bodies)
    outside = [path for path in keyless.folder.rglob("*") if path.is_file() and "__picpik" not in path.parts]
    holding = [path for path in outside if b"canary-" in path.read_bytes()]

    assert "canary-" not in told
    assert holding == []
    pictures = list((keyless.folder / "output").glob("*.png"))
    assert pictures
    assert any(b"PicpikExtractPattern" in picture.read_bytes() for picture in pictures)


def test_what_cannot_work_is_refused_in_words(browser: Browser, keyless: ComfyuiServer, environment: Environment):
    with opened(browser, keyless, environment, "nodes2", "settings-refused", expected=REFUSED) as front_end:
        open_settings(front_end.page)
        panel = front_end.page.locator(".picpik-panel")
        panel.get_by_label("Account", exact=True).select_option("")
        fill(front_end.page, "Name", "Half")
        fill(front_end.page, "PublicKey", "only one")
        panel.get_by_role("button", name="Save").click()

        expect(panel).to_contain_text("One of the two keys is missing.")
        expect(panel).to_contain_text("Give PublicKey and PrivateKey together.")


def test_the_panel_and_the_doctor_speak_chinese(browser: Browser, keyless: ComfyuiServer, environment: Environment):
    account = {"create": True, "name": "Try", "endpoint": "sandbox"}
    keyless.client.http.post("/picpik/accounts", json=account).raise_for_status()
    with opened(browser, keyless, environment, "nodes2", "settings-chinese", locale="zh") as front_end:
        open_settings(front_end.page)
        panel = front_end.page.locator(".picpik-panel")
        panel.get_by_label("账户", exact=True).select_option("Try")
        panel.get_by_role("button", name="测试连接").click()

        expect(panel).to_contain_text("签名：已通过。")
        expect(panel).to_contain_text("任务：0 个运行中。")


def save(server: ComfyuiServer, name: str, **body: str) -> None:
    body = {"public_key": PUBLIC, "private_key": PRIVATE, **body}
    server.client.http.post("/picpik/accounts", json={"create": True, "name": name, **body}).raise_for_status()


def accounts(server: ComfyuiServer) -> dict[str, bool]:
    """The names of those that are saved, and whether they have keys."""
    listed = server.client.http.get("/picpik/accounts").json()["accounts"]
    return {account["name"]: account["keys_set"] for account in listed}


def test_a_new_account_takes_no_name_that_is_taken_and_none_that_is_empty(
    browser: Browser, keyless: ComfyuiServer, environment: Environment
):
    save(keyless, "Studio", endpoint="china")
    with opened(browser, keyless, environment, "nodes2", "settings-new", expected=REFUSED) as front_end:
        page = front_end.page
        open_settings(page)
        panel = page.locator(".picpik-panel")
        panel.get_by_label("Account", exact=True).select_option("New account…")
        fill(page, "PublicKey", "another")
        fill(page, "PrivateKey", "another")
        for name, complaint in (("Studio", 'There is an account "Studio" already.'), ("", "name cannot be used")):
            fill(page, "Name", name)
            panel.get_by_role("button", name="Save").click()
            expect(panel.get_by_role("status").last).to_contain_text(complaint)
        fill(page, "Name", "Second")
        panel.get_by_role("button", name="Save").click()
        expect(panel).to_contain_text("Saved.")

    saved = keyless.client.http.get("/picpik/accounts").json()["accounts"]
    assert [(each["name"], each["endpoint"]) for each in saved] == [("Studio", "china"), ("Second", "international")]


@pytest.mark.parametrize(
    ("button", "after"), [("Remove account", {"Second": True}), ("Clear keys", {"Studio": False, "Second": True})]
)
def test_what_deletes_keys_asks_first_and_a_no_is_a_no(
    browser: Browser,
    keyless: ComfyuiServer,
    environment: Environment,
    button: str,
    after: dict[str, bool],
):
    before = {"Studio": True, "Second": True}
    for name in before:
        save(keyless, name)
    with opened(browser, keyless, environment, "nodes2", f"settings-asks-{button}") as front_end:
        page = front_end.page
        open_settings(page)
        asked = page.get_by_role("dialog").filter(has_text="deleted from this computer")

        def press() -> None:
            page.locator(".picpik-panel").get_by_role("button", name=button).click()
            expect(asked).to_contain_text("“Studio”")

        press()
        page.keyboard.press("Escape")
        expect(asked).to_have_count(0)
        press()
        asked.get_by_role("button", name="Cancel").click()
        expect(asked).to_have_count(0)
        assert accounts(keyless) == before
        press()
        if button == "Remove account":
            expect(asked).to_contain_text("The default account is then “Second”.")
        page.screenshot(path=environment.artifacts / "browser" / f"settings-asked-{button.replace(' ', '-')}.png")
        asked.get_by_role("button", name="Delete").click()
        expect(page.locator(".picpik-panel")).to_contain_text(re.compile("was removed|were deleted"))
        assert front_end.page_errors == []

    assert accounts(keyless) == after


def test_the_connection_is_tested_with_what_is_typed(
    browser: Browser, keyless: ComfyuiServer, environment: Environment, canary: SandboxThread
):
    save(keyless, "Studio", endpoint=canary.endpoint)
    with opened(browser, keyless, environment, "nodes2", "settings-typed") as front_end:
        page = front_end.page
        open_settings(page)
        panel = page.locator(".picpik-panel")
        test = panel.get_by_role("button", name="Test connection")
        test.click()
        expect(panel).to_contain_text("Tested: the saved account “Studio”.")
        expect(panel).to_contain_text("Signature: accepted.")

        fill(page, "PublicKey", PUBLIC)
        fill(page, "PrivateKey", "mistyped")
        test.click()
        expect(panel).to_contain_text("Tested: what is typed here and not saved yet.")
        expect(panel).not_to_contain_text("Signature: accepted.")
        expect(panel).to_contain_text("the signature is wrong")

        fill(page, "PublicKey", "")
        fill(page, "PrivateKey", "")
        test.click()
        expect(panel).to_contain_text("Tested: the saved account “Studio”.")
        expect(panel).to_contain_text("Signature: accepted.")


def test_another_address_wants_the_keys_anew_and_the_panel_says_so_before_and_after(
    browser: Browser, keyless: ComfyuiServer, environment: Environment, canary: SandboxThread
):
    save(keyless, "Studio")
    with opened(browser, keyless, environment, "nodes2", "settings-address", expected=REFUSED) as front_end:
        page = front_end.page
        open_settings(page)
        panel = page.locator(".picpik-panel")
        hint = panel.get_by_text("The endpoint or the proxy is another one: give both keys anew.")
        endpoint = panel.get_by_label("Endpoint")
        expect(panel.get_by_role("button", name="Save")).to_be_visible()
        expect(hint).to_have_count(0)
        endpoint.select_option("sandbox")
        expect(hint).to_have_count(0)
        endpoint.select_option("own")
        panel.get_by_label("Address").fill(canary.endpoint)
        expect(hint).to_be_visible()
        expect(panel.get_by_label("PrivateKey")).to_have_accessible_description(re.compile("give both keys anew"))
        panel.get_by_role("button", name="Save").click()
        expect(panel).to_contain_text("Give PublicKey and PrivateKey anew, too.")

        fill(page, "PublicKey", PUBLIC)
        fill(page, "PrivateKey", PRIVATE)
        panel.get_by_role("button", name="Save").click()
        expect(panel).to_contain_text("Saved.")
        expect(hint).to_have_count(0)


def test_everything_can_be_done_by_keyboard_and_has_a_name(
    browser: Browser, keyless: ComfyuiServer, environment: Environment
):
    save(keyless, "Studio", endpoint="sandbox")
    save(keyless, "Second", endpoint="sandbox")
    with opened(browser, keyless, environment, "nodes2", "settings-keyboard") as front_end:
        page = front_end.page
        open_settings(page)
        panel = page.locator(".picpik-panel")
        account = panel.get_by_role("combobox", name="Account")
        account.focus()
        page.keyboard.press("ArrowDown")
        expect(panel.get_by_role("textbox", name="Name")).to_have_value("Second")
        expect(account).to_be_focused()

        passed = [
            ("combobox", "Account"),
            ("textbox", "Name"),
            ("combobox", "Endpoint"),
            ("textbox", "PublicKey"),
            ("textbox", "PrivateKey"),
            ("textbox", "Proxy"),
            ("button", "Save"),
            ("button", "Test connection"),
            ("button", "Refresh models"),
            ("button", "Service"),
            ("button", "Make default"),
        ]
        for role, name in passed:
            expect(panel.get_by_role(role, name=name, exact=True)).to_be_focused()
            page.keyboard.press("Tab")
        page.keyboard.press("Shift+Tab")
        page.keyboard.press("Enter")
        expect(panel.get_by_role("status").last).to_have_text("Saved.")
        expect(panel.get_by_role("button", name="Save")).to_be_focused()  # that button is gone
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        expect(panel.get_by_role("status").last).to_contain_text("Signature: accepted.")
        expect(panel.get_by_role("button", name="Test connection")).to_be_focused()

    assert keyless.client.http.get("/picpik/accounts").json()["default"] == "Second"


def test_where_comfyui_has_several_users_the_panel_is_there_to_be_read(
    browser: Browser, keyless: ComfyuiServer, environment: Environment
):
    save(keyless, "Studio", endpoint="sandbox")
    of_several = {**keyless.client.http.get("/picpik/accounts").json(), "changeable": False}
    with opened(browser, keyless, environment, "nodes2", "settings-several-users") as front_end:
        front_end.page.route("**/picpik/accounts", lambda route: route.fulfill(json=of_several))
        open_settings(front_end.page)
        panel = front_end.page.locator(".picpik-panel")

        expect(panel).to_contain_text("whoever runs the server sets the keys")
        for part in ("Name", "Endpoint", "PublicKey", "PrivateKey", "Proxy"):
            expect(panel.get_by_label(part, exact=True)).to_be_disabled()
        for name in ("Save", "Remove account"):
            expect(panel.get_by_role("button", name=name)).to_be_disabled()
        panel.get_by_role("button", name="Test connection").click()
        expect(panel).to_contain_text("Signature: accepted.")


@each_canvas
def test_the_models_of_an_account_are_offered_as_soon_as_it_is_the_default_one(
    browser: Browser, keyless: ComfyuiServer, environment: Environment, canvas: str
):
    offered = (
        "() => app.graph.nodes.find((node) => node.type === 'PicpikExtractPattern').widgets"
        ".find((widget) => widget.name === 'main_model').options.values.length"
    )
    save(keyless, "Nowhere", endpoint="http://127.0.0.1:9")
    save(keyless, "Try", endpoint="sandbox")
    with opened(browser, keyless, environment, canvas, f"settings-models-{canvas}") as front_end:
        page = front_end.page
        extract_graph(page, seed=1)
        general_and_other = page.evaluate(offered)
        open_settings(page)
        panel = page.locator(".picpik-panel")
        panel.get_by_label("Account", exact=True).select_option("Try")
        panel.get_by_role("button", name="Make default").click()
        expect(panel).to_contain_text("Saved.")
        page.wait_for_function(f"({offered})() > {general_and_other}")
        panel.get_by_label("Account", exact=True).select_option("Nowhere")
        panel.get_by_role("button", name="Make default").click()
        page.wait_for_function(f"({offered})() === {general_and_other}")


def test_the_page_s_own_settings_know_nothing_of_accounts(keyless: ComfyuiServer):
    assert "PICPIK.Accounts" not in json.dumps(keyless.client.http.get("/settings").json())


@pytest.fixture
def melting(keyless: ComfyuiServer) -> Iterator[SandboxThread]:
    """A service that has its own word for a running task, of which ComfyUI has learned by a run."""
    running = start_in_thread(
        public_key=PUBLIC,
        private_key=PRIVATE,
        seconds_queued=0.3,
        seconds_per_task=0.3,
        quirks=Quirks(status_words={"Running": "Melting"}),
    )
    save(keyless, "Studio", endpoint=running.endpoint)
    assert keyless.client.run(extract_prompt(seed=7201), 60).error is None
    yield running
    running.stop()


@pytest.mark.usefixtures("melting")
def test_what_a_service_does_is_shown_before_it_is_copied_and_corrected_when_it_was_confirmed(
    browser: Browser, keyless: ComfyuiServer, environment: Environment
):
    with opened(browser, keyless, environment, "nodes2", "settings-service") as front_end:
        page = front_end.page
        page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        open_settings(page)
        panel = page.locator(".picpik-panel")
        panel.get_by_role("button", name="Service").click()
        expect(panel).to_contain_text("The Status “Melting” is not known to the pack.")
        report = panel.get_by_label("Report", exact=True)
        expect(report).to_have_value(re.compile("Queuing > Melting > Finished"))
        page.screenshot(path=screenshots(environment) / "settings-service-report.png")

        panel.get_by_role("button", name="Copy report").click()
        expect(panel).to_contain_text("Copied")
        assert page.evaluate("navigator.clipboard.readText()") == report.input_value()

        panel.get_by_role("button", name="Correct").click()
        asked = page.get_by_role("dialog").filter(has_text="From the next run on")
        page.screenshot(path=screenshots(environment) / "settings-service-asked.png")
        asked.get_by_role("button", name="Confirm").click()
        expect(panel).to_contain_text("Nothing differs from what the pack assumes.")
        expect(panel).to_contain_text("Corrected:")

        panel.get_by_role("button", name="Take corrections back").click()
        asked = page.get_by_role("dialog").filter(has_text="assumed at first")
        asked.get_by_role("button", name="Confirm").click()
        expect(panel).to_contain_text("The Status “Melting” is not known to the pack.")
