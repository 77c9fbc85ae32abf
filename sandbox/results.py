"""Result files behind URLs with a random token, dead after a time, and the oldest dead when too many bytes are kept."""

import hmac
import secrets
from collections import OrderedDict
from dataclasses import dataclass
from time import monotonic
from urllib.parse import urlencode

MOST_BYTES = 1 << 30


@dataclass
class Result:
    """One file; `task_uid` made it. `content` is None once its time is over."""

    task_uid: str
    name: str
    token: str
    content_type: str
    content: bytes | None
    stored_at: float

    def path(self, expires: int) -> str:
        """Path and query of its URL, in the fashion of a signed storage URL."""
        return f"/results/{self.name}?{urlencode({'Expires': expires, 'Signature': self.token})}"


class ResultStore:
    """All result files of a sandbox, oldest first, in memory."""

    def __init__(self, retention_seconds: float) -> None:
        self.retention_seconds = retention_seconds
        self._results: OrderedDict[str, Result] = OrderedDict()
        self._bytes = 0

    def add(self, task_uid: str, content: bytes, file_format: str, content_type: str) -> Result:
        """Keeps one file under a name nobody can guess."""
        name = f"{task_uid}-{secrets.token_hex(4)}.{file_format.lower()}"
        result = Result(task_uid, name, secrets.token_urlsafe(24), content_type, content, monotonic())
        self._results[name] = result
        self._bytes += len(content)
        self._drop_dead()
        return result

    def find(self, name: str, token: str) -> Result | None:
        """The file behind a URL, dead or alive; None when there never was such a URL."""
        self._drop_dead()
        result = self._results.get(name)
        if result is None or not hmac.compare_digest(result.token.encode(), token.encode()):
            return None
        return result

    def expire(self) -> int:
        """Ends every URL's life now; how many that were."""
        alive = [result for result in self._results.values() if result.content is not None]
        for result in alive:
            self._kill(result)
        return len(alive)

    def _drop_dead(self) -> None:
        oldest_allowed = monotonic() - self.retention_seconds
        for result in self._results.values():
            if result.stored_at > oldest_allowed and self._bytes <= MOST_BYTES:
                return
            self._kill(result)

    def _kill(self, result: Result) -> None:
        self._bytes -= len(result.content or b"")
        result.content = None
