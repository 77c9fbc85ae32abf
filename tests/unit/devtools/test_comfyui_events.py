"""What ComfyUI tells a client, and how the connection ends."""

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from comfyui_picpik.devtools.comfyui_events import Event, EventStream

Talk = Callable[[web.WebSocketResponse], Awaitable[None]]


@asynccontextmanager
async def comfyui_that(talks: Talk) -> AsyncIterator[str]:
    async def answer(request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        await talks(socket)
        return socket

    app = web.Application()
    app.router.add_get("/ws", answer)
    async with TestServer(app) as server:
        yield str(server.make_url("")).rstrip("/")


async def greet(socket: web.WebSocketResponse) -> None:
    await socket.send_json({"type": "status", "data": {}})


async def greet_and_listen(socket: web.WebSocketResponse) -> None:
    await greet(socket)
    async for _ in socket:
        pass


async def say_nothing(socket: web.WebSocketResponse) -> None:
    await socket.close()


def never(_: Event) -> bool:
    return False


class Lingering(threading.Thread):
    """As on a busy machine: alive for a while after its work is done."""

    def run(self) -> None:
        super().run()
        time.sleep(0.2)


def closed_in_the_moment_in_which_comfyui_goes(url: str) -> None:
    stream = EventStream(url, "a")
    with pytest.raises(ConnectionError):
        stream.wait_for(never, timeout=30)
    stream.close()


async def test_it_is_closed_while_comfyui_is_there():
    async with comfyui_that(greet_and_listen) as url:
        stream = await asyncio.to_thread(EventStream, url, "a")
        assert [event.kind for event in stream.so_far()] == ["status"]
        await asyncio.to_thread(stream.close)


async def test_it_is_closed_in_the_moment_in_which_comfyui_goes(monkeypatch: pytest.MonkeyPatch):
    async with comfyui_that(greet) as url:
        monkeypatch.setattr(threading, "Thread", Lingering)
        for _ in range(5):
            await asyncio.to_thread(closed_in_the_moment_in_which_comfyui_goes, url)


async def test_a_comfyui_that_goes_without_a_greeting_is_told():
    async with comfyui_that(say_nothing) as url:
        with pytest.raises(ConnectionError, match="ComfyUI closed the connection"):
            await asyncio.to_thread(EventStream, url, "a")
