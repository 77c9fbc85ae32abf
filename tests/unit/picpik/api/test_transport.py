"""What httpx does is told in our own words, and nothing of it is logged."""

import asyncio
import logging
import re
from importlib.util import find_spec
from pathlib import Path

import pytest
from comfyui_picpik.picpik.api import NoAnswer
from comfyui_picpik.picpik.api.transport import in_time_once, keep_urls_out_of_the_log, translated

SECRET = "socks5://user:password@proxy"


def loggers_of(library: str) -> set[str]:
    """The names of all loggers that the installed library writes to."""
    spec = find_spec(library)
    assert spec is not None and spec.origin is not None
    sources = Path(spec.origin).parent.rglob("*.py")
    return {name for source in sources for name in re.findall(r'getLogger\("(.+?)"\)', source.read_text("utf-8"))}


@pytest.mark.parametrize("name", sorted(loggers_of("httpcore") | loggers_of("httpx")))
def test_no_logger_of_the_libraries_below_tells_of_our_calls_and_each_still_tells_of_others(name, caplog):
    caplog.set_level(logging.DEBUG)
    keep_urls_out_of_the_log()
    with translated("host"):
        logging.getLogger(name).debug(SECRET)
    assert caplog.text == ""
    logging.getLogger(name).debug("somebody else's")
    assert "somebody else's" in caplog.text


def test_the_loggers_are_found_where_they_are():
    assert {"httpcore.connection", "httpcore.socks"} <= loggers_of("httpcore")


async def after_some_turns() -> str:
    for _ in range(100):
        await asyncio.sleep(0)
    return "done"


async def test_what_has_not_begun_may_take_its_time():
    assert await in_time_once(asyncio.Event(), after_some_turns(), 0.0, "host") == "done"


async def test_what_has_begun_is_cut_and_ended():
    begun, ended = asyncio.Event(), []

    async def endless() -> None:
        begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            ended.append(True)

    with pytest.raises(NoAnswer, match="time-out"):
        await in_time_once(begun, endless(), 0.0, "host")
    assert ended == [True]


async def test_an_error_of_the_call_is_its_outcome():
    async def broken() -> None:
        raise NoAnswer("host", "the connection broke")

    with pytest.raises(NoAnswer, match="broke"):
        await in_time_once(asyncio.Event(), broken(), 60.0, "host")


async def test_who_waits_no_longer_ends_the_call():
    started, ended = asyncio.Event(), []

    async def endless() -> None:
        started.set()
        try:
            await asyncio.Event().wait()
        finally:
            ended.append(True)

    waiting = asyncio.ensure_future(in_time_once(asyncio.Event(), endless(), 60.0, "host"))
    await started.wait()
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert ended == [True]
