"""The pattern bench: what a tile is worth as cloth. Arrays and tensors only; knows neither ComfyUI nor HTTP."""

from ..surfaces import on_demand

__getattr__ = on_demand(__name__, __file__)
