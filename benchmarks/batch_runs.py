"""Runs of a batch whose tasks end once all are submitted, as tasks of the real service take longer than that."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from .service import LocalService, Submit

_BETWEEN_LOOKS = 0.02


@contextmanager
def ending_once_all_wait(
    service: LocalService, count: int, when_all_wait: Callable[[], None] = lambda: None
) -> Iterator[list[Submit]]:
    """Around a run of `count` tasks, which end after `when_all_wait`; what is given are their submits."""
    service.submits()
    submits: list[Submit] = []

    def end() -> None:
        while len(submits) < count:
            time.sleep(_BETWEEN_LOOKS)
            submits.extend(service.submits())
        when_all_wait()
        service.finish_all()

    watching = threading.Thread(target=end)
    watching.start()
    yield submits
    watching.join()
