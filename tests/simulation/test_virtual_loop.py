"""The ground on which the simulation stands."""

import asyncio
import contextvars
import random
import time

import pytest
from comfyui_picpik.tests.simulation.virtual_loop import PROCESS, Life, Stalled, VirtualLoop


@pytest.fixture
def loop():
    loop = VirtualLoop(random.Random(1))
    yield loop
    loop.close()


def spawn(loop: VirtualLoop, life: Life, work):
    context = contextvars.Context()
    context.run(PROCESS.set, life)
    return context.run(loop.create_task, work)


async def ticks(seen: list[float], count: int) -> None:
    loop = asyncio.get_running_loop()
    for _ in range(count):
        await asyncio.sleep(1.0)
        seen.append(loop.time())


def test_a_day_is_over_at_once(loop: VirtualLoop):
    began = time.monotonic()
    loop.run_until_complete(asyncio.sleep(86400.0))
    assert loop.time() == 86400.0
    assert time.monotonic() - began < 60.0


def test_sleepers_wake_in_the_order_of_their_times(loop: VirtualLoop):
    woken: list[int] = []

    async def sleeper(seconds: int) -> None:
        await asyncio.sleep(seconds)
        woken.append(seconds)

    async def all_of_them() -> None:
        await asyncio.gather(*(sleeper(seconds) for seconds in (30, 10, 20)))

    loop.run_until_complete(all_of_them())
    assert woken == [10, 20, 30]


def test_what_would_go_to_a_thread_arrives_a_moment_later(loop: VirtualLoop):
    assert loop.run_until_complete(asyncio.to_thread(lambda: 7)) == 7
    assert 0.0 < loop.time() <= VirtualLoop.LONGEST_WORK
    with pytest.raises(ZeroDivisionError):
        loop.run_until_complete(asyncio.to_thread(lambda: 1 // 0))


def test_a_wait_that_nothing_can_end_is_told(loop: VirtualLoop):
    waiting = loop.create_future()
    with pytest.raises(Stalled):
        loop.run_until_complete(waiting)


def test_a_process_that_stands_still_goes_on_where_it_was(loop: VirtualLoop):
    frozen, other = Life(), Life()
    of_frozen: list[float] = []
    of_other: list[float] = []

    async def story() -> None:
        standing = spawn(loop, frozen, ticks(of_frozen, 3))
        going = spawn(loop, other, ticks(of_other, 3))
        await asyncio.sleep(1.5)
        loop.freeze(frozen)
        await asyncio.sleep(10.0)
        loop.thaw(frozen)
        await asyncio.gather(standing, going)

    loop.run_until_complete(story())
    assert of_other == [1.0, 2.0, 3.0]
    assert of_frozen == [1.0, 11.5, 12.5]


def test_a_process_that_has_ended_says_no_last_word(loop: VirtualLoop):
    life = Life()
    said: list[str] = []

    async def talker() -> None:
        try:
            await asyncio.sleep(2.0)
            said.append("went on")
        finally:
            said.append("farewell")

    async def story() -> None:
        spawn(loop, life, talker())
        await asyncio.sleep(1.0)
        loop.end(life)
        await asyncio.sleep(10.0)

    loop.run_until_complete(story())
    assert said == []
    loop.bury(life)
    assert loop.failures == []
