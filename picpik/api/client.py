"""One signed call, and the download of one URL. No policy: nothing is retried here."""

from __future__ import annotations

import asyncio
import json
import ssl
import time
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .account import Account
from .errors import ApiError, BadAnswer, HttpRefused, NotConfigured
from .models import ModelList
from .signing import sign
from .task_details import TaskDetail
from .timeouts import Timeouts
from .transport import http_date, in_time, keep_urls_out_of_the_log, read_body, retry_after, streamed, translated
from .wire import json_pieces

if TYPE_CHECKING:
    import httpx

_BIGGEST_ANSWER = 16 * 1024 * 1024
_BIGGEST_PICTURE = 256 * 1024 * 1024
_RESULT_SERVER = "The server of the results"


@dataclass(frozen=True)
class Credits:
    """GetCreditBalance. `expires` is Unix time, or None where the service does not say."""

    total: int
    used: int
    expires: int | None = None

    @property
    def left(self) -> int:
        return self.total - self.used


class Client:
    """Calls of one account. To be used from one event loop, closed with `aclose`."""

    def __init__(
        self,
        account: Account,
        *,
        ssl_context: ssl.SSLContext | None = None,
        timeouts: Timeouts = Timeouts(),  # noqa: B008  frozen
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        import httpx

        keep_urls_out_of_the_log()
        self.account = account
        self._timeouts = timeouts
        self._service_zero: float | None = None
        options: dict[str, Any] = {
            "timeout": timeouts.for_httpx(),
            "verify": ssl_context if ssl_context is not None else True,
            "proxy": account.proxy,
            # a proxy of the environment cannot reach this computer's own loopback
            "trust_env": not account.is_loopback,
            "transport": transport,
        }
        try:
            self._reads = httpx.AsyncClient(**options, follow_redirects=True)
            # A kept-alive connection that the server has just closed fails after the request was sent. For a submit
            # that would leave the outcome unknown, so each submit makes its own connection.
            self._submits = httpx.AsyncClient(**options, limits=httpx.Limits(max_keepalive_connections=0))
        except (ValueError, httpx.InvalidURL, ImportError) as error:
            raise NotConfigured(
                f"The proxy or endpoint cannot be used ({type(error).__name__}).",
                "Check the proxy settings of the environment and of the pack: http://host:port is the usual form.",
            ) from error

    @property
    def clock_offset(self) -> float | None:
        """The service's clock minus ours in seconds, also after ours was set; None before its first answer."""
        return None if self._service_zero is None else self._service_zero + time.monotonic() - time.time()

    async def aclose(self) -> None:
        await self._reads.aclose()
        await self._submits.aclose()

    async def submit(self, params: Mapping[str, Any]) -> str:
        """Sends a paid request exactly once and returns its TaskUID. Raises CallFailed."""
        # hashing tens of megabytes belongs into a thread
        body = await asyncio.to_thread(self._signed, params)
        answer = await self._post(self._submits, body)
        task_uid = answer.get("TaskUID")
        if not (isinstance(task_uid, str) and task_uid):
            self._check_ret_code(params["Action"], answer)
            raise BadAnswer(self.account.host, "it has no TaskUID")
        return task_uid

    async def task_details(self, task_uids: Sequence[str]) -> dict[str, TaskDetail]:
        """ListTasksDetails: what the service knows of the tasks; a task it does not know is missing."""
        answer = await self._read_call({"Action": "ListTasksDetails", "TaskUIDList": list(task_uids)})
        listed = answer.get("TaskDetailList")
        if not isinstance(listed, list):  # the API page promises no RetCode here, so the list alone decides
            self._check_ret_code("ListTasksDetails", answer)
            raise BadAnswer(self.account.host, "it has no TaskDetailList")
        entries = (entry for entry in listed if isinstance(entry, dict) and entry.get("TaskUID"))
        return {detail.task_uid: detail for detail in map(TaskDetail.from_params, entries)}

    async def running_tasks(self) -> list[str]:
        """ListRunningTasks: the TaskUIDs of all tasks of the account that have not ended."""
        answer = await self._checked_call("ListRunningTasks")
        listed = answer.get("TaskUIDList") or []
        if not isinstance(listed, list):
            raise BadAnswer(self.account.host, "its TaskUIDList is no list")
        return [uid for uid in listed if isinstance(uid, str)]

    async def models(self) -> ModelList:
        """ListModels."""
        return ModelList.from_answer(await self._checked_call("ListModels"))

    async def credits(self) -> Credits:
        """GetCreditBalance."""
        answer = await self._checked_call("GetCreditBalance")
        total, used, expires = (answer.get(name) for name in ("TotalCredits", "UsedCredits", "ExpireTimestamp"))
        if not isinstance(total, int) or not isinstance(used, int):
            raise BadAnswer(self.account.host, "it has no TotalCredits or UsedCredits")
        return Credits(total, used, expires if isinstance(expires, int) and expires > 0 else None)

    async def download(self, url: str) -> bytes:
        """The whole body behind a result URL, its length checked. Raises CallFailed without naming the URL."""
        return await in_time(self._download(url), self._timeouts.whole_picture, _RESULT_SERVER)

    async def _download(self, url: str) -> bytes:
        with translated(_RESULT_SERVER):
            async with self._reads.stream("GET", url) as response:
                if response.status_code != 200:
                    raise HttpRefused(_RESULT_SERVER, response.status_code, retry_after(response))
                return await read_body(response, _BIGGEST_PICTURE)

    async def _checked_call(self, action: str) -> dict[str, Any]:
        answer = await self._read_call({"Action": action})
        self._check_ret_code(action, answer)
        return answer

    async def _read_call(self, params: Mapping[str, Any]) -> dict[str, Any]:
        posting = self._post(self._reads, self._signed(params))
        return await in_time(posting, self._timeouts.whole_answer, self.account.host)

    def _signed(self, params: Mapping[str, Any]) -> tuple[bytes, ...]:
        """The body of one call, in pieces."""
        signed = {**params, "PublicKey": self.account.public_key, "request_uuid": str(uuid.uuid4())}
        signed["Signature"] = sign(signed, self.account.private_key)
        return tuple(json_pieces(signed))

    async def _post(self, http: httpx.AsyncClient, body: Sequence[bytes]) -> dict[str, Any]:
        headers = {"Content-Type": "application/json", "Content-Length": str(sum(map(len, body)))}
        with translated(self.account.host):
            content = streamed(body)
            async with http.stream("POST", self.account.endpoint, content=content, headers=headers) as response:
                self._note_clock(response)
                return self._answer(response, await read_body(response, _BIGGEST_ANSWER))

    def _answer(self, response: httpx.Response, body: bytes) -> dict[str, Any]:
        try:
            answer = json.loads(body)
        except (ValueError, RecursionError) as error:
            answer = error
        if response.status_code == 200 and isinstance(answer, dict):
            return answer
        if isinstance(answer, dict) and isinstance(answer.get("RetCode"), int) and answer["RetCode"] != 0:
            return answer  # an API refusal that came with an HTTP error status
        if response.status_code == 200:
            raise BadAnswer(self.account.host, "it is not a JSON object")
        raise HttpRefused(self.account.host, response.status_code, retry_after(response))

    def _check_ret_code(self, action: str, answer: Mapping[str, Any]) -> None:
        ret_code = answer.get("RetCode")
        if not isinstance(ret_code, int) or isinstance(ret_code, bool):
            raise BadAnswer(self.account.host, "it has no RetCode")
        if ret_code != 0:
            raise ApiError(action, ret_code, str(answer.get("Message") or ""))

    def _note_clock(self, response: httpx.Response) -> None:
        date = http_date(response.headers.get("Date", ""))
        if date is not None:
            self._service_zero = date - time.monotonic()
