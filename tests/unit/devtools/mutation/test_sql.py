"""An SQL text with another condition."""

import pytest
from comfyui_picpik.devtools.mutation.sql import is_sql, mutants


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("id = ?", {"id != ?"}),
        ("id != ?", {"id = ?"}),
        ("a = ? AND b IS NULL", {"a != ? AND b IS NULL", "a = ? OR b IS NULL", "a = ? AND b IS NOT NULL"}),
        ("a IS NOT NULL", {"a IS NULL"}),
        ("seed IS ?", {"seed IS NOT ?"}),
        ("state IN (?, ?)", {"state NOT IN (?, ?)"}),
        ("state NOT IN (?)", {"state IN (?)"}),
        ("age >= ?", {"age > ?"}),
        ("id = ? ORDER BY age", {"id != ? ORDER BY age", "id = ?"}),
        ("UPDATE t SET a = ?, b = b + 1 WHERE c = ?", {
            "UPDATE t SET a = ?, b = b - 1 WHERE c = ?",
            "UPDATE t SET a = ?, b = b + 1 WHERE c != ?",
        }),
        ("PRAGMA synchronous = FULL", set()),
        ("BEGIN IMMEDIATE", set()),
    ],
)  # fmt: skip
def test_a_text_becomes(text: str, expected: set[str]):
    assert is_sql(text)
    assert set(mutants(text)) == expected


@pytest.mark.parametrize(
    "text", ["png", "What is it?", "mode=ro&immutable=1", "It is sent and then it begins.", "a = b"]
)
def test_other_texts_are_no_sql(text: str):
    assert not is_sql(text)
