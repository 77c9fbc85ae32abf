"""A process that has imported everything, and forks for each life: a start of Python for each would take a second.

Reads lines of JSON, each a list of orders for lives that run at once; answers each by a line with their exit statuses.
POSIX only. It never runs a thread of its own.
"""

from __future__ import annotations

import asyncio
import gc
import json
import os
import signal
import sys
import traceback
from contextlib import suppress
from pathlib import Path
from types import ModuleType
from typing import Any

LONGEST_LIFE = 90
"""Seconds after which a life is ended: it hangs."""


def main(root: str) -> None:
    pack = ModuleType("comfyui_picpik")
    pack.__path__ = [root]
    sys.modules["comfyui_picpik"] = pack
    from comfyui_picpik.tests.integration.crash_points import lives, seams

    _do_once_what_each_life_would_do_first()
    gc.freeze()
    for line in sys.stdin:
        orders = json.loads(line)
        print(json.dumps(_lived(orders, lives.live, seams.CRASHED)), flush=True)  # noqa: T201  it is the answer


def _lived(orders: list[dict[str, Any]], live: Any, crashed: int) -> list[int]:
    """The exit statuses of the lives; -n is a signal. Where one takes the others along, they end with it."""
    pids = [_born(order, live) for order in orders]
    statuses: dict[int, int] = {}
    while len(statuses) < len(pids):
        pid, status = os.waitpid(-1, 0)
        statuses[pid] = os.waitstatus_to_exitcode(status)
        if statuses[pid] == crashed and orders[pids.index(pid)]["takes_others_along"]:
            for other in set(pids) - set(statuses):
                os.kill(other, signal.SIGKILL)
    return [statuses[pid] for pid in pids]


def _born(order: dict[str, Any], live: Any) -> int:
    pid = os.fork()
    if pid:
        return pid
    signal.alarm(LONGEST_LIFE)
    errors = os.open(Path(order["folder"]) / "errors", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    os.dup2(errors, 1)
    os.dup2(errors, 2)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    try:
        live(order)
    except BaseException:  # noqa: BLE001  this process is over, whatever it is
        traceback.print_exc()
        sys.stderr.flush()
        os._exit(1)
    os._exit(0)


def _do_once_what_each_life_would_do_first() -> None:
    """A call, which gets nowhere, imports the most; and nothing of it is to be looked for on the disk in each life."""
    import httpx
    from comfyui_picpik.picpik.api import Account, Client, NeverSent
    from PIL import Image

    context = httpx.create_ssl_context()
    httpx.create_ssl_context = lambda *_, **__: context  # the system's certificates are read once

    async def call() -> None:
        client = Client(Account("http://127.0.0.1:9", "public", "private"))
        with suppress(NeverSent):
            await client.credits()
        await client.aclose()

    asyncio.run(call())
    sys.modules.setdefault("sniffio", None)  # httpcore asks for it several times a call, and gets on without it
    Image.preinit()


if __name__ == "__main__":
    main(sys.argv[1])
