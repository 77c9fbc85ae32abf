"""Errors are two lines: what happened, and what to do."""

import errno
from pathlib import Path

import pytest
from comfyui_picpik.pattern import NoRepeat, NotWritten, PatternError, PatternRefused

FOLDER = Path("/prints")


@pytest.mark.parametrize(
    "error",
    [
        PatternRefused("tile", "it is empty.", "Give one."),
        NoRepeat("nothing repeats.", "Give another."),
        NotWritten(FOLDER, 10, OSError(errno.ENOSPC, "No space left on device")),
        NotWritten(FOLDER, 10, PermissionError(errno.EACCES, "Permission denied")),
    ],
)
def test_an_error_has_two_lines_and_shows_no_path_of_its_module(error: PatternError):
    problem, remedy = str(error).splitlines()
    assert (problem, remedy) == (error.problem, error.remedy)
    assert type(error).__module__ == "picpik"


def test_a_full_disk_is_told_with_its_folder_and_how_much_was_to_be_written():
    full = str(NotWritten(FOLDER, 12_340_000, OSError(errno.ENOSPC, "No space left on device")))
    assert full.startswith("No space left in /prints for a file of 12.3 MB.")
    assert "Permission denied" in str(NotWritten(FOLDER, 1, PermissionError(errno.EACCES, "Permission denied")))
