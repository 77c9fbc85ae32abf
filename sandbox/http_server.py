"""The service on HTTP: the API at the bare host, result files at their URLs, and the controls under /_sandbox."""

import asyncio
import json
import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from email.utils import formatdate
from typing import Any

from aiohttp import web

from .answers import Refusal, invalid, refused, success
from .control_guard import not_for_pages
from .fault_injection import Connection, inject_fault
from .faults import DOWNLOAD, Fault
from .request_checks import check_action, read_request
from .service import Service

MOST_BODY_BYTES = 128 * 1024 * 1024
UNREADABLE = "unreadable"
"""What requests are counted under whose Action could not be read."""

_ACTION = re.compile(rb'"Action"\s*:\s*"(\w+)"')
_SECONDS_TO_END = 2.0


class HttpServer:
    """The routes over one Service."""

    def __init__(self, service: Service) -> None:
        self.service = service
        self._closing = asyncio.Event()

    @asynccontextmanager
    async def listen(self, host: str, port: int) -> AsyncIterator[int]:
        """Serves while the context lasts, and gives the port (a free one for port 0)."""
        runner = web.AppRunner(self._app(), access_log=None, shutdown_timeout=_SECONDS_TO_END)
        await runner.setup()
        self.service.task_runner.open()
        try:
            await web.TCPSite(runner, host, port).start()
            yield runner.addresses[0][1]
        finally:
            self._closing.set()
            await runner.cleanup()
            await self.service.task_runner.close()

    def _app(self) -> web.Application:
        app = web.Application(client_max_size=MOST_BODY_BYTES)
        app.on_response_prepare.append(self._date)
        app.add_routes(
            [
                web.post("/", self._call),
                web.get("/results/{name}", self._download),
                web.get("/_sandbox/state", not_for_pages(self._state)),
                web.post("/_sandbox/faults", not_for_pages(self._add_faults)),
                web.delete("/_sandbox/faults", not_for_pages(self._clear_faults)),
                web.post("/_sandbox/quirks", not_for_pages(self._change_quirks)),
                web.post("/_sandbox/expire", not_for_pages(self._expire)),
            ]
        )
        return app

    async def _date(self, _request: web.Request, response: web.StreamResponse) -> None:
        response.headers["Date"] = formatdate(self.service.now(), usegmt=True)

    # --- the API ---

    async def _call(self, request: web.Request) -> web.StreamResponse:
        connection = Connection(request, self._closing)
        first = await request.content.readany()
        if fault := self._fault_before_body(first):
            return await inject_fault(fault, connection, web.Response())
        body = await _whole_body(request, first)
        try:
            parameters = await self.service.task_runner.run_in_thread(read_request, body)
        except Refusal as refusal:
            self.service.requests[UNREADABLE] += 1
            return self._refused({}, refusal)
        return await self._act(request, connection, parameters)

    async def _act(
        self, request: web.Request, connection: Connection, parameters: dict[str, Any]
    ) -> web.StreamResponse:
        """One call whose body has been read."""
        try:
            action = check_action(parameters, self.service.action_names)
        except Refusal as refusal:
            self.service.requests[UNREADABLE] += 1
            return self._refused(parameters, refusal)
        self.service.requests[action] += 1
        fault = self.service.faults.take("call", action, parameters)
        if fault is None:
            return await self._answer(request, parameters)
        if fault.kind == "late":
            return await self._act_late(request, connection, parameters, fault)
        if not fault.accepted:
            return await inject_fault(fault, connection, web.json_response(success(parameters, self.service.quirks)))
        return await inject_fault(fault, connection, await self._answer(request, parameters))

    async def _act_late(
        self, request: web.Request, connection: Connection, parameters: Mapping[str, Any], fault: Fault
    ) -> web.StreamResponse:
        if not fault["answered"]:
            self.service.task_runner.later(fault["seconds"], self._answer(request, parameters))
            return await inject_fault(fault, connection, web.Response())
        await connection.wait(fault["seconds"])
        return await self._answer(request, parameters)

    async def _answer(self, request: web.Request, parameters: Mapping[str, Any]) -> web.Response:
        """Does what is asked, and gives the answer as it is when nothing goes wrong."""
        try:
            if request.content_type != "application/json":
                raise invalid("Content-Type", f"must be application/json, not {request.content_type}")
            return web.json_response(await self.service.answer(parameters, str(request.url.origin())))
        except Refusal as refusal:
            return self._refused(parameters, refusal)

    def _refused(self, parameters: Mapping[str, Any], refusal: Refusal) -> web.Response:
        quirks = self.service.quirks
        answer = refused(parameters, quirks, refusal.ret_code, refusal.message)
        return web.json_response(answer, status=quirks.refusal_http_status)

    def _fault_before_body(self, first: bytes) -> Fault | None:
        """The fault that comes before the body is read; its Action is known when the first bytes name it."""
        named = _ACTION.search(first)
        action = named[1].decode() if named else UNREADABLE
        fault = self.service.faults.take("unread", action, {})
        if fault is not None:
            self.service.requests[action] += 1
        return fault

    # --- result files ---

    async def _download(self, request: web.Request) -> web.StreamResponse:
        service = self.service
        service.requests[DOWNLOAD] += 1
        result = service.result_files.find(request.match_info["name"], request.query.get("Signature", ""))
        if result is None:
            return web.Response(status=404, text="No such result")
        if result.content is None:
            return web.Response(status=service.quirks.expired_http_status, text="The URL has expired")
        task = service.tasks[result.task_uid]
        task.downloads += 1
        plain = web.Response(body=result.content, content_type=result.content_type)
        fault = service.faults.take("download", DOWNLOAD, task.parameters)
        return await inject_fault(fault, Connection(request, self._closing), plain) if fault else plain

    # --- controls ---

    async def _state(self, _request: web.Request) -> web.Response:
        return web.json_response(self.service.state())

    async def _add_faults(self, request: web.Request) -> web.Response:
        wanted = await _json(request)
        try:
            faults = [self.service.faults.add(**fault) for fault in (wanted if isinstance(wanted, list) else [wanted])]
        except (TypeError, ValueError) as error:
            raise web.HTTPBadRequest(text=str(error)) from None
        return web.json_response([fault.as_dict() for fault in faults])

    async def _clear_faults(self, _request: web.Request) -> web.Response:
        self.service.faults.clear()
        return web.json_response([])

    async def _change_quirks(self, request: web.Request) -> web.Response:
        try:
            self.service.quirks.change(await _json(request))
        except (AttributeError, ValueError) as error:
            raise web.HTTPBadRequest(text=str(error)) from None
        return web.json_response(self.service.quirks.as_dict())

    async def _expire(self, _request: web.Request) -> web.Response:
        return web.json_response({"expired": self.service.result_files.expire()})


async def _whole_body(request: web.Request, first: bytes) -> bytes:
    chunks, size = [first], len(first)
    async for chunk in request.content.iter_any():
        size += len(chunk)
        if size > MOST_BODY_BYTES:
            raise web.HTTPRequestEntityTooLarge(max_size=MOST_BODY_BYTES, actual_size=size)
        chunks.append(chunk)
    return b"".join(chunks)


async def _json(request: web.Request) -> Any:
    try:
        return json.loads(await request.read())
    except ValueError as error:
        raise web.HTTPBadRequest(text=f"The body is not JSON: {error}") from None
