"""What thousands of tasks and calls repeat, and what nobody asks of them here, is done once.

What the sandbox draws is its own tests' business, and is most of what a task costs.
"""

from __future__ import annotations

import functools
import sys
from collections.abc import Iterator, Mapping
from dataclasses import replace
from importlib.util import find_spec
from typing import Any

import httpx
import pytest
from comfyui_picpik.sandbox import request_digest
from comfyui_picpik.sandbox.actions import ACTIONS, Reader, TaskSpec


@pytest.fixture(scope="module", autouse=True)
def pictures_are_drawn_once() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        for action, read in tuple(ACTIONS.items()):
            patch.setitem(ACTIONS, action, _drawing_once(read))
        yield


@pytest.fixture(scope="module", autouse=True)
def certificates_are_read_once() -> Iterator[None]:
    """Each runner reads the system's, which takes longer than ten of its calls."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(httpx, "create_ssl_context", functools.cache(httpx.create_ssl_context))
        yield


@pytest.fixture(scope="module", autouse=True)
def what_is_not_installed_is_not_looked_for() -> Iterator[None]:
    """httpcore asks for sniffio several times a call, and gets on without it; each time all of the path is searched."""
    with pytest.MonkeyPatch.context() as patch:
        if find_spec("sniffio") is None:
            patch.setitem(sys.modules, "sniffio", None)
        yield


def _drawing_once(read: Reader) -> Reader:
    """Reads the same, and gives what asks for the same the results that were made first."""
    made: dict[tuple[str, int | None, int], Any] = {}

    def reading(parameters: Mapping[str, Any]) -> TaskSpec:
        spec = read(parameters)
        asked = _asked(parameters, spec.seed)

        def make(index: int) -> Any:
            key = (asked, spec.seed, index)  # a Seed of -1 was drawn by now
            if key not in made:
                made[key] = spec.results.make(index)
            return made[key]

        return replace(spec, results=replace(spec.results, make=make))

    return reading


def _asked(parameters: Mapping[str, Any], seed: int | None) -> str:
    """Without a Seed, nothing is made of prompts: they only name the request."""
    if seed is not None:
        return request_digest(parameters)
    return request_digest({name: value for name, value in parameters.items() if name != "PositivePrompts"})
