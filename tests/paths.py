"""Where the project is, for tests in folders of any depth."""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
