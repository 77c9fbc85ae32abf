"""Learns of real services from the calls that are made anyway, and keeps it in `service_facts.json`.

Kept are words, codes, names and types of fields, formats, and seconds. A key, prompt, picture, TaskUID or URL beyond
its host is needed in memory, to tell what belongs together and what must not be kept, and is never written.

What of a task is learned from its answers:

    submit ──► listed as running ──► details ──► each Status word, in order ──► pictures
"""

from __future__ import annotations

import logging
import threading
import time
from collections import Counter, OrderedDict, deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from ..api import ACTIONS, THROTTLED, Account, Assumptions, HttpRefused, Observer
from .comparison import differences, polls_at
from .endpoints import service_name
from .redaction import HIDDEN, redacted, sent_texts
from .service_facts import Facts, add_facts, added

_UNTIL_WRITTEN = 2.0
"""Seconds for which what is learned is gathered before the file is written."""
_MOST_TASKS = 2000
_DEEPEST = 6
_ALIKE = 3
"""So many entries of a list tell what the others are like."""
_LONGEST_WORD = 40
_TOO_MANY_REQUESTS = 429
_FIELDS_OF_DETAILS = ("Action", "Seed", "ImgList", "TxtList", "ConsumeApiPoint", "ErrorCode")
_ELSEWHERE = "(not kept: the task was submitted elsewhere)"

_log = logging.getLogger("picpik")


@dataclass
class _Task:
    """One task that was submitted here. `began` is when its submit began, on the monotonic clock."""

    began: float
    seed: int | None
    texts: tuple[str, ...] = field(repr=False)
    words: list[str] = field(default_factory=list)
    timed: set[str] = field(default_factory=set)
    is_over: bool = False


