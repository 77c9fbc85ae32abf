"""The WebSocket of one client: what ComfyUI tells it, in order, while it happens."""

import asyncio
import json
import struct
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import aiohttp

BINARY_TEXT = 3
"""The one binary message that is decoded: the text under a node (4 bytes type, 4 bytes length of node id, id, text)."""


@dataclass(frozen=True)
class Event:
    """One message, such as kind `executing` with data `{"node": "3", "prompt_id": ...}`.

    Text shown on a node has kind `progress_text` and data `{"node": ..., "text": ...}`.
    """

    kind: str
    data: dict[str, Any]
    at: float
    """`time.monotonic()` of its arrival."""


class EventStream:
    """All events since the connection was made, collected by a thread of its own."""

    def __init__(self, url: str, client_id: str) -> None:
        self._url = f"{url}/ws?clientId={client_id}"
        self._events: list[Event] = []
        self._changed = threading.Condition()
        self._loop = asyncio.new_event_loop()
        self._task = self._loop.create_task(self._listen())
        self._thread = threading.Thread(target=self._run, name="comfyui-events", daemon=True)
        self._thread.start()
        try:
            self.wait_for(lambda event: event.kind == "status", timeout=30)  # ComfyUI greets with it
        except BaseException:
            self.close()
            raise

    def so_far(self) -> list[Event]:
        """Everything that has arrived."""
        with self._changed:
            return list(self._events)

    def wait_for(self, matches: Callable[[Event], bool], timeout: float) -> Event:
        """The first event, past or to come, that matches.

        Raises TimeoutError after `timeout` seconds, ConnectionError when ComfyUI closes the connection before.
        """
        deadline = time.monotonic() + timeout
        seen = 0
        with self._changed:
            while True:
                for event in self._events[seen:]:
                    if matches(event):
                        return event
                seen = len(self._events)
                if self._task.done():
                    raise ConnectionError("ComfyUI closed the connection.")
                if not self._changed.wait(deadline - time.monotonic()):
                    raise TimeoutError(f"No such event within {timeout:g} s; the last were {self._events[-5:]}")

    def close(self) -> None:
        """Closes the connection, if ComfyUI has not done so, and ends the thread."""
        self._loop.call_soon_threadsafe(self._task.cancel)
        self._thread.join()
        self._loop.close()  # here, not in the thread, which ends by itself at any moment: the line above needs it open

    def _run(self) -> None:
        try:
            self._loop.run_until_complete(asyncio.wait([self._task]))
        finally:
            self._loop.run_until_complete(self._loop.shutdown_asyncgens())
            with self._changed:
                self._changed.notify_all()

    async def _listen(self) -> None:
        no_limit = aiohttp.ClientTimeout(total=None)
        async with (
            aiohttp.ClientSession(timeout=no_limit) as session,
            session.ws_connect(self._url, max_msg_size=0) as socket,
        ):
            async for message in socket:
                event = _decode(message.type, message.data)
                if event:
                    with self._changed:
                        self._events.append(event)
                        self._changed.notify_all()


def _decode(kind: aiohttp.WSMsgType, content: Any) -> Event | None:
    """Text frames hold JSON; of the binary ones only the text under a node is told apart."""
    if kind is aiohttp.WSMsgType.TEXT:
        message = json.loads(content)
        return Event(message["type"], message.get("data") or {}, time.monotonic())
    if kind is aiohttp.WSMsgType.BINARY and struct.unpack_from(">I", content)[0] == BINARY_TEXT:
        (length,) = struct.unpack_from(">I", content, 4)
        node, text = content[8 : 8 + length].decode(), content[8 + length :].decode()
        return Event("progress_text", {"node": node, "text": text}, time.monotonic())
    return None  # a preview picture
