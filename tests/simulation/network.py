"""The way between a process and the service: what the schedule breaks is broken here."""

from __future__ import annotations

import asyncio
import copy
import functools
import json
import random
from collections import Counter
from collections.abc import AsyncIterator, Coroutine
from typing import Any

import httpx
from comfyui_picpik.picpik.api import Account, Client, Clock, Timeouts
from comfyui_picpik.tests.simulation.schedule import Schedule
from comfyui_picpik.tests.simulation.service import SUBMITS, SimulatedService, Submit


class Network:
    """Counts calls and breaks those that the schedule names. `is_well` ends all trouble."""

    def __init__(self, schedule: Schedule, service: SimulatedService) -> None:
        self.schedule = schedule
        self.service = service
        self.is_well = False
        self.faults = 0
        self._calls: Counter[str] = Counter()
        self._submits = {(fault.ask, fault.nth): fault for fault in schedule.submit_faults}
        self.next_submits: dict[str, tuple[str, float | None]] = {}
        """The same for the next submit of a request, whichever it is."""
        self.is_away: str | None = None

    def away(self) -> str | None:
        """How the service cannot be had just now."""
        if self.is_well:
            return None
        if self.is_away is not None:
            return self.is_away
        now = self.service.now
        return next((away.how for away in self.schedule.aways if away.at <= now < away.at + away.seconds), None)

    def of_submit(self, name: str) -> tuple[str | None, float | None]:
        """How the next submit of a request breaks, and after how many seconds its task is made, if ever."""
        nth = self._calls[name]
        self._calls[name] += 1
        planned = self.next_submits.pop(name, None)
        if planned is not None and not self.is_well:
            return planned
        fault = None if self.is_well else self._submits.get((name, nth))
        if fault is None:
            return None, 0.05
        return fault.how, fault.accepted

    def of_read(self, action: str) -> str | None:
        nth = self._calls[action]
        self._calls[action] += 1
        if self.is_well:
            return None
        faults = (fault for fault in self.schedule.read_faults if fault.action == action)
        return next((fault.how for fault in faults if fault.first <= nth < fault.first + fault.count), None)

    def of_picture(self, uid: str, index: int) -> str | None:
        task = self.service.tasks.get(uid)
        if task is None or self.is_well:
            return None
        nth = task.pictures_asked[index]
        task.pictures_asked[index] += 1
        faults = (fault for fault in self.schedule.picture_faults if (fault.ask, fault.index) == (task.name, index))
        return next((fault.how for fault in faults if nth < fault.count), None)


class Answer:
    """What the client uses of an Answer."""

    def __init__(self, status: int, headers: dict[str, str], content: bytes) -> None:
        self.status_code = status
        self.is_success = 200 <= status < 300
        self.headers = headers
        self._content = content

    async def aiter_bytes(self) -> AsyncIterator[bytes]:
        yield self._content


