"""Takes requests and brings their results: submitted once, never lost, whatever happens meanwhile."""

from ...surfaces import on_demand

__getattr__ = on_demand(__name__, __file__)