class Recorder(Observer):
    """For any thread. Writes in a thread of its own, a moment after something was learned; `flush` writes at once.

    `describe_picture` says what a result file is, as "PNG 512 x 512 RGB".
    """

    def __init__(self, home: Path, describe_picture: Callable[[bytes], str]) -> None:
        self._home = home
        self._describe_picture = describe_picture
        self._lock = threading.RLock()
        self._writing = threading.Lock()
        self._learned: dict[str, Facts] = {}
        self._timer: threading.Timer | None = None
        self._assumptions: dict[str, Assumptions] = {}
        self._calls: dict[str, deque[float]] = {}
        self._began: OrderedDict[int, float] = OrderedDict()
        self._tasks: OrderedDict[str, _Task] = OrderedDict()
        self._shown: OrderedDict[str, tuple[str, ...]] = OrderedDict()
        self._task_of_url: OrderedDict[str, _Task] = OrderedDict()
        self._has_said_why = False

    # -- what the client tells

    def calling(self, account: Account, params: Mapping[str, Any]) -> None:
        with self._lock:
            service, now = service_name(account.endpoint), time.monotonic()
            self._assumptions[service] = account.assumptions
            self._calls.setdefault(service, deque(maxlen=200)).append(now)
            _remember(self._began, id(params), now)
            self._note(service, calls={params["Action"]: 1}, latest_call=int(time.time()))

    def answered(self, account: Account, params: Mapping[str, Any], answer: Mapping[str, Any]) -> None:
        with self._lock:
            service, action = service_name(account.endpoint), params["Action"]
            self._note(service, answers={action: dict(Counter(_fields(answer)))})
            ret_code = answer.get("RetCode")
            if isinstance(ret_code, int) and ret_code:
                message = redacted(str(answer.get("Message") or ""), self._sent(account, params))
                self._note(service, ret_codes={str(ret_code): _coded(action, message)})
            if ret_code == THROTTLED:
                self._throttled(service, action)
            began = self._began.pop(id(params), time.monotonic())
            if action in ACTIONS and isinstance(answer.get("TaskUID"), str):
                self._accepted(service, params, answer["TaskUID"], began)
            self._listed(service, answer)
            for detail in _objects(answer.get("TaskDetailList")):
                self._detailed(service, account, detail)

    def refused(self, account: Account, params: Mapping[str, Any], error: HttpRefused) -> None:
        with self._lock:
            service = service_name(account.endpoint)
            self._began.pop(id(params), None)
            self._note(service, http_refusals={str(error.status): 1})
            if error.status == _TOO_MANY_REQUESTS:
                self._throttled(service, params["Action"])

    def downloaded(self, account: Account, url: str, content: bytes) -> None:
        with self._lock:
            service = service_name(account.endpoint)
            self._note(service, results={self._describe_picture(content): 1})
            self._note(service, result_hosts={urlsplit(url).hostname or "": 1})
            if task := self._task_of_url.pop(url, None):
                self._took(service, "submit to picture", task)

    def clock_told(self, account: Account, offset: float) -> None:
        with self._lock:
            self._note(service_name(account.endpoint), clock_offset={"latest seconds": round(offset)})

    def learned(self, service: str, facts: Facts) -> None:
        """What somebody has found out on purpose."""
        with self._lock:
            self._note(service, **facts)

    def flush(self) -> None:
        """Writes what was learned. Blocks for a small file. A disk that cannot be written is told to the log, once."""
        with self._writing:
            with self._lock:
                learned, self._learned = self._learned, {}
                if self._timer is not None:
                    self._timer.cancel()
                    self._timer = None
                assumptions = dict(self._assumptions)
            if not learned:
                return
            try:
                services = add_facts(self._home, learned)
                self._say_what_differs(services, assumptions)
            except OSError as error:
                self._say_why(error)

    # -- what is made of it

    def _accepted(self, service: str, params: Mapping[str, Any], task_uid: str, began: float) -> None:
        seed = params.get("Seed")
        task = _Task(began, seed if isinstance(seed, int) else None, sent_texts(params))
        _remember(self._tasks, task_uid, task)
        self._took(service, "submit to answer", task)

    def _listed(self, service: str, answer: Mapping[str, Any]) -> None:
        listed = answer.get("TaskUIDList")
        for task in filter(None, map(self._task, listed if isinstance(listed, list) else ())):
            self._took(service, "submit to listed as running", task)

    def _detailed(self, service: str, account: Account, detail: Mapping[str, Any]) -> None:
        """A task that is as it was at the last poll teaches nothing, and costs next to nothing."""
        shown = tuple(repr(detail.get(name)) for name in ("Status", *_FIELDS_OF_DETAILS))
        if self._shown.get(uid := str(detail.get("TaskUID"))) == shown:
            return
        _remember(self._shown, uid, shown)
        task = self._task(uid)
        texts = task.texts if task else ()
        word = redacted(str(detail.get("Status") or ""), (*_keys(account), *texts))[:_LONGEST_WORD]
        has_results = any(detail.get(name) for name in ("ImgList", "TxtList"))
        message = str(detail.get("ErrorMassage") or detail.get("ErrorMessage") or "")
        error_code = detail.get("ErrorCode")
        told = {name: 1 for name in _FIELDS_OF_DETAILS if _is_told(name, detail.get(name), task)}
        seen = {
            "times": 1,
            "with results": int(has_results),
            "with an error": int(bool(error_code)),
            "with a Seed sent": int(task is not None and task.seed is not None),
            "told": told,
        }
        self._note(service, status_words={word: seen})
        if error_code:
            kept = redacted(message, (*_keys(account), *texts)) if task else _ELSEWHERE
            self._note(service, error_codes={str(error_code)[:20]: _coded(str(detail.get("Action")), kept)})
        if task is not None and not task.is_over:
            self._went_on(service, account, task, word, has_results or bool(error_code))
        for url in filter(_is_text, detail.get("ImgList") or ()):
            if task is not None:
                _remember(self._task_of_url, url, task)

    def _went_on(self, service: str, account: Account, task: _Task, word: str, has_evidence: bool) -> None:
        self._took(service, "submit to details", task)
        self._took(service, f"submit to {word}", task)
        if word not in task.words:
            task.words.append(word)
        if has_evidence or account.assumptions.status_of(word).ended:
            task.is_over = True
            self._note(service, orders={" > ".join(task.words): 1})

    def _throttled(self, service: str, action: str) -> None:
        now = time.monotonic()
        lately = sum(now - call <= 1.0 for call in self._calls.get(service, ()))
        pace = {"times": 1, "actions": {action: 1}, "calls in the second before": {str(lately): 1}}
        if action == "ListTasksDetails":
            pace[polls_at(self._assumptions[service])] = 1
        self._note(service, throttled=pace)

    def _took(self, service: str, what: str, task: _Task) -> None:
        """How long after its submit that was seen of a task for the first time."""
        if what not in task.timed:
            task.timed.add(what)
            seconds = round(time.monotonic() - task.began, 2)
            self._note(service, seconds={what: {"times": 1, "sum": seconds, "least": seconds, "most": seconds}})

    def _task(self, task_uid: Any) -> _Task | None:
        return self._tasks.get(task_uid) if isinstance(task_uid, str) else None

    def _sent(self, account: Account, params: Mapping[str, Any]) -> tuple[str, ...]:
        return (*_keys(account), *sent_texts({name: value for name, value in params.items() if name != "Action"}))

    # -- how it is kept

    def _note(self, service: str, **facts: Any) -> None:
        self._learned[service] = added(self._learned.get(service, {}), facts)
        if self._timer is None:
            self._timer = threading.Timer(_UNTIL_WRITTEN, self.flush)
            self._timer.daemon = True
            self._timer.start()

    def _say_what_differs(self, services: Mapping[str, Facts], assumptions: Mapping[str, Assumptions]) -> None:
        """Each difference once, for ever: what was said is a fact, too."""
        for service, assumed in assumptions.items():
            facts = services.get(service, {})
            new = [each for each in differences(facts, assumed) if each.key not in facts.get("said", {})]
            for each in new:
                _log.warning("PICPIK: %s does not do what the pack assumes: %s", service, each.what)
            if new:
                add_facts(self._home, {service: {"said": {each.key: 1 for each in new}}})

    def _say_why(self, error: OSError) -> None:
        if not self._has_said_why:
            self._has_said_why = True
            _log.warning("PICPIK: what was learned of the service cannot be kept (%s).", error.strerror)