class Wire:
    """The connections of one process: stands where the client has an httpx.AsyncClient, and raises what that raises.

    Most of what httpx does for a call is about connections that are not there, and costs more than all the rest.
    """

    def __init__(self, network: Network, process: Any, draw: random.Random) -> None:
        self._network = network
        self._service = network.service
        self._process = process
        self._draw = draw

    def client(self, account: Account, clock: Clock) -> Client:
        """A client of the pack whose calls go this way."""
        client = copy.copy(_unconnected(account))
        client._clock = clock
        client._reads = client._submits = self  # type: ignore[assignment]
        return client

    def stream(
        self,
        method: str,
        url: str,
        *,
        content: AsyncIterator[bytes] | None = None,
        headers: Any = None,  # noqa: ARG002
        follow_redirects: bool = False,  # noqa: ARG002
    ) -> _Call:
        return _Call(self._picture(url) if method == "GET" else self._post(content))

    async def aclose(self) -> None:
        """There is nothing to close."""

    async def _post(self, content: AsyncIterator[bytes] | None) -> Answer:
        self._service.calls += 1
        away = self._network.away()
        if away == "refused":
            await self._refuse()
        assert content is not None
        params = json.loads(b"".join([piece async for piece in content]))
        if params["Action"] in SUBMITS:
            return await self._submit(params, away)
        return await self._read(params, away)

    # -- submits

    async def _submit(self, params: dict[str, Any], away: str | None) -> Answer:
        name = params["PositivePrompts"][0]
        how, accepted = self._network.of_submit(name)
        if how == "refused":
            await self._refuse()
        submit = Submit(name, self._process, self._service.now)
        self._service.submits.append(submit)
        self._process.submits.append(submit)
        try:
            await asyncio.sleep(self._network.schedule.ask(name).upload)
            if away is not None:
                how, accepted = away, None
            return await self._sent(submit, params, how, accepted)
        except httpx.HTTPError as error:
            submit.how = type(error).__name__
            raise
        finally:
            if not self._process.life.is_over:  # else this is but the burial of its coroutines
                submit.ended = self._service.now
                self._process.submits.remove(submit)

    async def _sent(self, submit: Submit, params: dict[str, Any], how: str | None, accepted: float | None) -> Answer:
        """All of the request has arrived: what becomes of it, and what is answered."""
        making = None if accepted is None else self._service.accept_later(submit, params, accepted)
        if how is None or how == "slow" or "TaskUID" in how:
            if how == "slow":
                await asyncio.sleep(15.0)
            if making is None:
                await self._break("reset")
            assert making is not None
            task = await making
            await self._travel()
            submit.told = self._service.now
            status = int(how.split()[1]) if how and how != "slow" else 200
            answer = {"RetCode": 0, "Action": params["Action"] + "Response", "Message": "", "TaskUID": task.uid}
            return self._response(answer, status)
        submit.how = how
        if how == "no_uid":
            await self._travel()
            return self._response({"RetCode": 0, "Action": params["Action"], "Message": ""})
        return await self._break(how, {"RetCode": 0, "TaskUID": "cut off"})

    # -- what costs nothing

    async def _read(self, params: dict[str, Any], away: str | None) -> Answer:
        how = self._network.of_read(params["Action"])
        if away is not None:
            how = away
        is_look = params["Action"] == "ListRunningTasks"
        await self._travel()
        answer = self._service.answer(params)
        if how not in (None, "slow", "null"):
            if is_look:
                self._service.looked(self._process, params["PublicKey"], None)
            return await self._break(how, answer)
        await (asyncio.sleep(20.0) if how == "slow" else self._travel())
        self._service.said(answer)
        if is_look:
            self._service.looked(self._process, params["PublicKey"], answer)
        if how == "null":  # an empty Go slice
            answer = {name: None if value == [] else value for name, value in answer.items()}
        return self._response(answer)

    async def _picture(self, url: str) -> Answer:
        self._service.calls += 1
        *_, uid, index = url.partition("?")[0].split("/")
        await self._travel()
        content = self._service.picture(uid, int(index))
        how = self._network.of_picture(uid, int(index))
        if how == "broken" and content:
            return self._bytes(content[:-4])
        if how == "cut":
            return await self._break("reset")
        if how is not None:
            return await self._break(how)
        return self._bytes(content) if content else self._bytes(b"gone", 404)

    # -- what breaks

    async def _refuse(self) -> None:
        self._network.faults += 1
        await self._travel()
        raise httpx.ConnectError("refused")

    async def _break(self, how: str, answer: dict[str, Any] | None = None) -> Answer:
        """What goes wrong after the request has arrived."""
        self._network.faults += 1
        await self._travel()
        words = how.split()
        if how == "hang":
            await asyncio.sleep(_READ_TIMEOUT)
            raise httpx.ReadTimeout("hangs")
        if how == "refused":
            raise httpx.ConnectError("refused")
        if how == "reset":
            raise httpx.ReadError("reset")
        if how == "cut":
            return self._bytes(json.dumps(answer).encode()[:-3])
        if words[0] == "http":
            headers = {"Retry-After": words[3]} if len(words) > 2 else {}
            return self._bytes(b"<html>no</html>", int(words[1]), headers)
        if words[0] == "code":
            return self._response({"RetCode": int(words[1]), "Action": "", "Message": f"said with code {words[1]}"})
        bodies = {"garbage": b"\x00\xff garbage", "html": b"<html>log in</html>", "empty": b"", "slow": b""}
        return self._bytes(bodies[how])

    async def _travel(self) -> None:
        await asyncio.sleep(0.02 + 0.1 * self._draw.random())

    def _response(self, answer: dict[str, Any], status: int = 200) -> Answer:
        return self._bytes(json.dumps(answer).encode(), status)

    def _bytes(self, content: bytes, status: int = 200, headers: dict[str, str] | None = None) -> Answer:
        return Answer(status, self._service.headers() | (headers or {}), content)


class _Call:
    def __init__(self, answering: Coroutine[Any, Any, Answer]) -> None:
        self._answering = answering

    async def __aenter__(self) -> Answer:
        return await self._answering

    async def __aexit__(self, *_: object) -> None:
        """Nothing is left of it."""


@functools.cache
def _unconnected(account: Account) -> Client:
    """To be copied: what httpx does to make its clients costs more than a short life with them."""
    return Client(account, transport=_NOWHERE)


_NOWHERE = httpx.MockTransport(lambda _: httpx.Response(500))
_READ_TIMEOUT = Timeouts().read
