"""A PICPIK in a process of its own that does nothing but answer at once, and count.

It checks no signature and draws no picture: what it costs is neither contestant's. Run as a script it serves; imported,
`LocalService` starts it.
"""

import json
import re
import subprocess
import sys
import time
import uuid
from collections import defaultdict
from pathlib import Path
from typing import Any, NamedTuple

import httpx
from aiohttp import web

_ACTION = re.compile(rb'"Action":\s*"(\w+)"')
_SMALL = 1024 * 1024

Counts = dict[str, float]


class Submit(NamedTuple):
    """Unix times at which its head had arrived, and all of its body."""

    began: float
    ended: float


class LocalService:
    """The process, and what is asked of it besides the API. Close it."""

    def __init__(self) -> None:
        self._process = subprocess.Popen([sys.executable, __file__], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        assert self._process.stdout is not None
        port = int(self._process.stdout.readline())
        self.url = f"http://127.0.0.1:{port}/"
        self._http = httpx.Client(base_url=self.url, trust_env=False)

    def close(self) -> None:
        self._http.close()
        self._process.terminate()
        self._process.communicate()

    def offer(self, name: str, content: bytes) -> None:
        """Makes a result picture known by its name."""
        self._http.put(f"/pictures/{name}", content=content).raise_for_status()

    def arrange(self, pictures: list[str], seconds: float | None = 0.0) -> None:
        """From now on a task gives these pictures after so many seconds; None: when `finish_all` is called."""
        self._http.post("/bench/arrange", json={"pictures": pictures, "seconds": seconds}).raise_for_status()

    def finish_all(self) -> None:
        """All tasks have ended now."""
        self._http.post("/bench/finish").raise_for_status()

    def ended_at(self, task_uid: str) -> float:
        """Unix time at which a task ended."""
        return self._http.get("/bench/ended", params={"task_uid": task_uid}).json()

    def submits(self) -> list[Submit]:
        """Those since the last call, in the order in which they came."""
        return [Submit(*moments) for moments in self._http.post("/bench/submits").json()]

    def counts(self) -> Counts:
        """Since the last call: polls, tasks asked for in them, their bytes on the wire; of the last submit its bytes,
        and the seconds from its answer to the first poll."""
        return defaultdict(float, self._http.post("/bench/counts").json())


class _Service:
    def __init__(self) -> None:
        self._url = ""
        self._pictures: dict[str, bytes] = {}
        self._arranged: dict[str, Any] = {"pictures": [], "seconds": 0.0}
        self._ends: dict[str, float] = {}
        self._results: dict[str, list[str]] = {}
        self._counts: Counts = defaultdict(float)
        self._submitted: float | None = None
        self._submits: list[Submit] = []
        self._poll_connections: set[object] = set()

    def app(self) -> web.Application:
        app = web.Application(client_max_size=2**30)
        app.add_routes(
            [
                web.post("/", self._call),
                web.get("/pictures/{name}", self._picture),
                web.put("/pictures/{name}", self._keep_picture),
                web.post("/bench/arrange", self._arrange),
                web.post("/bench/finish", self._finish),
                web.get("/bench/ended", self._ended),
                web.post("/bench/counts", self._give_counts),
                web.post("/bench/submits", self._give_submits),
            ]
        )
        return app

    async def _call(self, request: web.Request) -> web.Response:
        began = time.time()
        start, size = await _start_of_body(request)
        found = _ACTION.search(start)
        if found is None or found[1] != b"ListTasksDetails":
            self._submits.append(Submit(began, time.time()))
            self._counts["submit_bytes"] = size
            self._submitted = time.monotonic()
            return web.json_response({"RetCode": 0, "TaskUID": self._new_task()})
        if self._submitted is not None:
            self._counts["till_first_poll"] = time.monotonic() - self._submitted
            self._submitted = None
        task_uids = json.loads(start)["TaskUIDList"]
        head = sum(len(name) + len(value) + 4 for name, value in request.raw_headers) + len("POST / HTTP/1.1\r\n\r\n")
        self._counts["polls"] += 1
        self._poll_connections.add(request.transport.get_extra_info("peername") if request.transport else None)
        self._counts["tasks_asked_for"] += len(task_uids)
        self._counts["poll_bytes"] += size + head
        details = [self._detail(request, task_uid) for task_uid in task_uids]
        return web.json_response({"RetCode": 0, "TaskDetailList": details})

    def _new_task(self) -> str:
        task_uid = uuid.uuid4().hex
        seconds = self._arranged["seconds"]
        self._ends[task_uid] = float("inf") if seconds is None else time.time() + seconds
        self._results[task_uid] = self._arranged["pictures"]
        return task_uid

    def _detail(self, request: web.Request, task_uid: str) -> dict[str, Any]:
        if time.time() < self._ends[task_uid]:
            return {"TaskUID": task_uid, "Status": "Running"}
        urls = [str(request.url.join(request.url.with_path(f"/pictures/{name}"))) for name in self._results[task_uid]]
        return {"TaskUID": task_uid, "Status": "Finished", "ImgList": urls}

    async def _picture(self, request: web.Request) -> web.Response:
        return web.Response(body=self._pictures[request.match_info["name"]], content_type="image/png")

    async def _keep_picture(self, request: web.Request) -> web.Response:
        self._pictures[request.match_info["name"]] = await request.read()
        return web.Response()

    async def _arrange(self, request: web.Request) -> web.Response:
        self._arranged = await request.json()
        return web.Response()

    async def _finish(self, _request: web.Request) -> web.Response:
        now = time.time()
        self._ends = {task_uid: min(end, now) for task_uid, end in self._ends.items()}
        return web.Response()

    async def _ended(self, request: web.Request) -> web.Response:
        return web.json_response(self._ends[request.query["task_uid"]])

    async def _give_counts(self, _request: web.Request) -> web.Response:
        counts, self._counts = self._counts, defaultdict(float)
        counts["connections"] = len(self._poll_connections)
        self._poll_connections.clear()
        return web.json_response(counts)

    async def _give_submits(self, _request: web.Request) -> web.Response:
        submits, self._submits = self._submits, []
        return web.json_response(sorted(submits))


async def _start_of_body(request: web.Request) -> tuple[bytes, int]:
    """The body as far as it is small, and its whole size."""
    start, size = bytearray(), 0
    async for piece in request.content.iter_any():
        size += len(piece)
        if len(start) < _SMALL:
            start += piece
    return bytes(start), size


def _serve() -> None:
    """Serves on a free port, which is printed, until the process is ended."""
    import asyncio

    async def run() -> None:
        runner = web.AppRunner(_Service().app(), access_log=None)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        sys.stdout.write(f"{runner.addresses[0][1]}\n")
        sys.stdout.flush()
        await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)  # ends with who started us
        await runner.cleanup()

    asyncio.run(run())


if __name__ == "__main__":
    sys.path.remove(str(Path(__file__).resolve().parent))
    _serve()
