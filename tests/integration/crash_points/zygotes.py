"""The test's end of the lines to some `zygote.py`."""

from __future__ import annotations

import json
import queue
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from comfyui_picpik.tests.paths import ROOT


class Zygote:
    """A running `zygote.py`. To be used by one thread at a time, and closed."""

    def __init__(self) -> None:
        script = Path(__file__).with_name("zygote.py")
        self._process = subprocess.Popen(
            [sys.executable, str(script), str(ROOT)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def live(self, orders: Sequence[Mapping[str, Any]]) -> list[int]:
        """Lives that run at once, from their orders (see `lives.live`): their exit statuses."""
        assert self._process.stdin is not None and self._process.stdout is not None
        print(json.dumps(orders), file=self._process.stdin, flush=True)
        return json.loads(self._process.stdout.readline())

    def close(self) -> None:
        self._process.communicate()


class Zygotes:
    """Some running zygotes. One start of them is for all sweeps, because it costs as much as a hundred lives."""

    def __init__(self, count: int) -> None:
        self.count = count
        self._free: queue.SimpleQueue[Zygote] = queue.SimpleQueue()

    def __enter__(self) -> Zygotes:
        for _ in range(self.count):
            self._free.put(Zygote())
        return self

    def __exit__(self, *exception: object) -> None:
        for _ in range(self.count):
            self._free.get().close()

    @contextmanager
    def one(self) -> Iterator[Zygote]:
        """One that nobody else uses meanwhile."""
        zygote = self._free.get()
        try:
            yield zygote
        finally:
            self._free.put(zygote)
