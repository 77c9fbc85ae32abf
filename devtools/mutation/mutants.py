"""The mutants of a source file: each differs from it by one small fault, as a person might make it.

Left out is what does not decide: docstrings, annotations, imports, `__all__`, log lines, and texts for people.
"""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace

from . import sql

_COMPARISONS: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
}
_ARITHMETIC: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.Mult,
    ast.Pow: ast.Mult,
}
_ATOMS = (ast.Name, ast.Attribute, ast.Call, ast.Subscript, ast.Tuple, ast.List, ast.Dict, ast.Set, ast.JoinedStr)
_LOGS = ("_log", "log", "logging")

Change = tuple[ast.expr | ast.stmt | ast.keyword, ast.expr | ast.stmt, str]
"""Where a person looks for it, what is replaced, and by which text."""


Place = tuple[int, int]
"""Line and column, of which the first ones are 1 and 0."""


@dataclass(frozen=True)
class Mutant:
    """One change of one file."""

    file: str
    """Relative to the project, with slashes."""
    scope: str
    """The class and function around it, with dots; nothing at module level. Of equal changes the second is #2."""
    line: int
    lines: range
    """Lines of which one runs whenever the changed code does."""
    was: str
    becomes: str
    """The changed lines as they stand, and as they would, with single blanks."""
    source: str
    """The whole changed file."""


def mutants_of(source: str, file: str) -> list[Mutant]:
    """All mutants of a file in the order of their places; of several that are the same code, the first."""
    tree = ast.parse(source)
    text = _Text(source)
    found: list[Mutant] = []
    known: set[tuple[Place, str]] = set()
    for scope, statement, (place, replaced, replacement) in _changes_in(tree):
        # What becomes of the function around it tells code apart as well as the whole file does, and far sooner.
        around = _function_around(replaced, tree.body)
        known.add((_place(around), ast.dump(around)))
        look = (_place(around), ast.dump(_parsed(text.part(around, replaced, replacement))))
        if look in known:
            continue
        known.add(look)
        # a decorator stands above its statement
        lines = range(min(statement.lineno, replaced.lineno), (replaced.end_lineno or replaced.lineno) + 1)
        was, becomes = text.lines_around(replaced), text.lines_around(replaced, replacement)
        changed = text.with_change(replaced, replacement)
        found.append(Mutant(file, ".".join(scope), place.lineno, lines, was, becomes, changed))
    return _numbered(sorted(found, key=lambda mutant: mutant.line))


def _numbered(mutants: list[Mutant]) -> list[Mutant]:
    """The same, of which no two that change the same line in the same way have one scope."""
    seen: Counter[tuple[str, str, str]] = Counter()
    numbered: list[Mutant] = []
    for mutant in mutants:
        look = (mutant.scope, mutant.was, mutant.becomes)
        seen[look] += 1
        numbered.append(mutant if seen[look] == 1 else replace(mutant, scope=f"{mutant.scope} #{seen[look]}"))
    return numbered


def _function_around(node: ast.expr | ast.stmt, body: list[ast.stmt]) -> ast.stmt:
    """The method, or the statement that is in no class, that a node is in; a class, where it is in none of its own."""
    around = next(statement for statement in body if _begin(statement) <= _place(node) < _end(statement))
    if isinstance(around, ast.ClassDef) and _begin(around.body[0]) <= _place(node):
        return _function_around(node, around.body)
    return around


def _place(node: ast.expr | ast.stmt) -> Place:
    return node.lineno, node.col_offset


def _begin(statement: ast.stmt) -> Place:
    """Decorators stand above their statement."""
    lines = [each.lineno for each in (statement, *getattr(statement, "decorator_list", []))]
    return min(lines), statement.col_offset


def _end(node: ast.expr | ast.stmt) -> Place:
    return node.end_lineno or node.lineno, node.end_col_offset or node.col_offset


def _parsed(text: str) -> ast.stmt:
    """The only statement of a text, which may stand to the right."""
    (statement,) = ast.parse(f"if True:\n{text}" if text.startswith(" ") else text).body
    if text.startswith(" ") and isinstance(statement, ast.If):
        (statement,) = statement.body
    return statement


