"""The mutants of an SQL text: the same statement, or part of one, with another condition."""

import re
from collections.abc import Iterator

_IS_SQL = re.compile(
    r"[=<>] \?|\bI[SN] \(?\?|\b(SELECT|UPDATE|DELETE|INSERT|PRAGMA|WHERE|BEGIN|COMMIT|ROLLBACK)\b|\bIS (NOT )?NULL\b"
)

_SWAPS = tuple(
    (re.compile(pattern), replacement)
    for pattern, replacement in (
        (r"\bIS NOT NULL\b", "IS NULL"),
        (r"\bIS NULL\b", "IS NOT NULL"),
        (r"\bIS \?", "IS NOT ?"),
        (r"\bNOT IN\b", "IN"),
        (r"(?<!NOT )\bIN\b", "NOT IN"),
        (r"\bAND\b", "OR"),
        (r"\bOR\b", "AND"),
        (r"!=", "="),
        (r"(?<![<>!])=", "!="),
        (r"<(?!=)", "<="),
        (r"<=", "<"),
        (r">(?!=)", ">="),
        (r">=", ">"),
        (r"\+ 1\b", "- 1"),
        (r"\bDESC\b", ""),
        (r" ORDER BY [^)]*$", ""),
    )
)


def is_sql(text: str) -> bool:
    return _IS_SQL.search(text) is not None


def mutants(text: str) -> Iterator[str]:
    """The text with one change each. What stands behind SET is no condition; PRAGMA is told apart from none at all."""
    if text.lstrip().startswith("PRAGMA"):
        return
    assigned = re.search(r"\bSET\b.*?(?=\bWHERE\b|$)", text, re.DOTALL)
    for pattern, replacement in _SWAPS:
        for found in pattern.finditer(text):
            if assigned and "=" in found.group() and assigned.start() <= found.start() < assigned.end():
                continue
            yield text[: found.start()] + replacement + text[found.end() :]
