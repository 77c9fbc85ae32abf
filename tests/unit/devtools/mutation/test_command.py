"""The whole command, on a project of one module."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from comfyui_picpik.devtools.mutation.command import drawn
from comfyui_picpik.devtools.mutation.mutants import mutants_of
from comfyui_picpik.devtools.mutation.survivors import entry_for
from comfyui_picpik.tests.paths import ROOT

MODULE = """
import time

EACH = 60


def price(number):
    return number * EACH


def wait(is_over):
    while not is_over():
        time.sleep(0.01)


def never():
    return 5
"""

TESTS = """
import sys
from pathlib import Path
from types import ModuleType

pack = ModuleType("comfyui_picpik")
pack.__path__ = [str(Path(__file__).parents[1])]
sys.modules.setdefault("comfyui_picpik", pack)

from comfyui_picpik.shop import price, wait


def test_the_price():
    assert price(2) == 120


def test_the_wait():
    answers = iter([False])
    wait(lambda: next(answers, True))
"""

COMMAND = """
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from devtools.environment import Environment
from devtools.mutation import command, judge, plan
from devtools.terminal import Failure
plan.MODULES, plan.TESTS = ("shop.py",), ("nowhere", "tests")
plan.PRELOADED, plan.SURVIVORS = ("pytest",), "survivors.json"
plan.VARIABLES = {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
judge.limit = lambda seconds: 4.0
try:
    sys.exit(command.run(Environment(Path(sys.argv[2])), plan.MODULES, None, 1, 4))
except Failure as failure:
    sys.exit(str(failure))
"""

needs_forks = pytest.mark.skipif(os.name != "posix", reason="Windows has no forks")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "tests").mkdir()
    (tmp_path / "shop.py").write_text(MODULE)
    (tmp_path / "tests" / "test_shop.py").write_text(TESTS)
    (tmp_path / "pyproject.toml").write_text("[tool.pytest.ini_options]\naddopts = '--import-mode=importlib'\n")
    return tmp_path


def mutate(project: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", COMMAND, str(ROOT), str(project)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def row_of(module: str, said: str) -> list[str]:
    """The numbers of a module in the table."""
    return next(line.split()[1:] for line in said.splitlines() if line.startswith(f"{module} "))


@needs_forks
def test_it_says_what_was_killed_what_hung_and_what_survived(project: Path):
    answer = mutate(project)

    assert answer.stderr == ""
    assert "2 tests pass on the unchanged code; 13 mutants, 4 at a time" in answer.stdout
    mutants, killed, timed_out, survived, equivalent, score = row_of("shop.py", answer.stdout)
    assert (mutants, survived, equivalent, score) == ("13", "7", "0", "46.2%")
    assert int(timed_out) >= 1  # more on a machine with too much to do
    assert int(killed) + int(timed_out) == 6
    assert "shop.py:17 never (no test runs it)\n    - return 5\n    + return None\n" in answer.stdout
    assert answer.returncode == 1
    assert (project / "shop.py").read_text() == MODULE


@needs_forks
def test_a_survivor_with_a_reason_is_no_longer_new_and_one_that_changes_nothing_is_not_counted(project: Path):
    untested = [mutant for mutant in mutants_of(MODULE, "shop.py") if mutant.scope == "never"]
    known = [entry_for(mutant) | {"reason": "nobody calls it", "equivalent": True} for mutant in untested[1:]]
    (project / "survivors.json").write_text(json.dumps(known))

    answer = mutate(project)

    assert row_of("shop.py", answer.stdout)[3:] == ["5", "2", "54.5%"]
    assert answer.stdout.count("nobody calls it") == 2
    new = json.loads((project / ".dev" / "artifacts" / "mutation_survivors.json").read_text())
    assert len(new) == 5
    assert entry_for(untested[0]) in new


@needs_forks
def test_tests_that_fail_by_themselves_are_named_and_left_out(project: Path):
    (project / "tests" / "test_shop.py").write_text(TESTS.replace("120", "121"))

    answer = mutate(project)

    assert "1 tests pass on the unchanged code" in answer.stdout
    assert "Left out, as they fail without any mutation:\n  tests/test_shop.py::test_the_price\n" in answer.stdout
    assert "shop.py:8 price (no test runs it)" in answer.stdout


@needs_forks
def test_without_a_test_that_passes_there_is_no_score(project: Path):
    (project / "tests" / "test_shop.py").write_text("def test_nothing():\n    assert False\n")

    answer = mutate(project)

    assert answer.returncode == 1
    assert "All tests fail without any mutation" in answer.stderr
    assert "test_nothing" in answer.stderr


def test_a_sample_is_the_same_for_the_same_seed_and_keeps_the_order():
    mutants = mutants_of(MODULE, "shop.py")

    sample = drawn(mutants, 5, seed=1)

    assert sample == drawn(mutants, 5, seed=1) != drawn(mutants, 5, seed=2)
    assert [mutant.line for mutant in sample] == sorted(mutant.line for mutant in sample)
    assert drawn(mutants, None, seed=1) == drawn(mutants, 1000, seed=1) == mutants


def test_a_module_that_is_not_mutated_is_refused_with_the_names_of_those_that_are():
    command = [sys.executable, str(ROOT / "dev.py"), "mutate", "--module", "colours"]
    answer = subprocess.run(command, capture_output=True, text=True, check=False)

    assert answer.returncode == 2
    assert "there is no module 'colours' to mutate, but submission, search, retry, poller" in answer.stderr
