"""Whatever belongs to a paid Action, in every room: the recipe of CONTRIBUTING, as a test that says what is missing."""

import ast
import inspect
import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from comfyui_picpik import sandbox
from comfyui_picpik.picpik import api
from comfyui_picpik.picpik.api import ACTIONS, RANDOM_SEED, Action, ApplyReferencePattern, DataUri, ResultKind
from comfyui_picpik.picpik.api.actions import GeneratingAction
from comfyui_picpik.tests.paths import ROOT

LANGUAGES = ("en", "zh")

each_action = pytest.mark.parametrize("action", ACTIONS)


def snake(action: str) -> str:
    """ApplyReferencePattern -> apply_reference_pattern"""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", action).lower()


def title(action: str) -> str:
    """As the task list shows it."""
    source = (ROOT / "web" / "task_card.js").read_text("utf-8")
    titles = re.findall(r"const TITLES = \{(.*?)\}", source, re.DOTALL)[0]
    other = re.search(rf'\b{action}: "(.*?)"', titles)
    return other[1] if other else re.sub(r"(?<=[a-z])(?=[A-Z])", " ", action)


def content(*place: str) -> Any:
    return json.loads(ROOT.joinpath(*place).read_text("utf-8"))


def names_in(*place: str) -> set[str]:
    """All names that a Python file uses or imports."""
    tree = ast.parse(ROOT.joinpath(*place).read_text("utf-8"))
    used = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    used |= {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    return used | {alias.name for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) for alias in node.names}


def node_of(action: str) -> tuple[str, str] | None:
    """Class and node id of the paid node that makes requests of this Action."""
    for path in sorted((ROOT / "nodes" / "paid").glob("*.py")):
        tree = ast.parse(path.read_text("utf-8"))
        if action in names_in(path.relative_to(ROOT).as_posix()):
            for node in ast.walk(tree):
                ids = [each.value for each in ast.walk(node) if isinstance(each, ast.keyword) and each.arg == "node_id"]
                if isinstance(node, ast.ClassDef) and ids and isinstance(ids[0], ast.Constant):
                    return node.name, str(ids[0].value)
    return None


def missing_files(action: str) -> Iterator[str]:
    for room in ("picpik/api/actions", "sandbox/actions", "sandbox/pictures"):
        yield f"{room}/{snake(action)}.py"
        yield f"tests/unit/{room}/test_{snake(action)}.py"


def lists_of_models() -> str:
    """The nodes whose lists follow what the service last listed."""
    return (ROOT / "web" / "model_choices.js").read_text("utf-8").partition("const LISTS = {")[2].partition("}")[0]


def missing_texts(node: str) -> Iterator[str]:
    """What a node lacks in the contract, the locales and the phrases."""
    pinned = content("tests", "comfy", "contract.json").get(node)
    if pinned is None:
        yield f"{node} in tests/comfy/contract.json"
        return
    inputs = {**pinned["required"], **pinned["optional"]}
    if "main_model" in inputs and f"{node}: [" not in lists_of_models():
        yield f"{node} in LISTS of web/model_choices.js"
    for language in LANGUAGES:
        texts = content("locales", language, "nodeDefs.json").get(node, {"inputs": {}})
        yield from (
            f"{node}, input {name} in locales/{language}/nodeDefs.json" for name in {*inputs} ^ {*texts["inputs"]}
        )


def lacks(action: str) -> list[str]:
    """Everything that the recipe asks for and that is not there, in words that say where it belongs."""
    found = [f"the file {name}" for name in missing_files(action) if not (ROOT / name).is_file()]
    if not hasattr(api, action):
        found.append(f"{action} in picpik/api/__init__.pyi")
    if action not in sandbox.actions.ACTIONS:
        found.append(f"{action} in sandbox/actions/__init__.py")
    node = node_of(action)
    if node is None:
        return [*found, f"a node in nodes/paid whose file uses {action} of picpik.api"]
    class_name, node_id = node
    found += [
        f"{class_name} in {place}"
        for place in ("nodes/paid/__init__.py", "nodes/__init__.py")
        if class_name not in names_in(place)
    ]
    pages = (f"web/docs/{node_id}.md", f"web/docs/{node_id}/zh.md")
    found += [f"the help page {page}" for page in pages if not (ROOT / page).is_file()]
    found += missing_texts(node_id)
    if title(action) not in content("web", "phrases", "zh.json"):
        found.append(f"“{title(action)}” in web/phrases/zh.json")
    shown = content("locales", "en", "nodeDefs.json").get(node_id, {}).get("display_name")
    if shown != f"{title(action)} (PICPIK)":
        found.append(
            f"the title of {action} in TITLES of web/task_card.js, so that it is the one of its node ({shown})"
        )
    templates = [path for path in (ROOT / "example_workflows").glob("*.json") if node_id in path.read_text("utf-8")]
    if not templates:
        found.append(f"a template with {node_id} in example_workflows")
    return found + [f"the thumbnail {path.stem}.jpg" for path in templates if not path.with_suffix(".jpg").is_file()]


@each_action
def test_nothing_of_an_action_is_missing(action: str):
    assert lacks(action) == []


def test_what_is_missing_is_said_with_its_place():
    assert lacks("DoThing") == [
        "the file picpik/api/actions/do_thing.py",
        "the file tests/unit/picpik/api/actions/test_do_thing.py",
        "the file sandbox/actions/do_thing.py",
        "the file tests/unit/sandbox/actions/test_do_thing.py",
        "the file sandbox/pictures/do_thing.py",
        "the file tests/unit/sandbox/pictures/test_do_thing.py",
        "DoThing in picpik/api/__init__.pyi",
        "DoThing in sandbox/actions/__init__.py",
        "a node in nodes/paid whose file uses DoThing of picpik.api",
    ]
    assert list(missing_texts("PicpikDoThing")) == ["PicpikDoThing in tests/comfy/contract.json"]


def test_the_sandbox_knows_no_action_that_the_client_does_not():
    assert sorted(sandbox.actions.ACTIONS) == sorted(ACTIONS)


@each_action
def test_an_action_tells_its_images_its_seed_and_its_kind_of_result(action: str):
    kind = ACTIONS[action]
    assert not inspect.isabstract(kind)
    assert kind.RESULT in ResultKind
    assert kind.seed in (Action.seed, GeneratingAction.seed)
    told = inspect.getsource(kind.images.fget)  # type: ignore[attr-defined]
    sent = [name for name, of in inspect.signature(kind).parameters.items() if "DataUri" in str(of.annotation)]
    assert [name for name in sent if f"self.{name}" not in told] == []


@each_action
def test_an_action_takes_a_digest_in_the_place_of_every_image_so_that_it_has_a_key_before_it_is_encoded(action: str):
    """Without `PixelDigest` in an image's annotation a node could not make an UnencodedRequest of it."""
    fields = inspect.signature(ACTIONS[action]).parameters.items()
    sent = [(name, str(of.annotation)) for name, of in fields if "DataUri" in str(of.annotation)]
    assert [name for name, annotation in sent if "PixelDigest" not in annotation] == []


def test_an_action_with_a_seed_takes_another_one_and_changes_nothing_else():
    picture = DataUri("image/png", (b"eA==",))
    request = ApplyReferencePattern(picture, picture, picture)
    assert (request.seed, request.with_seed(7).seed) == (RANDOM_SEED, 7)
    assert request.with_seed(7).to_params() == request.to_params() | {"Seed": 7}
