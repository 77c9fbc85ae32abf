"""Whatever belongs to a paid Action, in every room: the recipe of CONTRIBUTING, kept by a test."""

import ast
import json
import re
from pathlib import Path

import pytest
from comfyui_picpik import sandbox
from comfyui_picpik.picpik.api import ACTIONS, Action, ResultKind
from comfyui_picpik.tests.paths import ROOT

LANGUAGES = ("en", "zh")

each_action = pytest.mark.parametrize("action", ACTIONS)


def file_name(action: str) -> str:
    """ApplyReferencePattern -> apply_reference_pattern.py"""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", action).lower() + ".py"


def title(action: str) -> str:
    """As the task list shows it."""
    source = (ROOT / "web" / "task_list.js").read_text("utf-8")
    names = re.findall(r"const TITLES = \{(.*?)\}", source, re.DOTALL)[0]
    other = re.search(rf'\b{action}: "(.*?)"', names)
    return other[1] if other else re.sub(r"(?<=[a-z])(?=[A-Z])", " ", action)


def node_of(action: str) -> tuple[Path, str]:
    """The file of the paid node that makes requests of this Action, and its node id."""
    found = []
    for path in (ROOT / "nodes" / "paid").glob("*.py"):
        tree = ast.parse(path.read_text("utf-8"))
        imported = {
            alias.name
            for node in ast.walk(tree)
            if isinstance(node, ast.ImportFrom) and node.module == "picpik.api"
            for alias in node.names
        }
        ids = [
            each.value.value
            for each in ast.walk(tree)
            if isinstance(each, ast.keyword) and each.arg == "node_id" and isinstance(each.value, ast.Constant)
        ]
        if action in imported and ids:
            found.append((path, str(ids[0])))
    assert len(found) == 1, f"{action} has {len(found)} nodes in nodes/paid"
    return found[0]


def test_client_and_sandbox_know_the_same_actions():
    assert sorted(ACTIONS) == sorted(sandbox.actions.ACTIONS)


@each_action
@pytest.mark.parametrize("room", ["picpik/api/actions", "sandbox/actions", "sandbox/pictures"])
def test_an_action_has_a_file_of_its_name(action: str, room: str):
    assert (ROOT / room / file_name(action)).is_file()
    assert (ROOT / "tests" / "unit" / room / f"test_{file_name(action)}").is_file()


@each_action
def test_an_action_tells_what_the_other_rooms_ask_of_it(action: str):
    kind = ACTIONS[action]
    assert issubclass(kind, Action)
    assert action == kind.ACTION
    assert kind.RESULT in ResultKind


@each_action
def test_an_action_has_a_node_with_help_texts_and_a_place_in_the_contract(action: str):
    _, node = node_of(action)
    contract = json.loads((ROOT / "tests" / "comfy" / "contract.json").read_text("utf-8"))

    assert node in contract
    for language in LANGUAGES:
        texts = json.loads((ROOT / "locales" / language / "nodeDefs.json").read_text("utf-8"))
        assert set(texts[node]["inputs"]) == {*contract[node]["required"], *contract[node]["optional"]}
    assert (ROOT / "web" / "docs" / f"{node}.md").is_file()
    assert (ROOT / "web" / "docs" / node / "zh.md").is_file()


@each_action
def test_an_action_is_shown_by_a_template(action: str):
    _, node = node_of(action)
    templates = (ROOT / "example_workflows").glob("*.json")
    assert [path for path in templates if f'"type": "{node}"' in path.read_text("utf-8")]


@each_action
def test_the_task_list_names_an_action_in_both_languages(action: str):
    phrases = json.loads((ROOT / "web" / "phrases" / "zh.json").read_text("utf-8"))
    _, node = node_of(action)
    english = json.loads((ROOT / "locales" / "en" / "nodeDefs.json").read_text("utf-8"))
    assert english[node]["display_name"] == f"{title(action)} (PICPIK)"
    assert title(action) in phrases
