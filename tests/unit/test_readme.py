"""README and its Chinese twin say the same, and every page of `docs` is found from there."""

import json
import re
from pathlib import Path

import pytest
from comfyui_picpik.tests.paths import ROOT

README, TWIN = (ROOT / name for name in ("README.md", "README.zh.md"))
PAGES = [README, TWIN, ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")


def text(page: Path) -> str:
    return page.read_text("utf-8")


def headings(page: Path) -> list[int]:
    return [len(marks) for marks in re.findall(r"^(#+) ", text(page), re.MULTILINE)]


def commands(page: Path) -> list[str]:
    """What stands indented as code, without its comment."""
    return [line.partition("#")[0].strip() for line in re.findall(r"^    (\S.*)$", text(page), re.MULTILINE)]


def rows(page: Path) -> list[list[str]]:
    """Of each row of a table the names in code and the numbers."""
    lines = re.findall(r"^\|.*$", text(page), re.MULTILINE)
    return [re.findall(r"`[^`]+`|[\d.]+ x", line) for line in lines]


def links(page: Path) -> list[str]:
    return [target for target in LINK.findall(text(page)) if target not in (README.name, TWIN.name)]


def code(page: Path) -> list[str]:
    return sorted(set(re.findall(r"`[^`]+`", text(page))))


@pytest.mark.parametrize("what", [headings, commands, rows, links, code])
def test_the_chinese_twin_has_the_same(what):
    assert what(TWIN) == what(README)


def test_the_chinese_twin_is_chinese():
    for paragraph in re.split(r"\n\n+", text(TWIN))[1:]:
        assert re.search("[\u4e00-\u9fff]", paragraph) or paragraph.startswith(("[English]", "    "))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_what_a_page_links_to_is_there(page: Path):
    for target in LINK.findall(text(page)):
        if not target.startswith(("http://", "https://", "#")):
            assert (page.parent / target.partition("#")[0]).is_file(), target


def test_every_page_and_picture_of_docs_is_found_from_the_readme():
    found, left = set(), [README]
    while left:
        page = left.pop()
        if page in found:
            continue
        found.add(page)
        if page.suffix == ".md":
            targets = (
                page.parent / target.partition("#")[0] for target in LINK.findall(text(page)) if "://" not in target
            )
            left += [target.resolve() for target in targets if target.is_file()]
    of_the_registry = {ROOT / "docs" / name for name in ("icon.png", "banner.jpg")}
    assert set((ROOT / "docs").iterdir()) - found == of_the_registry


def test_the_chinese_twin_calls_every_node_by_the_name_that_it_has_on_the_page():
    named = json.loads((ROOT / "locales" / "zh" / "nodeDefs.json").read_text("utf-8"))
    names = {node["display_name"].removesuffix(" (PICPIK)") for node in named.values()}
    assert {name for name in names if name not in text(TWIN)} == set()
