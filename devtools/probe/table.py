"""The outcome: one row for each thing that is assumed, or was not known."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

AS_ASSUMED, DIFFERS, LEARNED, NOT_ASKED, UNCLEAR = "as assumed", "DIFFERS", "learned", "not asked", "unclear"

_ROOT = Path(__file__).resolve().parents[2]

PLACES = {
    "status": ("picpik/api/assumptions.py", "STATUS_WORDS"),
    "base64": ("picpik/api/assumptions.py", "base64_form:"),
    "mask": ("picpik/api/assumptions.py", "redrawn:"),
    "cfg": ("picpik/api/assumptions.py", "cfg_spelling:"),
    "pace": ("picpik/api/assumptions.py", "poll_pause:"),
    "models": ("picpik/api/models.py", "def _models("),
    "unknown task": ("picpik/api/client.py", "async def task_details("),
    "request_uuid": ("picpik/runner/retry.py", "def judge_submit("),
    "seed": ("picpik/runner/candidates.py", "is_told ="),
    "listed": ("picpik/runner/delays.py", "missing:"),
    "clock": ("picpik/accounts/doctor.py", "_CLOCK_TOLERANCE ="),
    "formats": ("imaging/result_files.py", "FORMATS ="),
    "upload": ("imaging/pictures.py", "UPLOAD_FORMATS"),
    "life": ("picpik/api/task_details.py", "COLLECTABLE_SECONDS ="),
    "sides": ("picpik/api/actions/generation.py", "MIN_SIDE, MAX_SIDE ="),
    "codes": ("picpik/api/ret_codes.py", "_MEANINGS:"),
    "actions": ("picpik/api/actions/__init__.py", "ACTIONS:"),
}
"""Where each assumption stands: a file, and what its line holds."""


@dataclass(frozen=True)
class Row:
    """`place` is a name of PLACES."""

    what: str
    assumed: str
    said: str
    verdict: str
    place: str


def line_of(place: str) -> str:
    """`file:line` of the code that holds the assumption."""
    file, text = PLACES[place]
    for number, line in enumerate((_ROOT / file).read_text("utf-8").splitlines(), 1):
        if text in line:
            return f"{file}:{number}"
    raise LookupError(f"{file} has no line with {text}")


def as_markdown(title: str, rows: Sequence[Row], end: Sequence[str]) -> str:
    lines = [f"# {title}", "", "| | we assume | the service says | verdict | where |", "|---|---|---|---|---|"]
    for row in rows:
        cells = (row.what, row.assumed, row.said, row.verdict, f"`{line_of(row.place)}`")
        lines.append("| " + " | ".join(cell.replace("|", "/") for cell in cells) + " |")
    return "\n".join([*lines, "", *end, ""])


def as_text(rows: Sequence[Row]) -> str:
    """For the terminal: a row a paragraph, as the cells are long."""
    return "\n".join(
        f"{row.verdict:>10}  {row.what}\n{'':12}we assume: {row.assumed}\n{'':12}the service says: {row.said}"
        + (f"\n{'':12}{line_of(row.place)}" if row.verdict in (DIFFERS, UNCLEAR) else "")
        for row in rows
    )
