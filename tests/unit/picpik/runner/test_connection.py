"""An account's client, while another one takes its place."""

import asyncio

from comfyui_picpik.picpik.runner.connection import Connection
from comfyui_picpik.tests.made_up import ScriptedClient
from comfyui_picpik.tests.virtual_time import in_virtual_time


@in_virtual_time
async def test_calls_of_a_replaced_client_may_end_before_it_is_closed(client, clock):
    connection = Connection(client)
    successor = ScriptedClient(clock)
    connection.replace(successor)
    assert connection.client is successor
    await asyncio.sleep(1799.0)
    assert not client.is_closed
    await asyncio.sleep(2.0)
    assert client.is_closed and not successor.is_closed
    await connection.aclose()
    assert successor.is_closed


@in_virtual_time
async def test_at_the_end_all_of_them_are_closed_at_once(client, clock):
    connection = Connection(client)
    others = [ScriptedClient(clock) for _ in range(2)]
    for other in others:
        connection.replace(other)
    await connection.aclose()
    assert all(each.is_closed for each in (client, *others))


def test_nothing_is_known_of_the_credits_before_they_were_read(client):
    assert Connection(client).credits_used is None
