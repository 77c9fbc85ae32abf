"""The help pages: every node has one in each language, with every input, its API field, and pictures that are there."""

import json
import re
from pathlib import Path

import pytest
from comfyui_picpik.tests.paths import ROOT

DOCS = ROOT / "web" / "docs"
LARGEST_PICTURE = 120 * 1024
NODES = {
    language: json.loads((ROOT / "locales" / language / "nodeDefs.json").read_text("utf-8"))
    for language in ("en", "zh")
}

each_page = pytest.mark.parametrize("language", NODES)
each_node = pytest.mark.parametrize("node", NODES["en"])


def page(language: str, node: str) -> Path:
    """Where ComfyUI's front end looks for it: docs/<NodeId>/<locale>.md, then docs/<NodeId>.md."""
    return DOCS / (f"{node}.md" if language == "en" else f"{node}/{language}.md")


@each_page
@each_node
def test_a_page_says_every_input_s_rule_and_its_api_field(language: str, node: str):
    text = page(language, node).read_text("utf-8")

    assert text.startswith(f"# {NODES[language][node]['display_name']}\n")
    for name, of in NODES[language][node]["inputs"].items():
        rows = [line for line in text.splitlines() if line.startswith("|") and f"`{name}` |" in line]
        assert any(of["tooltip"] in row for row in rows), name


@each_page
@each_node
def test_a_page_says_what_comes_out(language: str, node: str):
    text = page(language, node).read_text("utf-8")
    assert [out["name"] for out in NODES["en"][node]["outputs"].values() if f"`{out['name']}` |" not in text] == []


@each_page
@each_node
def test_pictures_of_a_page_are_there_and_small(language: str, node: str):
    for alt, name in re.findall(r"!\[(.*?)\]\((.*?)\)", page(language, node).read_text("utf-8")):
        assert alt
        # the front end looks for all of them in docs itself, whatever the page's own folder is
        assert "/" not in name
        assert (DOCS / name).stat().st_size < LARGEST_PICTURE


@pytest.mark.parametrize("node", ["PicpikExtractPattern", "PicpikApplyReferencePattern"])
def test_the_pattern_nodes_show_what_goes_in_and_what_comes_out(node: str):
    assert "![" in page("en", node).read_text("utf-8")


def test_there_is_no_page_without_a_node():
    assert {path.stem for path in DOCS.glob("*.md")} == set(NODES["en"])
    assert {path.parent.name for path in DOCS.glob("*/*.md")} == set(NODES["en"])
