"""Which faults are made in a source, and which places are left alone."""

import ast

import pytest
from comfyui_picpik.devtools.mutation import plan
from comfyui_picpik.devtools.mutation.mutants import mutants_of
from comfyui_picpik.devtools.mutation.survivors import name_of
from comfyui_picpik.tests.paths import ROOT

IN_FUNCTION = "async def f(a, b):\n    {}\n"


def of(line: str) -> set[str]:
    """What becomes of one line of a function."""
    return {mutant.becomes for mutant in mutants_of(IN_FUNCTION.format(line), "a.py")}


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("a(b < 1)", {"a((b <= 1))", "a(b < 2)", "a(b < 0)", "pass"}),
        ("a(0 <= b < a)", {"a((0 < b < a))", "a((0 <= b <= a))", "a(1 <= b < a)", "a((-1) <= b < a)", "pass"}),
        ("a(a == b)", {"a((a != b))", "pass"}),
        ("a(a is not None)", {"a((a is None))", "pass"}),
        ("a(a not in b)", {"a((a in b))", "pass"}),
        ("a(a or not b)", {"a((a and (not b)))", "a(a or b)", "pass"}),
        ("a(a + b * b)", {"a((a - b * b))", "a(a + (b / b))", "pass"}),
        ("a(-b)", {"a(b)", "pass"}),
        ("a(True)", {"a(False)", "pass"}),
        ("a(0.5)", {"a(1.5)", "a((-0.5))", "pass"}),
        ("a('png')", {"a('')", "pass"}),
        ("a('')", {"a('mutant')", "pass"}),
        ("a(b'BM')", {"a(b'')", "pass"}),
        ("a(f'{b}/{a}')", {"a('')", "pass"}),
        ("a(b, state=b)", {"a(b)", "pass"}),
        ("a(b, state=b, key=None)", {"a(b, key=None)", "a(b, state=b)", "pass"}),
        ("a(b, flag=True)", {"a(b, flag=False)", "pass"}),
        ("a('id = ?')", {"a('id != ?')", "pass"}),
        ("return a", {"return None"}),
        ("return None", set()),
        ("return", set()),
        ("raise a", {"pass"}),
        ("b = a", {"b = None"}),
        ("b.c = a", {"pass"}),
        ("b += a", {"b -= a", "pass"}),
        ("await a", {"pass"}),
        ("if a: b()", {"if True: b()", "if False: b()", "if a: pass"}),
        ("while a: break", {"while True: break", "while False: break", "while a: continue"}),
        ("while True: a()", {"while False: a()", "while True: pass"}),
        ("return a if b else a", {"return None", "return a if True else a", "return a if False else a"}),
        (
            "return [c for c in b if c]",
            {"return None", "return [c for c in b if True]", "return [c for c in b if False]"},
        ),
    ],
)
def test_a_line_becomes(line: str, expected: set[str]):
    assert (
        of(line.replace("await", "a; await") if line.startswith("await") else line) >= expected or of(line) == expected
    )


@pytest.mark.parametrize(
    "source",
    [
        '"""What it does."""\n',
        'def f():\n    """What it does."""\n',
        'class C:\n    a: int\n    """Seconds."""\n',
        "from __future__ import annotations\nimport os\nfrom . import a\n",
        "__all__ = ['a', 'b']\n",
        "def f(a: int | None, b: list['int']) -> dict['str', 'int']: ...\n",
        "class C:\n    a: 'Literal[1]'\n",
        "_log.warning('sent again', 5)\n",
        "a = b\n",
        "class C:\n    def __init__(self, a):\n        self._a = a\n",
        "a = 'Some words for a person.'\n",
        "a = f'{b} words for a person.'\n",
    ],
)
def test_what_decides_nothing_is_left_alone(source: str):
    assert mutants_of(source, "a.py") == []


def test_only_the_text_of_an_error_is_left_alone_not_the_error():
    assert of("raise ValueError('It is wrong.')") == {"pass"}


def test_what_stands_in_a_signature_and_above_it_is_changed():
    found = mutants_of("@a(1)\ndef f(b=True):\n    pass\n", "a.py")

    assert [(mutant.line, mutant.lines, mutant.becomes) for mutant in found] == [
        (1, range(1, 2), "@a(2)"),
        (1, range(1, 2), "@a(0)"),
        (2, range(2, 3), "def f(b=False):"),
    ]


def test_a_mutant_says_where_it_is():
    source = (
        "class C:\n    def f(self, a):\n        if (\n            a\n            > 5\n        ):\n            pass\n"
    )
    found = {mutant.becomes: mutant for mutant in mutants_of(source, "picpik/a.py")}

    mutant = found["(a >= 5)"]
    assert (mutant.file, mutant.scope, mutant.line, mutant.lines) == ("picpik/a.py", "C.f", 4, range(3, 6))
    assert mutant.was == "a > 5"
    assert mutant.source == source.replace("a\n            > 5", "(a >= 5)")


def test_letters_beyond_ascii_shift_nothing():
    (mutant,) = mutants_of("a = 'ä ö', b == c  # ü\n", "a.py")

    assert mutant.becomes == "a = 'ä ö', (b != c) # ü"


def test_the_same_change_in_two_places_of_a_function_is_two_mutants_with_names_of_their_own():
    found = mutants_of("def f():\n    g()\n    h()\n    g()\n", "a.py")

    assert [(mutant.scope, mutant.line, mutant.was) for mutant in found] == [
        ("f", 2, "g()"),
        ("f", 3, "h()"),
        ("f #2", 4, "g()"),
    ]


def test_two_ways_to_the_same_code_are_one_mutant():
    becomes = [mutant.becomes for mutant in mutants_of("def f():\n    while True:\n        g()\n", "a.py")]

    assert len(becomes) == len(set(becomes)) == 2


@pytest.mark.parametrize("file", plan.MODULES)
def test_each_mutant_of_the_modules_that_spend_money_is_code_and_differs_from_it(file: str):
    source = (ROOT / file).read_text("utf-8")
    found = mutants_of(source, file)
    some = found[::10]  # to parse each takes long

    dumps = {ast.dump(ast.parse(mutant.source)) for mutant in some}
    assert len({name_of(mutant) for mutant in found}) == len(found) > 20
    assert len(dumps | {ast.dump(ast.parse(source))}) == len(some) + 1
    for mutant in some:
        compile(mutant.source, file, "exec", dont_inherit=True)
