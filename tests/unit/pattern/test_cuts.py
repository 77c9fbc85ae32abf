"""Cuts go where they are cheap, and end where they began."""

import itertools

import numpy as np
from comfyui_picpik.pattern.cuts import cheapest_cuts


def paid(path, costs, aside) -> float:
    """What a cut [n] through one field costs, with the way back to its beginning."""
    total = 0.0
    for row, column in enumerate(path):
        begin, end = sorted((path[row - 1], column))
        total += costs[row, column] + aside[row, begin + 1 : end + 1].sum()
    return total


def test_a_cut_follows_the_cheap_way_round_corners():
    costs = np.ones((1, 12, 9))
    way = [2, 2, 2, 7, 7, 7, 7, 4, 4, 2, 2, 2]
    costs[0, range(12), way] = 0

    cuts = cheapest_cuts(costs, np.full_like(costs, 0.01))

    assert cuts.tolist() == [way]


def test_a_straight_cut_is_taken_where_steps_aside_are_dear():
    costs = np.ones((1, 12, 9))
    costs[0, range(12), [2, 2, 2, 7, 7, 7, 7, 4, 4, 2, 2, 2]] = 0

    assert cheapest_cuts(costs, np.full_like(costs, 10.0)).tolist() == [[2] * 12]


def test_no_cut_through_the_same_middle_is_cheaper():
    rng = np.random.default_rng(3)
    for _ in range(20):
        costs, aside = rng.random((2, 5, 4)), rng.random((2, 5, 4)) * 0.3
        for cut, cost, way in zip(cheapest_cuts(costs, aside), costs, aside, strict=True):
            others = (path for path in itertools.product(range(4), repeat=5) if path[2] == cut[2])
            assert paid(cut, cost, way) <= min(paid(path, cost, way) for path in others) + 1e-9


def test_a_field_of_one_column_is_cut_there():
    assert cheapest_cuts(np.ones((2, 3, 1)), np.ones((2, 3, 1))).tolist() == [[0] * 3] * 2
