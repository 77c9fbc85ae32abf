"""A lattice is told by its shortest steps, and laid as straight tiles, or as ones that drop."""

from fractions import Fraction

import numpy as np
import pytest
from comfyui_picpik.pattern.lattices import Lattice, repeats_of
from comfyui_picpik.pattern.layouts import Layout


def lattice(*steps: tuple[float, float]) -> Lattice:
    return Lattice(np.array(steps, float).T)


def told(found) -> dict[str, tuple[float, float]]:
    """Width and height of the tile in each layout."""
    return {
        str(each.layout): (round(float(np.hypot(*each.across)), 1), round(float(np.hypot(*each.down)), 1))
        for each in found.values()
    }


def test_the_same_lattice_has_the_same_shortest_steps():
    first, second = lattice((60, 0), (60 * 7, 40)).reduced().steps.T
    assert (abs(first[0]), abs(first[1])) == (0, 40)
    assert (abs(second[0]), abs(second[1])) == (60, 0)


@pytest.mark.parametrize(
    ("steps", "layouts"),
    [
        (((60, 0), (0, 40)), {"straight": (60, 40)}),
        (((60, 20), (0, 40)), {"half-drop 1/2": (60, 40), "half-brick 1/2": (120, 20), "straight": (120, 40)}),
        (((60, 0), (30, 40)), {"half-brick 1/2": (60, 40), "half-drop 1/2": (30, 80), "straight": (60, 80)}),
        (((60, 30), (0, 90)), {"half-drop 1/3": (60, 90), "half-brick 1/3": (180, 30), "straight": (180, 90)}),
        (((60, 36), (0, 90)), {"half-drop 2/5": (60, 90), "half-brick 3/5": (300, 18), "straight": (300, 90)}),
    ],
)
def test_it_is_laid_in_every_way_that_makes_the_same_cloth(steps, layouts):
    assert told(repeats_of(lattice(*steps))) == layouts


def test_a_degree_of_turn_changes_no_layout():
    angle = np.radians(1)
    turned = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    found = repeats_of(Lattice(turned @ lattice((60, 45), (0, 90)).steps))
    assert found["half-drop"].layout == Layout("half-drop", Fraction(1, 2))
    assert found["half-drop"].across == pytest.approx(turned @ [60, 0])
    assert found["half-drop"].down == pytest.approx(turned @ [0, 90])


@pytest.mark.parametrize("degrees", [7, 20, 33, 45])
def test_the_sides_of_a_tile_are_level_and_upright_however_the_print_is_turned(degrees: float):
    angle = np.radians(degrees)
    turned = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    for found in repeats_of(Lattice(turned @ lattice((61, 0), (0, 90)).steps)).values():
        assert abs(found.across[1]) < 0.08 * found.across[0]
        assert abs(found.down[0]) < 0.08 * found.down[1]
