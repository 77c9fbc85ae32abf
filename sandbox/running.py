"""A sandbox as its users hold it: made, served on a port (in this event loop or in a thread of its own), stopped."""

import asyncio
import threading
from collections.abc import AsyncIterator
from concurrent.futures import Future
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any

from .faults import FaultPlan
from .http_server import HttpServer
from .quirks import Quirks
from .request_checks import KeyPair
from .service import Service
from .tasks import Task

PUBLIC_KEY = "picpik-sandbox-public-key"
PRIVATE_KEY = "picpik-sandbox-private-key"
LOCAL = "127.0.0.1"


class Sandbox:
    """A local PICPIK: its settings, its state, its faults. Nothing runs before `serve` or `start_in_thread`."""

    def __init__(
        self,
        *,
        public_key: str = PUBLIC_KEY,
        private_key: str = PRIVATE_KEY,
        seconds_queued: float = 0.2,
        seconds_per_task: float = 1.0,
        until_seen: bool = False,
        retention_seconds: float = 24 * 3600,
        total_credits: int = 1_000_000,
        quirks: Quirks | None = None,
    ) -> None:
        """`retention_seconds`: life of result URLs and of TaskDetails; `until_seen`: no task is over before a poll."""
        self.service = Service(
            KeyPair(public_key, private_key),
            seconds_queued=seconds_queued,
            seconds_per_task=seconds_per_task,
            until_seen=until_seen,
            retention_seconds=retention_seconds,
            total_credits=total_credits,
            quirks=quirks or Quirks(),
        )

    @property
    def faults(self) -> FaultPlan:
        """What shall go wrong."""
        return self.service.faults

    @property
    def quirks(self) -> Quirks:
        """How it shall differ from the pages; may be changed while it runs."""
        return self.service.quirks

    @property
    def tasks(self) -> list[Task]:
        """Every accepted task, oldest first."""
        return self.service.tasks.all()

    def state(self) -> dict[str, Any]:
        """The same as GET /_sandbox/state."""
        return self.service.state()

    def expire(self) -> int:
        """Makes all result URLs expire now; how many that were."""
        return self.service.result_files.expire()

    @asynccontextmanager
    async def serve(self, host: str = LOCAL, port: int = 0) -> AsyncIterator["Running"]:
        """Serves in this event loop while the context lasts. OSError when the port is taken."""
        async with HttpServer(self.service).listen(host, port) as bound:
            yield Running(self, _endpoint(host, bound))


@dataclass(frozen=True)
class Running:
    """A sandbox that answers at `endpoint`."""

    sandbox: Sandbox
    endpoint: str

    @property
    def public_key(self) -> str:
        """PublicKey of its one user."""
        return self.sandbox.service.keys.public

    @property
    def private_key(self) -> str:
        """What its one user signs with."""
        return self.sandbox.service.keys.private


class SandboxThread:
    """A sandbox that answers from a daemon thread, with an event loop of its own, until `stop`."""

    def __init__(self, sandbox: Sandbox, host: str, port: int) -> None:
        self.sandbox = sandbox
        self._started: Future[Running] = Future()
        self._ending = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread = threading.Thread(target=self._run, args=(host, port), name="picpik-sandbox", daemon=True)
        self._thread.start()
        try:
            self._running = self._started.result()
        except OSError:
            self._thread.join()
            raise

    @property
    def endpoint(self) -> str:
        """Where it answers, e.g. http://127.0.0.1:40001."""
        return self._running.endpoint

    @property
    def public_key(self) -> str:
        """PublicKey of its one user."""
        return self._running.public_key

    @property
    def private_key(self) -> str:
        """What its one user signs with."""
        return self._running.private_key

    def stop(self) -> None:
        """Ends it and waits until none of its threads is left; stopping twice is no error."""
        if self._loop is not None and self._thread.is_alive():
            with suppress(RuntimeError):  # the loop may have closed since
                self._loop.call_soon_threadsafe(self._ending.set)
        self._thread.join()

    def _run(self, host: str, port: int) -> None:
        asyncio.run(self._serve(host, port))

    async def _serve(self, host: str, port: int) -> None:
        self._loop = asyncio.get_running_loop()
        try:
            async with self.sandbox.serve(host, port) as running:
                self._started.set_result(running)
                await self._ending.wait()
        except OSError as error:
            self._started.set_exception(error)


def start_in_thread(*, host: str = LOCAL, port: int = 0, **settings: Any) -> SandboxThread:
    """Starts a Sandbox with these settings and gives it back once it answers. OSError when the port is taken."""
    return SandboxThread(Sandbox(**settings), host, port)


def _endpoint(host: str, port: int) -> str:
    if host in ("", "0.0.0.0", "::"):
        host = LOCAL
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
