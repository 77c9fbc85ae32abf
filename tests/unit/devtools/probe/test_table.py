"""Each assumption is named with the line of code that holds it."""

import pytest
from comfyui_picpik.devtools.probe.table import AS_ASSUMED, DIFFERS, PLACES, Row, as_markdown, as_text, line_of
from comfyui_picpik.tests.paths import ROOT


@pytest.mark.parametrize("place", PLACES)
def test_the_line_that_is_named_holds_the_assumption(place: str):
    file, _, number = line_of(place).rpartition(":")
    assert PLACES[place][1] in (ROOT / file).read_text("utf-8").splitlines()[int(number) - 1]


ROWS = [Row("mask", "white", "black | grey", DIFFERS, "mask"), Row("words", "known", "known", AS_ASSUMED, "status")]


def test_the_table_is_markdown_with_a_cell_for_each_word():
    lines = as_markdown("What host does", ROWS, ["1 of 2 differ."]).splitlines()
    assert lines[4] == f"| mask | white | black / grey | DIFFERS | `{line_of('mask')}` |"
    assert lines[-1] == "1 of 2 differ."


def test_the_terminal_names_the_line_where_something_differs():
    text = as_text(ROWS)
    assert line_of("mask") in text
    assert line_of("status") not in text
