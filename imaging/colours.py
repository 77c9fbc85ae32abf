"""Result pictures of every 8-bit mode as RGB or RGBA in sRGB."""

import io

import numpy as np
from PIL import Image, ImageCms

from .result_files import DAMAGE

_MODES_WITH_ALPHA = ("LA", "La", "PA", "RGBA", "RGBa")
# The mode in which a profile understands a picture of this mode; all others are RGB to it.
_PROFILE_MODES = {"1": "L", "L": "L", "LA": "L", "CMYK": "CMYK"}
# Profiles that are sRGB in other words differ from it by rounding; other colour spaces by far more.
_SAME_LEVELS = 2


def to_rgb(picture: Image.Image) -> tuple[Image.Image, tuple[str, ...]]:
    """A decoded picture as RGB, or as RGBA where it has transparency, and what was converted on the way.

    The colours of transparent pixels stay as they are stored. An embedded colour profile other than sRGB is applied.
    """
    has_alpha = picture.mode in _MODES_WITH_ALPHA or "transparency" in picture.info
    converted = picture.convert("RGBA" if has_alpha else "RGB")
    notes = ("converted from CMYK to RGB",) if picture.mode == "CMYK" else ()
    profile = picture.info.get("icc_profile")
    if not profile:
        return converted, notes
    try:
        colours = _in_srgb(_as_profiled(picture, converted), profile)
    except (ImageCms.PyCMSError, ImportError, *DAMAGE):
        return converted, (*notes, "its colour profile cannot be used and was left out")
    if colours is None:
        return converted, notes
    if has_alpha:
        colours.putalpha(converted.getchannel("A"))
    return colours, (*notes, "converted from its colour profile to sRGB")


def _as_profiled(picture: Image.Image, converted: Image.Image) -> Image.Image:
    """The opaque colours in the mode in which the picture's profile understands them."""
    mode = _PROFILE_MODES.get(picture.mode)
    return picture.convert(mode) if mode else converted.convert("RGB")


def _in_srgb(colours: Image.Image, profile: bytes) -> Image.Image | None:
    """The colours in sRGB; None where the profile is sRGB already, so that not one level is touched."""
    source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
    transform = ImageCms.buildTransform(source, ImageCms.createProfile("sRGB"), colours.mode, "RGB")
    if colours.mode != "CMYK":
        sample = _sample(colours.mode)
        before = np.asarray(sample.convert("RGB"), np.int16)
        after = np.asarray(ImageCms.applyTransform(sample, transform), np.int16)
        if np.abs(after - before).max() <= _SAME_LEVELS:
            return None
    return ImageCms.applyTransform(colours, transform)


def _sample(mode: str) -> Image.Image:
    """Every grey, or 4096 colours evenly from all of RGB."""
    if mode == "L":
        return Image.fromarray(np.arange(256, dtype=np.uint8)[None])
    steps = np.arange(0, 256, 17, dtype=np.uint8)
    return Image.fromarray(np.stack(np.meshgrid(steps, steps, steps), axis=-1).reshape(64, 64, 3))
