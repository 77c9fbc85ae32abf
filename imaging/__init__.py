"""IMAGE and MASK tensors to encoded image bytes, and back. Knows neither HTTP nor ComfyUI nor base64."""

from ..surfaces import on_demand

__getattr__ = on_demand(__name__, __file__)
