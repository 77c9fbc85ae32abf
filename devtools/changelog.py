"""What CHANGELOG.md says of one version, for the registry: `python -m devtools.changelog` prints it of pyproject's."""

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def version(root: Path) -> str:
    """The one in pyproject.toml. ValueError where it names none."""
    found = re.search(r'^version = "(.+)"$', (root / "pyproject.toml").read_text("utf-8"), re.MULTILINE)
    if found is None:
        raise ValueError("pyproject.toml has no version")
    return found[1]


def section(root: Path, of: str) -> str:
    """What stands below the heading of a version. ValueError where there is nothing."""
    text = (root / "CHANGELOG.md").read_text("utf-8")
    found = re.search(rf"^## \[{re.escape(of)}\].*?\n(.*?)(?=^## \[|\Z)", text, re.MULTILINE | re.DOTALL)
    if found is None or not found[1].strip():
        raise ValueError(f"CHANGELOG.md says nothing of {of}")
    return found[1].strip() + "\n"


if __name__ == "__main__":
    sys.stdout.write(section(ROOT, version(ROOT)))