class _Text:
    """A source whose nodes can be replaced. Python counts columns in bytes of UTF-8."""

    def __init__(self, source: str) -> None:
        self._lines = source.encode().splitlines(keepends=True)

    def with_change(self, node: ast.expr | ast.stmt, replacement: str) -> str:
        first, last = node.lineno - 1, (node.end_lineno or node.lineno) - 1
        before, after = self._lines[:first], self._lines[last + 1 :]
        return b"".join([*before, self._changed(node, replacement), *after]).decode()

    def part(self, statement: ast.stmt, node: ast.expr | ast.stmt, replacement: str) -> str:
        """A statement with a change in it, as far to the right as it stands."""
        before = self._between(_begin(statement), _place(node))
        after = self._between(_end(node), _end(statement))
        return " " * statement.col_offset + (before + replacement.encode() + after).decode()

    def _between(self, begin: Place, end: Place) -> bytes:
        lines = self._lines[begin[0] - 1 : end[0]]
        lines[-1] = lines[-1][: end[1]]
        lines[0] = lines[0][begin[1] :]
        return b"".join(lines)

    def lines_around(self, node: ast.expr | ast.stmt, replacement: str | None = None) -> str:
        """The lines of a node, or what they would be, with single blanks."""
        whole = b"".join(self._lines[node.lineno - 1 : node.end_lineno])
        return " ".join((whole if replacement is None else self._changed(node, replacement)).decode().split())

    def _changed(self, node: ast.expr | ast.stmt, replacement: str) -> bytes:
        first, last = self._lines[node.lineno - 1], self._lines[(node.end_lineno or node.lineno) - 1]
        return first[: node.col_offset] + replacement.encode() + last[node.end_col_offset :]


def _changes_in(tree: ast.Module) -> Iterator[tuple[tuple[str, ...], ast.stmt, Change]]:
    for statement in tree.body:
        yield from _changes_of_statement(statement, ())


def _changes_of_statement(
    statement: ast.stmt, scope: tuple[str, ...]
) -> Iterator[tuple[tuple[str, ...], ast.stmt, Change]]:
    """Changes of a statement and of all that is in it, each with its scope and the innermost statement around it."""
    if _is_left_out(statement):
        return
    inner = scope
    if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        inner = (*scope, statement.name)
    for change in _of_the_statement_itself(statement, inner):
        yield inner, statement, change
    for child in ast.iter_child_nodes(statement):
        yield from _changes_below(child, statement, inner)


def _changes_below(
    node: ast.AST, statement: ast.stmt, scope: tuple[str, ...]
) -> Iterator[tuple[tuple[str, ...], ast.stmt, Change]]:
    if isinstance(node, ast.stmt):
        yield from _changes_of_statement(node, scope)
        return
    if isinstance(node, ast.expr) and node is getattr(statement, "annotation", None):
        return
    if isinstance(node, ast.expr) and node is getattr(statement, "returns", None):
        return
    if isinstance(node, ast.arg):
        return
    for change in _of_the_node_itself(node):
        yield scope, statement, change
    if isinstance(node, ast.JoinedStr):  # where its parts stand is known from Python 3.12 on only
        return
    for child in ast.iter_child_nodes(node):
        yield from _changes_below(child, statement, scope)


def _is_left_out(statement: ast.stmt) -> bool:
    if isinstance(statement, (ast.Import, ast.ImportFrom)):
        return True
    if isinstance(statement, ast.Assign):
        return any(isinstance(target, ast.Name) and target.id == "__all__" for target in statement.targets)
    if not isinstance(statement, ast.Expr):
        return False
    if isinstance(statement.value, ast.Constant):  # a docstring, also that of an attribute
        return True
    call = statement.value.value if isinstance(statement.value, ast.Await) else statement.value
    function = call.func if isinstance(call, ast.Call) else None
    owner = function.value if isinstance(function, ast.Attribute) else None
    return isinstance(owner, ast.Name) and owner.id in _LOGS


