"""Whom calls are made for: settings, saved accounts, the connection test, the models that can be chosen, and what was
learned of the services.
"""

from ...surfaces import on_demand

__getattr__ = on_demand(__name__, __file__)
