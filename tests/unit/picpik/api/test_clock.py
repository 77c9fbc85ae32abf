"""The system's clocks behind one name."""

import time

from comfyui_picpik.picpik.api import SYSTEM_CLOCK


def test_the_system_s_clock_is_asked_each_time(monkeypatch):
    monkeypatch.setattr(time, "time", lambda: 12.0)
    monkeypatch.setattr(time, "monotonic", lambda: 3.0)
    assert (SYSTEM_CLOCK.time(), SYSTEM_CLOCK.monotonic()) == (12.0, 3.0)
