"""Thousands of schedules in virtual time: nothing is paid twice, nothing that was paid is lost.

PICPIK_SIMULATION_SCHEDULES says how many (default 20000). A failing one is shrunk and told with its seed;
PICPIK_SIMULATION_SEED=<seed> plays that one alone.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from comfyui_picpik.tests.paths import ROOT

SCHEDULES = int(os.environ.get("PICPIK_SIMULATION_SCHEDULES", "20000"))
SEED = os.environ.get("PICPIK_SIMULATION_SEED")

_SHARE = Path(__file__).with_name("share.py")
_AT_ONCE = min(os.cpu_count() or 1, 8)
_PARTS = 1 if SEED or SCHEDULES < 8 else 8


@pytest.fixture(scope="module")
def sums(say_at_the_end: Callable[[str], None]) -> Iterator[Counter[str]]:
    sums: Counter[str] = Counter()
    yield sums
    say_at_the_end(_said(sums))


@pytest.mark.parametrize("part", range(_PARTS))
def test_no_schedule_of_faults_pays_twice_or_loses_what_was_paid(part: int, sums: Counter[str]) -> None:
    first, end = (int(SEED), int(SEED) + 1) if SEED else (part * SCHEDULES // _PARTS, (part + 1) * SCHEDULES // _PARTS)
    shares = [_begin(first + number, end, _AT_ONCE) for number in range(min(_AT_ONCE, end - first))]
    ended = [share.communicate() for share in shares]
    assert not any(share.returncode for share in shares), "\n".join(complaint for _, complaint in ended)

    figures = [json.loads(said) for said, _ in ended]
    for each in figures:
        sums.update(each["sums"])
    failing = sorted(seed for each in figures for seed in each["failing"])
    stories = "\n\n".join(story for each in figures for story in each["failures"])
    assert not failing, f"{len(failing)} schedules break the promise: {failing[:20]}\n\n{stories}"


def _begin(first: int, end: int, step: int) -> subprocess.Popen[str]:
    order = [sys.executable, str(_SHARE), str(ROOT), str(first), str(end), str(step)]
    return subprocess.Popen(
        order, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=os.environ | {"PYTHONHASHSEED": "0"}
    )


def _said(sums: Counter[str]) -> str:
    return (
        f"simulation: {sums['schedules']} schedules, {sums['runs']} runs, {sums['faults']} faults, "
        f"{sums['crashes']} crashes, {sums['accepted']} accepted tasks, {sums['stored']} stored, "
        f"{sums['seconds'] // 3600} virtual hours; paid twice = {sums['paid twice']}, lost = {sums['lost']}, "
        f"other broken promises = {sums['others']}, gap = {sums['gap']}"
    )
