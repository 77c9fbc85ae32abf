"""What is remembered on disk: which request became which task, and its results."""

from ...surfaces import on_demand

__getattr__ = on_demand(__name__, __file__)
