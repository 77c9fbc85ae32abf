"""Colours as the eye compares them: sRGB to OKLab and back. Source: Björn Ottosson, "A perceptual color space"."""

import numpy as np

_RGB_TO_LMS = np.array(
    [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ]
)
_LMS_TO_LAB = np.array(
    [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ]
)
_LMS_TO_RGB = np.linalg.inv(_RGB_TO_LMS).astype(np.float32)
_LAB_TO_LMS = np.linalg.inv(_LMS_TO_LAB).astype(np.float32)
_RGB_TO_LMS = _RGB_TO_LMS.astype(np.float32)
_LMS_TO_LAB = _LMS_TO_LAB.astype(np.float32)


def linear_light(srgb: np.ndarray) -> np.ndarray:
    """float32, the amount of light 0..1, of sRGB 0..1."""
    srgb = np.asarray(srgb, np.float32)
    return np.where(srgb <= 0.04045, srgb / np.float32(12.92), ((srgb + np.float32(0.055)) / np.float32(1.055)) ** 2.4)


_LIGHT_OF_LEVELS = linear_light(np.arange(256) / 255).astype(np.float32)


def levels_to_light(levels: np.ndarray) -> np.ndarray:
    """float32, the amount of light 0..1, of sRGB as uint8."""
    return _LIGHT_OF_LEVELS[levels]


def levels_to_oklab(levels: np.ndarray) -> np.ndarray:
    """float32 [..., 3] of L, a, b for sRGB as uint8 [..., 3]; L is 0..1."""
    return _light_to_oklab(levels_to_light(levels))


def to_oklab(srgb: np.ndarray) -> np.ndarray:
    """float32 [..., 3] of L, a, b for sRGB 0..1; L is 0..1."""
    return _light_to_oklab(linear_light(srgb))


def to_srgb(oklab: np.ndarray) -> np.ndarray:
    """float32 [..., 3] 0..1; what no screen shows is brought to the nearest value of each channel."""
    light = (np.asarray(oklab, np.float32) @ _LAB_TO_LMS.T) ** 3 @ _LMS_TO_RGB.T
    return _encoded(np.clip(light, 0, 1))


def to_levels(oklab: np.ndarray) -> np.ndarray:
    """uint8 [..., 3] of sRGB."""
    return np.rint(to_srgb(oklab) * 255).astype(np.uint8)


def _light_to_oklab(light: np.ndarray) -> np.ndarray:
    return np.cbrt(light @ _RGB_TO_LMS.T) @ _LMS_TO_LAB.T


def _encoded(light: np.ndarray) -> np.ndarray:
    return np.where(light <= 0.0031308, light * np.float32(12.92), np.float32(1.055) * light ** (1 / 2.4) - 0.055)
