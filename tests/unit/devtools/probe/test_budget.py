"""What a task may cost, and whether there is enough left."""

import pytest
from comfyui_picpik.devtools.probe.budget import Budget, CapReached

SMALL = {"Width": 64, "Height": 64}
LARGE = {"MainModel": {}, "Width": 2560, "Height": 2560}


def test_a_task_is_estimated_by_its_size_and_by_the_dearest_of_its_kind():
    budget = Budget(1000, lambda: 0)
    assert (budget.estimate(SMALL), budget.estimate(LARGE)) == (1, 394)
    budget.seen(SMALL, 3)
    assert (budget.estimate(SMALL), budget.estimate(LARGE)) == (3, 394)
    budget.seen(LARGE, 788)
    budget.seen(LARGE, 100)
    assert (budget.estimate(SMALL), budget.estimate(LARGE)) == (3, 788)


def test_nothing_is_allowed_that_might_go_beyond_the_cap():
    spent = 0
    budget = Budget(400, lambda: spent)
    assert budget.require(LARGE) == 394
    spent = 7
    with pytest.raises(CapReached, match="394 credits, and 393 of 400"):
        budget.require(LARGE)
    assert budget.require(SMALL) == 1
