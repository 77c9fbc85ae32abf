"""How long the client waits for what: every time of the package that is no property of the API, in one place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import httpx


@dataclass(frozen=True)
class Patience:
    """All in seconds. The defaults are what users get; a test that wants to see a thousand failures waits less."""

    connect: float = 10.0
    write: float = 60.0
    # The service's own limit for an answer is 60 s (RetCode 110), so a read waits a little longer than that.
    read: float = 75.0
    whole_answer: float = 120.0
    whole_picture: float = 900.0
    """A server that sends a byte now and then never lets a read time out, so the whole is bounded too."""

    first_retry: float = 0.5
    longest_retry: float = 30.0
    """Between two tries of a call that failed in passing: the first pause, which doubles up to the longest."""

    looks_after: tuple[float, ...] = (0.0, 1.0, 3.0)
    """Pauses before each look for a task whose submit got no answer: it may take a moment to be listed."""

    missing: float = 15.0
    """How long the service must go on not listing a task before it counts as gone: lists can lag behind."""

    beat: float = 1.0
    dead_after: float = 5.0
    """Between two signs of life of a process that submits, and after how long without one it counts as dead."""

    @property
    def timeout(self) -> httpx.Timeout:
        import httpx

        return httpx.Timeout(connect=self.connect, write=self.write, read=self.read, pool=30)
