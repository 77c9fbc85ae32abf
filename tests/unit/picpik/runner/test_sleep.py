"""A sleep from which one can be woken."""

import asyncio

from comfyui_picpik.picpik.runner.sleep import Sleep


async def test_whoever_is_not_woken_sleeps_till_the_end():
    assert await Sleep().lasts(0.01)


async def test_whoever_is_woken_does_not():
    sleep = Sleep()
    asyncio.get_running_loop().call_soon(sleep.wake)
    assert not await sleep.lasts(3600.0)


async def test_to_wake_nobody_changes_nothing():
    sleep = Sleep()
    sleep.wake()
    assert await sleep.lasts(0.0)
    sleep.wake()
    assert await sleep.lasts(0.0)