def _of_the_statement_itself(statement: ast.stmt, scope: tuple[str, ...]) -> Iterator[Change]:
    match statement:
        case ast.If(test=test) | ast.While(test=test):
            yield from _decided(test)
        case ast.Expr(value=ast.Call() | ast.Await()) | ast.Raise():
            yield statement, statement, "pass"
        case ast.Return(value=ast.expr() as value) if not _is_none(value):
            yield statement, value, "None"
        case (
            ast.Assign(targets=[ast.Name()], value=value) | ast.AnnAssign(target=ast.Name(), value=ast.expr() as value)
        ):
            if scope and not isinstance(value, ast.Constant):
                yield statement, value, "None"
        case ast.Assign(targets=[ast.Attribute() | ast.Subscript()]) if scope[-1:] != ("__init__",):
            yield statement, statement, "pass"
        case ast.AugAssign(target=target, op=operator, value=value):
            yield statement, statement, "pass"
            if other := _ARITHMETIC.get(type(operator)):
                yield statement, statement, ast.unparse(ast.AugAssign(target, other(), value))
        case ast.Break():
            yield statement, statement, "continue"
        case ast.Continue():
            yield statement, statement, "break"


def _of_the_node_itself(node: ast.AST) -> Iterator[Change]:
    match node:
        case ast.Compare():
            yield from _compared_otherwise(node)
        case ast.BoolOp(op=operator, values=values):
            other = ast.Or() if isinstance(operator, ast.And) else ast.And()
            yield node, node, _text(ast.BoolOp(other, values))
        case ast.UnaryOp(op=ast.Not() | ast.USub(), operand=operand):
            yield node, node, _text(operand)
        case ast.BinOp(left=left, op=operator, right=right) if type(operator) in _ARITHMETIC:
            yield node, node, _text(ast.BinOp(left, _ARITHMETIC[type(operator)](), right))
        case ast.IfExp(test=test):
            yield from _decided(test)
        case ast.comprehension(ifs=conditions):
            for condition in conditions:
                yield from _decided(condition)
        case ast.match_case(guard=ast.expr() as guard):
            yield from _decided(guard)
        case ast.Call():
            yield from _called_with_less(node)
        case ast.Constant():
            yield from ((node, node, _text(ast.Constant(value))) for value in _other_values(node.value))
        case ast.JoinedStr(values=parts) if not any(_is_for_people(part) for part in parts):
            yield node, node, "''"


def _decided(test: ast.expr) -> Iterator[Change]:
    if not isinstance(test, ast.Constant):
        yield test, test, "True"
        yield test, test, "False"


def _compared_otherwise(node: ast.Compare) -> Iterator[Change]:
    for at, operator in enumerate(node.ops):
        operators = [*node.ops[:at], _COMPARISONS[type(operator)](), *node.ops[at + 1 :]]
        yield node, node, _text(ast.Compare(node.left, operators, node.comparators))


def _called_with_less(node: ast.Call) -> Iterator[Change]:
    """Without one of its named arguments; True and False are turned round instead."""
    for keyword in node.keywords:
        if keyword.arg is None or (isinstance(keyword.value, ast.Constant) and isinstance(keyword.value.value, bool)):
            continue
        others = [other for other in node.keywords if other is not keyword]
        yield keyword, node, _text(ast.Call(node.func, node.args, others))


def _other_values(value: object) -> list[bool | int | float | str | bytes]:
    match value:
        case bool():
            return [not value]
        case int() | float():
            return [value + 1, value - 1]
        case str() if sql.is_sql(value):
            return list(sql.mutants(value))
        case str() if not _is_prose(value):
            return ["" if value else "mutant"]
        case bytes():
            return [b"" if value else b"mutant"]
    return []


def _is_for_people(part: ast.expr) -> bool:
    return isinstance(part, ast.Constant) and isinstance(part.value, str) and (" " in part.value)


def _is_prose(text: str) -> bool:
    return any(character.isspace() for character in text)


def _is_none(value: ast.expr) -> bool:
    return isinstance(value, ast.Constant) and value.value is None


def _text(node: ast.expr) -> str:
    """An expression that keeps its meaning wherever it is put."""
    text = ast.unparse(node)
    is_atom = isinstance(node, _ATOMS) or (isinstance(node, ast.Constant) and not text.startswith("-"))
    return text if is_atom else f"({text})"
