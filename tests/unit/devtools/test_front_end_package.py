"""Which front ends the browser lane runs on, and that it says so."""

import zipfile
from pathlib import Path

import pytest
from comfyui_picpik.devtools import checks, front_end_package
from comfyui_picpik.devtools.comfyui_source import ComfyuiSource
from comfyui_picpik.devtools.environment import Environment
from comfyui_picpik.devtools.front_end_package import FrontEndPackage, newest
from comfyui_picpik.devtools.reports import Case
from comfyui_picpik.devtools.terminal import Failure


class Index(Environment):
    """A `.dev` folder whose pip fetches one wheel of the front end after the other."""

    def __init__(self, root: Path, *versions: str) -> None:
        super().__init__(root)
        self.versions = list(versions)

    def pip(self, *arguments: str | Path) -> None:
        folder = Path(arguments[arguments.index("--dest") + 1])
        with zipfile.ZipFile(
            folder / f"comfyui_frontend_package-{self.versions.pop(0)}-py3-none-any.whl", "w"
        ) as wheel:
            wheel.writestr("comfyui_frontend_package/static/index.html", "<html>")


def test_the_newest_front_end_of_the_index_is_asked_for_each_time_and_unpacked(tmp_path: Path):
    index = Index(tmp_path, "1.9.2", "1.58.1", "1.58.1")

    found = [newest(index) for _ in range(3)]

    assert [each.version for each in found] == ["1.9.2", "1.58.1", "1.58.1"]
    assert all(each.folder and (each.folder / "index.html").is_file() for each in found)


def test_an_index_out_of_reach_is_told_of_instead_of_the_lane_being_left_out(tmp_path: Path):
    class Away(Index):
        def pip(self, *_: str | Path) -> None:
            raise Failure("No network.")

    with pytest.raises(Failure, match=r"newest front end could not be fetched.\nNo network"):
        newest(Away(tmp_path))


@pytest.mark.parametrize(
    ("offered", "served"),
    [("1.58.1", ["", "static"]), ("1.47.12", [""])],
    ids=["another one than ComfyUI pins", "the same"],
)
def test_the_browser_lane_runs_on_the_pinned_and_on_the_newest_front_end_and_names_both(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, offered: str, served: list[str]
):
    monkeypatch.setattr(front_end_package, "pinned", lambda: FrontEndPackage("1.47.12"))
    index = Index(tmp_path, offered)

    lane = checks.of_lane("browser", index, ComfyuiSource(tmp_path, is_ours=True), ())

    assert [Path(check.variables.get(front_end_package.VARIABLE, "")).name for check in lane] == served
    assert [check.at for check in lane] == ["front end 1.47.12", f"front end {offered}"][: len(lane)]
    assert len({check.report for check in lane}) == len(lane)


def test_a_test_that_runs_on_several_front_ends_is_named_with_its_own(tmp_path: Path):
    report = tmp_path / "report.xml"
    report.write_text('<testsuites><testcase file="tests/a.py" classname="a" name="test_a" time="1"/></testsuites>')
    check = checks.Check("pytest", (), report, at="front end 1.58.1")

    (case,) = check.cases(0, 1.0, "")

    assert isinstance(case, Case)
    assert case.name.endswith("test_a (front end 1.58.1)")
