"""When a waiting task is asked for: pure policy.

A real service is asked rarely: about 10 polls for a task of 20 s, and from then on the pause is a tenth of the task's
age, so that its picture is late by a twentieth of the time it took, in the middle. What such tasks have taken before
saves the polls before any can be over. A service on this computer costs nobody anything and is asked quickly.
"""

from __future__ import annotations

_FIRST, _SHORTEST, _LONGEST = 1.2, 1.95, 60.0
_SHARE_OF_AGE = 0.105
_SHARE_OF_PAST = 0.9

_QUICK_FIRST, _QUICK_LONGEST = 0.05, 5.0
_QUICK_SHARE_OF_AGE = 0.08


class Rhythm:
    """`is_quick` for a service on this computer; `fixed` in seconds replaces everything.

    `pause` in seconds is the least between two polls that the service bears.
    """

    def __init__(self, is_quick: bool, fixed: float | None, pause: float = 0.0) -> None:
        self._is_quick = is_quick
        self._fixed = fixed
        self._pause = pause

    @property
    def least(self) -> float:
        """Seconds between two polls, whatever is waiting."""
        return self._fixed or max(self._pause, _QUICK_FIRST if self._is_quick else _FIRST)

    def first(self, shortest_past: float | None) -> float:
        """Seconds from a task's acceptance to its first poll; `shortest_past`: the shortest time such a task took."""
        if self._fixed or self._is_quick:
            return self.least
        return max(self.least, _SHARE_OF_PAST * (shortest_past or 0.0))

    def interval(self, age: float) -> float:
        """Seconds to the next poll of a task that is `age` seconds old."""
        if self._fixed:
            return self._fixed
        return max(self._pause, self._own_interval(age))

    def _own_interval(self, age: float) -> float:
        if self._is_quick:
            return min(_QUICK_LONGEST, _QUICK_FIRST + _QUICK_SHARE_OF_AGE * age)
        return min(_LONGEST, max(_SHORTEST, _SHARE_OF_AGE * age))
