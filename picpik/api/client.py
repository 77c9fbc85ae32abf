"""One signed call, and the download of one URL. No policy: nothing is retried here."""

from __future__ import annotations

import asyncio
import json
import logging
import ssl
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .account import Account
from .answer_fields import text, whole_number
from .clock import SYSTEM_CLOCK, Clock
from .errors import ApiError, BadAnswer, HttpRefused
from .models import ModelList
from .observer import Observer
from .proxies import Proxies
from .signing import sign
from .task_details import TaskDetail
from .timeouts import Timeouts
from .transport import (
    http_date,
    in_time,
    in_time_once,
    is_web_address,
    keep_urls_out_of_the_log,
    read_body,
    redirects_to,
    retry_after,
    streamed,
    tls_context,
    translated,
)
from .wire import json_pieces

if TYPE_CHECKING:
    import httpx

_BIGGEST_ANSWER = 16 * 1024 * 1024
_BIGGEST_PICTURE = 256 * 1024 * 1024
_RESULT_SERVER = "The server of the results"
_log = logging.getLogger("picpik")


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
        clock: Clock = SYSTEM_CLOCK,
        observer: Observer = Observer(),  # noqa: B008  it keeps nothing
    ) -> None:
        import httpx

        keep_urls_out_of_the_log()
        self.account = account
        self._timeouts = timeouts
        self._clock = clock
        self._observer = observer
        self._service_zero: float | None = None
        reads, submits = (transport, transport) if transport else _ways(account, ssl_context or tls_context())
        options: dict[str, Any] = {"timeout": timeouts.for_httpx(), "trust_env": False}
        self._reads = httpx.AsyncClient(**options, transport=reads)
        self._submits = httpx.AsyncClient(**options, transport=submits)

    def now(self) -> float:
        """Unix time by the service's clock, also after ours was set; before its first answer, ours."""
        if self._service_zero is None:
            return self._clock.time()
        return self._service_zero + self._clock.monotonic()

    @property
    def knows_the_time(self) -> bool:
        """Has the service told its time yet?"""
        return self._service_zero is not None

    def keep_time_of(self, former: Client) -> None:
        """Knows the service's time as `former` does, whose place it takes: ours may be days off."""
        if self._service_zero is None:
            self._service_zero = former._service_zero

    @property
    def clock_offset(self) -> float | None:
        """The service's clock minus ours in seconds, also after ours was set; None before its first answer."""
        return self.now() - self._clock.time() if self.knows_the_time else None

    async def aclose(self) -> None:
        await self._reads.aclose()
        await self._submits.aclose()

    async def submit(self, params: Mapping[str, Any]) -> str:
        """Sends a paid request exactly once and returns its TaskUID. Raises CallFailed.

        An answer with a TaskUID is an accepted task, whatever else it says.
        """
        # hashing tens of megabytes belongs into a thread
        body = await asyncio.to_thread(self._signed, self.account.assumptions.as_sent(params))
        sent = asyncio.Event()
        posting = self._observed_post(self._submits, params, body, sent)
        answer = await in_time_once(sent, posting, self._timeouts.whole_submit, self.account.host)
        if task_uid := text(answer.get("TaskUID")):
            return task_uid
        self._check_ret_code(params["Action"], answer)
        raise BadAnswer(self.account.host, "it has no TaskUID")

    async def task_details(self, task_uids: Sequence[str]) -> dict[str, TaskDetail]:
        """ListTasksDetails: what the service knows of the tasks; a task it does not know is missing."""
        answer = await self._read_call({"Action": "ListTasksDetails", "TaskUIDList": list(task_uids)})
        if not answer.get("TaskDetailList"):  # the API page promises no RetCode here, so a list with tasks decides
            self._check_refusal("ListTasksDetails", answer)
        listed = self._list("TaskDetailList", answer)
        entries = (entry for entry in listed if isinstance(entry, dict) and text(entry.get("TaskUID")))
        details = (TaskDetail.from_params(entry, self.account.assumptions) for entry in entries)
        return {detail.task_uid: detail for detail in details}

    async def running_tasks(self) -> list[str]:
        """ListRunningTasks: the TaskUIDs of all tasks of the account that have not ended."""
        answer = await self._checked_call("ListRunningTasks")
        listed = self._list("TaskUIDList", answer) if "TaskUIDList" in answer else []
        running = [uid for uid in map(text, listed) if uid]
        if listed and not running:
            raise BadAnswer(self.account.host, "its TaskUIDList cannot be read")
        return running

    async def models(self) -> ModelList:
        """ListModels."""
        return ModelList.from_answer(await self._checked_call("ListModels"))

    async def credits(self) -> Credits:
        """GetCreditBalance."""
        answer = await self._checked_call("GetCreditBalance")
        names = ("TotalCredits", "UsedCredits", "ExpireTimestamp")
        total, used, expires = (whole_number(answer.get(name)) for name in names)
        if total is None or used is None:
            raise BadAnswer(self.account.host, "it has no TotalCredits or UsedCredits")
        return Credits(total, used, expires if expires is not None and expires > 0 else None)

    async def download(self, url: str) -> bytes:
        """The whole body behind a result URL, its length checked. Raises CallFailed without naming the URL."""
        content = await in_time(self._download(url), self._timeouts.whole_picture, _RESULT_SERVER)
        self._tell(self._observer.downloaded, url, content)
        return content

    async def _download(self, url: str) -> bytes:
        if not is_web_address(url):
            raise BadAnswer(self.account.host, "a result URL in it is none")
        with translated(_RESULT_SERVER):
            async with self._reads.stream("GET", url, follow_redirects=True) as response:
                if response.status_code != 200:
                    raise HttpRefused(_RESULT_SERVER, response.status_code, retry_after(response, self._clock))
                return await read_body(response, _BIGGEST_PICTURE)

    async def _checked_call(self, action: str) -> dict[str, Any]:
        answer = await self._read_call({"Action": action})
        self._check_ret_code(action, answer)
        return answer

    async def _read_call(self, params: Mapping[str, Any]) -> dict[str, Any]:
        posting = self._observed_post(self._reads, params, self._signed(params), asyncio.Event())
        return await in_time(posting, self._timeouts.whole_answer, self.account.host)

    def _signed(self, params: Mapping[str, Any]) -> tuple[bytes, ...]:
        """The body of one call, in pieces. A request_uuid that is among the params is kept."""
        signed = {"request_uuid": str(uuid.uuid4()), **params, "PublicKey": self.account.public_key}
        signed["Signature"] = sign(signed, self.account.private_key)
        return tuple(json_pieces(signed))

    async def _observed_post(
        self, http: httpx.AsyncClient, params: Mapping[str, Any], body: Sequence[bytes], sent: asyncio.Event
    ) -> dict[str, Any]:
        self._tell(self._observer.calling, params)
        try:
            answer = await self._post(http, body, sent)
        except HttpRefused as error:
            self._tell(self._observer.refused, params, error)
            raise
        self._tell(self._observer.answered, params, answer)
        return answer

    def _tell(self, see: Callable[..., None], *what: Any) -> None:
        """What is learned on the way must not cost what was paid for: a fault in it is the log's."""
        if self.account.is_sandbox:
            return
        try:
            see(self.account, *what)
        except Exception:  # noqa: BLE001  whatever it is
            _log.exception("PICPIK: what a call told of the service could not be noted, by a fault of the pack")

    async def _post(self, http: httpx.AsyncClient, body: Sequence[bytes], sent: asyncio.Event) -> dict[str, Any]:
        """The answer. `sent` is set when the body is sent, or when an answer comes before that.

        A redirect is not followed: it would turn the POST into a GET, or send a signed, paid request somewhere else.
        """
        headers = {"Content-Type": "application/json", "Content-Length": str(sum(map(len, body)))}
        with translated(self.account.host):
            content = streamed(body, sent)
            async with http.stream("POST", self.account.endpoint, content=content, headers=headers) as response:
                sent.set()
                self._note_clock(response)
                return self._answer(response, await read_body(response, _BIGGEST_ANSWER))

    def _answer(self, response: httpx.Response, body: bytes) -> dict[str, Any]:
        try:
            answer = json.loads(body)
        except (ValueError, RecursionError) as error:
            answer = error
        if isinstance(answer, dict) and (response.is_success or whole_number(answer.get("RetCode"))):
            return answer  # the latter is an API refusal that came with an HTTP error status
        if isinstance(answer, dict) and text(answer.get("TaskUID")):
            return answer
        if response.is_success:
            raise BadAnswer(self.account.host, "it is not a JSON object")
        waiting = retry_after(response, self._clock)
        raise HttpRefused(self.account.host, response.status_code, waiting, redirects_to(response))

    def _list(self, name: str, answer: Mapping[str, Any]) -> list[Any]:
        """The list of that name; a null is an empty one, since that is how Go writes a list that was never filled."""
        listed = answer.get(name, "")
        if listed is None:
            return []
        if not isinstance(listed, list):
            raise BadAnswer(self.account.host, f"it has no {name}")
        return listed

    def _check_ret_code(self, action: str, answer: Mapping[str, Any]) -> None:
        if whole_number(answer.get("RetCode")) is None:
            raise BadAnswer(self.account.host, "it has no RetCode")
        self._check_refusal(action, answer)

    def _check_refusal(self, action: str, answer: Mapping[str, Any]) -> None:
        if ret_code := whole_number(answer.get("RetCode")):
            raise ApiError(action, ret_code, text(answer.get("Message")))

    def _note_clock(self, response: httpx.Response) -> None:
        date = http_date(response.headers.get("Date", ""))
        if date is not None:
            self._service_zero = date - self._clock.monotonic()
            self._tell(self._observer.clock_told, date - self._clock.time())


def _ways(account: Account, ssl_context: ssl.SSLContext) -> tuple[httpx.AsyncBaseTransport, httpx.AsyncBaseTransport]:
    """How reads and submits get to the service. Raises NotConfigured where they cannot."""
    import httpx

    from .proxied_transport import ProxiedTransport

    proxies = Proxies.of(account)
    reads = ProxiedTransport(proxies, ssl_context, httpx.Limits(max_connections=100, max_keepalive_connections=20))
    # A kept-alive connection that the server has just closed fails after the request was sent. For a submit that would
    # leave the outcome unknown, so each submit makes its own connection.
    submits = ProxiedTransport(proxies, ssl_context, httpx.Limits(max_keepalive_connections=0))
    for way in (reads, submits):
        way.prepare(account.endpoint)
    return reads, submits
