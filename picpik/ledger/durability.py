"""Whether what is paid survives the end of ComfyUI."""

from __future__ import annotations

import logging
import threading

_log = logging.getLogger("picpik")


class Durability:
    """Whether what is paid is remembered on disk. Thread-safe.

    A loss is said once in the log, whatever else fails while it lasts.
    """

    def __init__(self) -> None:
        self._losses: dict[str, str] = {}
        self._one_at_a_time = threading.Lock()

    @property
    def warning(self) -> str | None:
        """Why paid tasks are not remembered just now, or None when all is well."""
        return next(iter(self._losses.copy().values()), None)

    def lost(self, reason: str, what: str = "results") -> None:
        """`what` is lost from now on, until it is `regained`."""
        with self._one_at_a_time:
            if not self._losses:
                _log.warning("%s", reason)
            self._losses.setdefault(what, reason)

    def regained(self, what: str, message: str) -> None:
        """`what` was lost, and is not any more. What is lost still, and was not said yet, is said now."""
        with self._one_at_a_time:
            said = next(iter(self._losses), what)
            if self._losses.pop(what, None) is None:
                return
            _log.info("%s", message)
            if said == what and self._losses:
                _log.warning("%s", self.warning)