def _keys(account: Account) -> tuple[str, str]:
    return account.public_key, account.private_key


def _coded(action: str, message: str) -> Facts:
    return {"times": 1, "actions": {action[:_LONGEST_WORD]: 1}, "messages": {message: 1}}


def _is_told(name: str, value: Any, task: _Task | None) -> bool:
    """A Seed of 0 or -1 is how one is written that is not told, unless it is the one that was sent."""
    if name == "Seed":
        return isinstance(value, int) and (value > 0 or (task is not None and value == task.seed != -1))
    return bool(value)


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def _objects(listed: Any) -> list[Mapping[str, Any]]:
    return [each for each in listed if isinstance(each, Mapping)] if isinstance(listed, list) else []


def _fields(value: Any, path: str = "", depth: int = 0) -> Iterator[str]:
    """`TaskDetailList[].Seed: Int` and the like, of all that is in an answer. Names that data made become `{}`."""
    if isinstance(value, Mapping) and depth < _DEEPEST:
        is_keyed_by_data = bool(path) and bool(value) and all(isinstance(inner, Mapping) for inner in value.values())
        for name, inner in value.items():
            step = "{}" if is_keyed_by_data else f".{_field_name(name)}" if path else _field_name(name)
            yield from _fields(inner, f"{path}{step}", depth + 1)
        if not value:
            yield f"{path}: Object"
    elif isinstance(value, list):
        for inner in value[:_ALIKE]:
            yield from _fields(inner, f"{path}[]", depth + 1)
        if not value:
            yield f"{path}: List"
    else:
        yield f"{path}: {_TYPES.get(type(value), 'Object')}"


def _field_name(name: Any) -> str:
    return redacted(str(name), ())[:60] or HIDDEN


_TYPES = {bool: "Bool", int: "Int", float: "Float", str: "String", type(None): "null"}


def _remember(memory: OrderedDict[Any, Any], key: Any, value: Any) -> None:
    memory[key] = value
    memory.move_to_end(key)
    while len(memory) > _MOST_TASKS:
        memory.popitem(last=False)
