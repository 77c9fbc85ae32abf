"""Tables as Markdown."""

from collections.abc import Iterable, Sequence

from .clock import Cost


def table(heads: str, rows: Iterable[Sequence[str]]) -> str:
    columns = heads.split(" | ")
    lines = [columns, ["---"] + ["---:"] * (len(columns) - 1), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def milliseconds(cost: Cost) -> str:
    """On the wall clock, and of all cores."""
    return f"{cost.wall * 1e3:.0f}, {cost.cpu * 1e3:.0f}"
