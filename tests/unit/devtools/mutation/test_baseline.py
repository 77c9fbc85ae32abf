"""Which tests have to do with a mutant."""

import pytest
from comfyui_picpik.devtools.mutation.baseline import joined
from comfyui_picpik.devtools.mutation.mutants import Mutant

BASELINE = joined(
    [
        {
            "seconds": {"slow": 3.0, "quick": 0.1, "broken": 0.1},
            "failing": ["broken"],
            "runs": {"a.py": {"1": [""], "5": ["slow"], "6": ["slow", "quick", "broken"], "9": ["", "slow"]}},
        },
        {"seconds": {"other": 1.0}, "failing": [], "runs": {"a.py": {"1": [""], "6": ["other"]}, "b.py": {}}},
    ]
)


@pytest.mark.parametrize(
    ("file", "lines", "tests"),
    [
        ("a.py", range(5, 6), ["slow"]),
        ("a.py", range(5, 7), ["quick", "other", "slow"]),
        ("a.py", range(7, 8), []),
        ("a.py", range(1, 2), ["quick", "other", "slow"]),  # made as the module is imported: all who use the module
        ("b.py", range(1, 2), []),
        ("c.py", range(1, 2), []),
    ],
)
def test_a_mutant_has_to_do_with_the_tests_that_run_its_lines_and_pass_without_it_the_quickest_first(
    file: str, lines: range, tests: list[str]
):
    assert BASELINE.tests_of(Mutant(file, "", lines.start, lines, "", "", "")) == tests
