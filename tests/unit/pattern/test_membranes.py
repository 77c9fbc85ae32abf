"""What is known along a line fades with the distance, exact on it."""

import numpy as np
from comfyui_picpik.pattern.membranes import membrane, spread


def test_a_membrane_is_exact_at_the_edge_and_gone_at_its_reach():
    edge = np.random.default_rng(1).normal(size=(40, 3)).astype(np.float32)

    skin = membrane(edge, 12)

    assert skin.shape == (40, 12, 3)
    np.testing.assert_allclose(skin[:, 0], edge, atol=1e-5)
    assert np.abs(skin[:, -1]).max() < 0.2


def test_what_is_the_same_all_along_the_edge_fades_evenly():
    skin = membrane(np.full((30, 1), 0.8, np.float32), 4)

    np.testing.assert_allclose(skin, np.broadcast_to([[[0.8], [0.6], [0.4], [0.2]]], (30, 4, 1)), atol=1e-6)


def test_fine_detail_dies_away_sooner_than_coarse():
    rows = 2 * np.pi * np.arange(64)[:, None] / 64
    coarse, fine = (np.abs(membrane(np.cos(waves * rows).astype(np.float32), 20)[:, 5]).max() for waves in (1, 16))

    assert fine < 0.01 < 0.5 < coarse


def test_a_membrane_is_as_even_as_a_stretched_skin():
    skin = membrane(np.random.default_rng(2).normal(size=(32, 1)), 16)[..., 0]
    inner = skin[:, 4:-1]  # nearer, pixels are too coarse for the finest waves
    around = (np.roll(skin, 1, 0) + np.roll(skin, -1, 0))[:, 4:-1] + skin[:, 3:-2] + skin[:, 5:]

    np.testing.assert_allclose(around / 4, inner, atol=0.01)


def test_values_spread_to_where_none_is_known():
    values, is_known = np.zeros((30, 40, 2), np.float32), np.zeros((30, 40), bool)
    is_known[:, [10, 30]] = True
    values[:, 10], values[:, 30] = (0.5, -0.5), (0.1, 0.1)

    found = spread(values, is_known)

    np.testing.assert_allclose(found[:, 20].mean(axis=0), (0.3, -0.2), atol=0.01)
    assert found[:, 11].mean() < found[:, 29].mean() + 0.5
    np.testing.assert_allclose(found[:, 10], np.broadcast_to((0.5, -0.5), (30, 2)), atol=0.12)


def test_where_nothing_is_known_nothing_spreads():
    assert not spread(np.ones((4, 5, 3), np.float32), np.zeros((4, 5), bool)).any()


def test_values_spread_over_the_end_of_the_rows_and_not_of_the_columns():
    values, is_known = np.zeros((20, 20, 1), np.float32), np.zeros((20, 20), bool)
    is_known[0, 0], is_known[10, 0], is_known[:, 12] = True, True, True
    values[0, 0] = 1

    found = spread(values, is_known)[..., 0]

    assert found[19, 0] > 0.5 > found[5, 0]
    assert found[0, 19] < 0.1
