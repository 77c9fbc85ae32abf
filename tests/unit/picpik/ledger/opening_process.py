"""A process that opens ledgers beside others: `opening_process.py ROOT`.

For each line it gets, which names a ledger's file, it writes a row into it and prints "ok", or what went wrong.
"""

import os
import sys
from pathlib import Path
from types import ModuleType


def main(root: str) -> None:
    pack = ModuleType("comfyui_picpik")
    pack.__path__ = [root]
    sys.modules["comfyui_picpik"] = pack
    from comfyui_picpik.picpik.ledger import Ledger
    from comfyui_picpik.tests.unit.picpik.ledger.rows import row

    for line in sys.stdin:
        try:
            ledger = Ledger(Path(line.strip()))
            ledger.write(row(f"of {os.getpid()}"))
            ledger.close()
            outcome = "ok"
        except Exception as error:  # noqa: BLE001  whatever it is, the test shows it
            outcome = repr(error)
        print(outcome, flush=True)  # noqa: T201


if __name__ == "__main__":
    main(sys.argv[1])
