"""Result files behind URLs with a random token: they expire after a time, the oldest also when too much is kept."""

import hmac
import secrets
from collections import OrderedDict
from dataclasses import dataclass
from time import monotonic
from urllib.parse import urlencode

MOST_BYTES = 1 << 30


@dataclass
class ResultFile:
    """One file; `task_uid` made it. `content` is None once it has expired."""

    task_uid: str
    name: str
    token: str
    content_type: str
    content: bytes | None
    stored_at: float

    def path(self, expires: int) -> str:
        """Path and query of its URL, in the fashion of a signed storage URL."""
        return f"/results/{self.name}?{urlencode({'Expires': expires, 'Signature': self.token})}"


class ResultFileStore:
    """All result files of a sandbox, oldest first, in memory."""

    def __init__(self, retention_seconds: float) -> None:
        self.retention_seconds = retention_seconds
        self._files: OrderedDict[str, ResultFile] = OrderedDict()
        self._bytes = 0

    def add(self, task_uid: str, content: bytes, file_format: str, content_type: str) -> ResultFile:
        """Keeps one file under a name nobody can guess."""
        name = f"{task_uid}-{secrets.token_hex(4)}.{file_format.lower()}"
        file = ResultFile(task_uid, name, secrets.token_urlsafe(24), content_type, content, monotonic())
        self._files[name] = file
        self._bytes += len(content)
        self._expire_old_files()
        return file

    def find(self, name: str, token: str) -> ResultFile | None:
        """The file behind a URL, expired or not; None when there never was such a URL."""
        self._expire_old_files()
        file = self._files.get(name)
        if file is None or not hmac.compare_digest(file.token.encode(), token.encode()):
            return None
        return file

    def expire(self) -> int:
        """Makes every URL expire now; how many that were."""
        unexpired = [file for file in self._files.values() if file.content is not None]
        for file in unexpired:
            self._expire(file)
        return len(unexpired)

    def _expire_old_files(self) -> None:
        oldest_allowed = monotonic() - self.retention_seconds
        for file in self._files.values():
            if file.stored_at > oldest_allowed and self._bytes <= MOST_BYTES:
                return
            self._expire(file)

    def _expire(self, file: ResultFile) -> None:
        self._bytes -= len(file.content or b"")
        file.content = None
