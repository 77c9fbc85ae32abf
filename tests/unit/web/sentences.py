"""The English that the sources say to people, found in the sources themselves, so that nobody need keep a list of it.

Every literal with words in it counts, but for what is known to be read by nobody, or not on the page.
"""

import ast
import functools
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from comfyui_picpik.tests.paths import ROOT

ROOMS = ("imaging", "pattern", "picpik", "nodes")
PLACE = "\0"
"""Stands in a sentence for what is filled in."""

OF_THE_REPORT = {"picpik/accounts/recorder.py", "picpik/accounts/reporting.py"}
"""Here are names of facts, and the report that is made of them for the makers of the pack: as English as its issues."""

WORDS_COUNT = {"nodes/host/display.py", "picpik/runner/progress.py"}
"""Here a single word is something to read, too, such as "done"."""

SAYING = {"off_loop", "until"}
"""Calls whose first argument is shown while the rest is done; it may be a single word."""

READ_BY_NOBODY = {
    "TypeError", "ValueError", "RuntimeError", "AssertionError",  # faults of the pack
    "TypeVar", "ThreadPoolExecutor", "_log", "encode",
    "ProxyError",  # of which the client only takes the kind
}  # fmt: skip
"""Calls whose texts are for the code alone, or for the log."""

IN_THE_LOCALES = {"io", "Input", "timeout_input", "generation_inputs"}
"""Calls that describe nodes to ComfyUI, which has the other languages from locales/*/nodeDefs.json."""

ELSEWHERE = {
    "validate_inputs",  # ComfyUI shows what it returns by itself
    "_connect_reason",  # looks for words in the messages of others
    "_key_of",
    "_go_back",  # tells the log that all is well again
}
"""Functions whose texts do not come to the page."""

OF_THE_CODE = {"Verdict", "SubmitVerdict", "Source"}
"""Enums whose values nobody reads."""

NO_SENTENCES = {
    "PICPIK General", "private, max-age=86400", "no error", "no errors",
    # names of facts and differences, and what a request is known by
    "bare only", "data URI only", "with results", "with an error", "with a Seed sent", '^version = "(.+)"',
    f"status {PLACE}{PLACE}", f"ret_code {PLACE}", f"inverted {PLACE}",
    f"polls, {PLACE} s apart at least",
    f"ok: {PLACE}", f"trouble: {PLACE} {PLACE}", f"note: {PLACE} {PLACE}",
    # the report of Account is an output, as English as all outputs
}  # fmt: skip

SQL = re.compile(
    r"\b(SELECT|INSERT|UPDATE|DELETE|PRAGMA|CREATE|BEGIN|ORDER BY|WHERE)\b|= \?| = excluded\.| IN \(| != '"
)


@dataclass(frozen=True)
class Sentence:
    """A line of a literal of the sources, in whole or a piece of what is read.

    `call` names the function or class that it is given to as it is, or nothing.
    """

    place: str
    text: str
    call: str


@functools.cache
def sentences() -> list[Sentence]:
    """All that may come to a page."""
    paths = (path for room in ROOMS for path in sorted((ROOT / room).rglob("*.py")))
    return [each for path in paths if path.relative_to(ROOT).as_posix() not in OF_THE_REPORT for each in _of_file(path)]


def _of_file(path: Path) -> Iterator[Sentence]:
    name = path.relative_to(ROOT).as_posix()
    for node, call in _literals(ast.parse(path.read_text("utf-8"))):
        text = _text(node)
        if text in NO_SENTENCES or SQL.search(text):
            continue
        words_count = name in WORDS_COUNT or call in SAYING
        for line in text.splitlines():
            if re.search("[a-z]{2}", line) and (" " in line or words_count):
                yield Sentence(f"{name}:{node.lineno}", line, call)


def _text(node: ast.Constant | ast.JoinedStr) -> str:
    parts = node.values if isinstance(node, ast.JoinedStr) else [node]
    return "".join(str(part.value) if isinstance(part, ast.Constant) else PLACE for part in parts)


def _literals(node: ast.AST, call: str = "") -> Iterator[tuple[ast.Constant | ast.JoinedStr, str]]:
    """The literals in `node` that somebody may read, each with the call that it is given to as it is."""
    if isinstance(node, ast.JoinedStr):
        yield node, call
        for part in node.values:
            if isinstance(part, ast.FormattedValue):  # in a place there may be a text again
                yield from _literals(part)
    elif isinstance(node, ast.Constant):
        if isinstance(node.value, str):
            yield node, call
    elif not _is_passed_over(node):
        for child in ast.iter_child_nodes(node):
            yield from _literals(child, _name(node.func) if isinstance(node, ast.Call) and child in node.args else "")


def _is_passed_over(node: ast.AST) -> bool:
    if isinstance(node, ast.Expr):
        return isinstance(node.value, ast.Constant)  # a docstring
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
        return node.name in ELSEWHERE
    if isinstance(node, ast.ClassDef):
        return node.name in OF_THE_CODE
    return isinstance(node, ast.Call) and bool({_name(node.func), _root(node.func)} & (READ_BY_NOBODY | IN_THE_LOCALES))


def _name(function: ast.expr) -> str:
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def _root(function: ast.expr) -> str:
    while isinstance(function, ast.Attribute):
        function = function.value
    return getattr(function, "id", "")
