import numpy as np
from comfyui_picpik.pattern import colours_of
from comfyui_picpik.pattern.edges import halos
from comfyui_picpik.pattern.separating import in_fixed_colours
from scipy.ndimage import gaussian_filter

_INKS = np.array([[200, 30, 40], [250, 240, 220], [225, 135, 130]], np.uint8)
_MIXTURE = 2


def test_a_wide_soft_edge_has_no_line_of_a_third_ink_that_is_the_mixture_of_its_two():
    rows, columns = np.mgrid[:160, :240]
    drawn = np.where((rows - 80) ** 2 + (columns - 60) ** 2 < 40**2, 0, 1)
    drawn[40:120, 150:210] = _MIXTURE
    colours = colours_of(_blurred(_INKS[drawn] / np.float32(255), 2))

    inks = in_fixed_colours(colours, _INKS, False)
    found = halos(colours, _INKS, inks)
    inks.reshape(-1)[found.places] = found.inks()

    assert not (inks[:, :120] == _MIXTURE).any()
    assert (inks[45:115, 155:205] == _MIXTURE).all()


def test_a_fine_line_of_the_mixture_on_a_wide_soft_edge_stays_a_line():
    ground = np.where(np.arange(120) < 60, 0, 1)[None].repeat(80, 0)
    picture = _blurred(_INKS[ground] / np.float32(255), 2)
    picture[40] = picture[:, 63] = _INKS[_MIXTURE] / np.float32(255)
    colours = colours_of(picture)

    inks = in_fixed_colours(colours, _INKS, False)
    found = halos(colours, _INKS, inks)
    inks.reshape(-1)[found.places] = found.inks()

    assert (inks[40] == _MIXTURE).all() and (inks[:, 63] == _MIXTURE).all()
    assert not (np.delete(inks, range(34, 47), 0)[:, :56] == _MIXTURE).any()


def _blurred(picture: np.ndarray, sigma: float) -> np.ndarray:
    return gaussian_filter(picture, (sigma, sigma, 0), mode="wrap")
