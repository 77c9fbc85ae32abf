"""All that is measured of the free nodes, and their part of the report."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from . import cloth, colours, seams
from .tables import milliseconds, table

_SECONDS = 0.5
"""After how long no new round of one row is begun."""


@dataclass(frozen=True)
class PatternBench:
    layings: Sequence[cloth.Laying]
    checks: Sequence[seams.Check]
    works: Sequence[colours.Row]
    savings: Sequence[cloth.Saving]


def measured() -> PatternBench:
    return PatternBench(
        list(cloth.laying_rows(_SECONDS)),
        list(seams.checks(_SECONDS)),
        list(colours.rows(_SECONDS)),
        list(cloth.saving_rows(_SECONDS)),
    )


def parts(bench: PatternBench) -> Iterator[str]:
    """Of the report."""
    yield "## The pattern bench"
    yield "Wall, CPU ms. How often seams are judged rightly: [docs/seam-verdict.md](../docs/seam-verdict.md)."
    yield table("lay out | ours | fill as much memory once | × wall", map(_laying, bench.layings))
    yield table(
        "check seams | ours | first against last columns | rank and local | quantiles and windows",
        map(_check, bench.checks),
    )
    yield table("colours | different ones | ours | Pillow's quantise | scipy's kmeans2", map(_work, bench.works))
    yield (
        f"Reduce: to {colours.COUNT} colours with a plate for each; the others leave soft edges to whatever ink is "
        "nearest. Colourway: ours keeps the shading, the others are flat."
    )
    yield table("save for print | ours | megabytes", _savings(bench.savings))


def _laying(laying: cloth.Laying) -> list[str]:
    costs = [milliseconds(laying.laid), milliseconds(laying.written)]
    return [f"{laying.side}², {laying.layout}", *costs, f"{laying.ratio:.2f}"]


def _check(check: seams.Check) -> list[str]:
    return [check.case, *map(milliseconds, (check.ours, check.columns, check.rank, check.quantiles))]


def _work(row: colours.Row) -> list[str]:
    costs = (row.costs[whose] for whose in ("ours", "Pillow", "scipy"))
    return [f"{row.work}, {row.case}", str(row.colours), *map(milliseconds, costs)]


def _savings(savings: Iterable[cloth.Saving]) -> Iterator[list[str]]:
    for saving in savings:
        name = f"{saving.kind} {cloth.PRINT_SIDE}², {saving.file_format}"
        yield [name, milliseconds(saving.cost), f"{saving.byte_count / 1e6:.2f}"]
