"""What goes over PICPIK's wire: requests, signed calls, answers, and what can go wrong with a call.

Knows nothing of where accounts come from, of the ledger or of the runner.
"""

from ...surfaces import on_demand

__getattr__ = on_demand(__name__, __file__)
