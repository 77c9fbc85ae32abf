"""The file of known survivors."""

import json
from pathlib import Path

import pytest
from comfyui_picpik.devtools.mutation import plan, survivors
from comfyui_picpik.devtools.mutation.mutants import Mutant, mutants_of
from comfyui_picpik.devtools.terminal import Failure
from comfyui_picpik.tests.paths import ROOT

MUTANTS = mutants_of("def f(a):\n    return a > 5\n", "a.py")


def written(folder: Path, *entries: dict[str, object]) -> Path:
    file = folder / "survivors.json"
    file.write_text(json.dumps(entries), "utf-8")
    return file


def entry(mutant: Mutant, **more: object) -> dict[str, object]:
    return survivors.entry_for(mutant) | {"reason": "nobody is ever 5"} | more


def test_a_survivor_is_known_by_what_changes_wherever_it_stands(tmp_path: Path):
    known = survivors.read(written(tmp_path, entry(MUTANTS[0], equivalent=True)))
    moved = mutants_of("import b\n\n\ndef f(a):\n    return a > 5\n", "a.py")

    assert known[survivors.name_of(moved[0])].is_equivalent
    assert survivors.name_of(moved[1]) not in known


@pytest.mark.parametrize("wrong", [{"reason": " "}, {"line": 5}])
def test_an_entry_without_a_reason_is_refused(tmp_path: Path, wrong: dict[str, object]):
    with pytest.raises(Failure, match="without its fields or its reason"):
        survivors.read(written(tmp_path, entry(MUTANTS[0], **wrong)))


def test_an_entry_for_code_that_is_no_longer_there_is_refused(tmp_path: Path):
    known = survivors.read(written(tmp_path, entry(MUTANTS[0]), entry(MUTANTS[1], was="return a > 7")))

    with pytest.raises(Failure, match="return a > 7"):
        survivors.refuse_outdated(known, MUTANTS)


def test_no_file_is_no_survivor(tmp_path: Path):
    assert survivors.read(tmp_path / "none.json") == {}


def test_the_survivors_of_this_project_are_mutants_of_its_code():
    known = survivors.read(ROOT / plan.SURVIVORS)
    files = [file for file in plan.MODULES if any(file in str(entry) for entry in known)]
    mutants = [mutant for file in files for mutant in mutants_of((ROOT / file).read_text("utf-8"), file)]

    survivors.refuse_outdated(known, mutants)
