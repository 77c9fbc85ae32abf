"""How long one call may take."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import httpx


@dataclass(frozen=True)
class Timeouts:
    """All in seconds. The defaults are what users get."""

    connect: float = 10.0
    write: float = 60.0
    # The service's own limit for an answer is 60 s (RetCode 110), so a read waits a little longer than that.
    read: float = 75.0
    whole_answer: float = 120.0
    whole_picture: float = 900.0
    """A server that sends a byte now and then never lets a read time out, so the whole is bounded too."""
    whole_submit: float = 120.0
    """From the end of the upload to the end of the answer. The upload itself may take its time on a slow line: it is
    bounded by `write`, piece by piece."""

    def for_httpx(self) -> httpx.Timeout:
        import httpx

        return httpx.Timeout(connect=self.connect, write=self.write, read=self.read, pool=30)


AT_THE_SCREEN = Timeouts(read=30.0, whole_answer=30.0)
"""For what somebody waits for who looks on, and costs nothing."""
