"""What each kind of fault does to a connection or an answer; which request gets it, the plan says (`faults`)."""

import asyncio
import json
import socket
import struct
from collections.abc import Awaitable, Callable

from aiohttp import web

from .faults import Fault

_LOOKED_EVERY_SECONDS = 0.05
_SLOW_PIECES = 20
_GARBAGE = b"\x00\xff<<not json>>"
_HTML = b"<!doctype html><html><head><title>Gateway</title></head><body><h1>Please sign in</h1></body></html>"


class Connection:
    """One request's connection, which a fault may break; `closing` says that the server is about to end."""

    def __init__(self, request: web.Request, closing: asyncio.Event) -> None:
        self.request = request
        self._closing = closing

    def reset(self) -> web.Response:
        """Ends the connection with a TCP reset; the response that is given back goes nowhere."""
        transport = self.request.transport
        if transport is not None:
            wire: socket.socket = transport.get_extra_info("socket")
            # Linger on, for no time: the kernel drops what is buffered and sends RST in place of FIN.
            wire.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            transport.abort()
        return web.Response()

    def close(self) -> None:
        """Ends the connection regularly, after what was written."""
        if self.request.transport is not None:
            self.request.transport.close()

    async def wait(self, seconds: float) -> None:
        """Waits, but no longer than the client or the server does."""
        now = asyncio.get_running_loop().time
        end = now() + seconds
        closing = asyncio.ensure_future(self._closing.wait())
        while not closing.done() and not self._is_left() and (left := end - now()) > 0:
            await asyncio.wait([closing], timeout=min(left, _LOOKED_EVERY_SECONDS))
        closing.cancel()

    def _is_left(self) -> bool:
        transport = self.request.transport
        return transport is None or transport.is_closing()


async def inject_fault(fault: Fault, connection: Connection, plain: web.Response) -> web.StreamResponse:
    """What the request is answered with this fault; `plain` is what it would have been answered."""
    return await _INJECTORS[fault.kind](fault, connection, plain)


async def _pass(_fault: Fault, _connection: Connection, plain: web.Response) -> web.Response:
    return plain


async def _reset(_fault: Fault, connection: Connection, _plain: web.Response) -> web.Response:
    return connection.reset()


async def _hang(_fault: Fault, connection: Connection, _plain: web.Response) -> web.Response:
    await connection.wait(float("inf"))
    return connection.reset()


async def _slow(fault: Fault, connection: Connection, plain: web.Response) -> web.Response:
    await connection.wait(fault["seconds"])
    return plain


async def _http(fault: Fault, _connection: Connection, _plain: web.Response) -> web.Response:
    headers = {"Retry-After": fault["retry_after"], "Location": fault["location"]}
    said = {name: str(value) for name, value in headers.items() if value is not None}
    return web.Response(status=fault["status"], text=fault["body"], headers=said)


async def _odd_status(fault: Fault, _connection: Connection, plain: web.Response) -> web.Response:
    return web.Response(body=_body(plain), status=fault["status"], content_type=plain.content_type)


async def _garbage(_fault: Fault, _connection: Connection, plain: web.Response) -> web.Response:
    return _with_body(plain, _GARBAGE)


async def _truncated_json(_fault: Fault, _connection: Connection, plain: web.Response) -> web.Response:
    body = _body(plain)
    return _with_body(plain, body[: len(body) // 2])


async def _missing_ret_code(_fault: Fault, _connection: Connection, plain: web.Response) -> web.Response:
    return _without(plain, "RetCode")


async def _missing_task_uid(_fault: Fault, _connection: Connection, plain: web.Response) -> web.Response:
    return _without(plain, "TaskUID")


async def _ret_code(fault: Fault, _connection: Connection, plain: web.Response) -> web.Response:
    answer = json.loads(_body(plain))
    kept = {name: answer[name] for name in ("Action", "request_uuid") if name in answer}
    return web.json_response(kept | {"RetCode": fault["ret_code"], "Message": fault["message"]}, status=fault["status"])


async def _truncated_body(_fault: Fault, connection: Connection, plain: web.Response) -> web.StreamResponse:
    body = _body(plain)
    response = await _started(connection, plain)
    await response.write(body[: len(body) // 2])
    connection.close()
    return response


async def _slow_body(fault: Fault, connection: Connection, plain: web.Response) -> web.StreamResponse:
    body = _body(plain)
    response = await _started(connection, plain)
    size = -(-len(body) // _SLOW_PIECES)
    for start in range(0, len(body), size):
        await connection.wait(fault["seconds"] / _SLOW_PIECES)
        await response.write(body[start : start + size])
    return response


async def _corrupt_picture(_fault: Fault, _connection: Connection, plain: web.Response) -> web.Response:
    body = _body(plain)
    # The head stays: the file still says what it is, and only decoding shows that it is broken.
    sound = len(body) // 3
    return _with_body(plain, body[:sound] + bytes(byte ^ 0x5A for byte in body[sound:]))


async def _html(_fault: Fault, _connection: Connection, _plain: web.Response) -> web.Response:
    return web.Response(body=_HTML, content_type="text/html")


async def _empty_body(_fault: Fault, _connection: Connection, plain: web.Response) -> web.Response:
    return _with_body(plain, b"")


_INJECTORS: dict[str, Callable[[Fault, Connection, web.Response], Awaitable[web.StreamResponse]]] = {
    "pass": _pass,
    "reset_unread": _reset,
    "reset": _reset,
    "hang": _hang,
    "slow": _slow,
    "http": _http,
    "late": _reset,
    "odd_status": _odd_status,
    "garbage": _garbage,
    "truncated_json": _truncated_json,
    "missing_ret_code": _missing_ret_code,
    "missing_task_uid": _missing_task_uid,
    "ret_code": _ret_code,
    "truncated_body": _truncated_body,
    "slow_body": _slow_body,
    "corrupt_picture": _corrupt_picture,
    "html": _html,
    "empty_body": _empty_body,
}


def _body(plain: web.Response) -> bytes:
    assert isinstance(plain.body, bytes), "plain answers are made of bytes"
    return plain.body


def _with_body(plain: web.Response, body: bytes) -> web.Response:
    return web.Response(body=body, status=plain.status, content_type=plain.content_type)


def _without(plain: web.Response, field: str) -> web.Response:
    answer = json.loads(_body(plain))
    return web.json_response({name: value for name, value in answer.items() if name != field}, status=plain.status)


async def _started(connection: Connection, plain: web.Response) -> web.StreamResponse:
    headers = {"Content-Type": plain.content_type, "Content-Length": str(len(_body(plain)))}
    response = web.StreamResponse(headers=headers)
    await response.prepare(connection.request)
    return response
