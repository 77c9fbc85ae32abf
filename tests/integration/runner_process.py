"""A process with a task runner, as another ComfyUI on the same home folder would be.

Takes one JSON object as its argument, says "ready", waits for a line, submits, and prints one JSON object.
"""

import io
import json
import logging
import os
import sys
from contextlib import suppress
from pathlib import Path
from types import ModuleType


def main(order: dict) -> dict:
    pack = ModuleType("comfyui_picpik")
    pack.__path__ = [order["root"]]
    sys.modules["comfyui_picpik"] = pack
    from comfyui_picpik.picpik.api import Account, DataUri, GeneratePatternsFromImage, Generation
    from comfyui_picpik.picpik.runner import Delays, Runner, SearchEnded
    from PIL import Image

    def check(content: bytes) -> None:
        Image.open(io.BytesIO(content)).load()

    lines: list[str] = []
    handler = logging.Handler(logging.WARNING)
    handler.emit = lambda record: lines.append(record.getMessage())
    logging.getLogger().addHandler(handler)

    picture = DataUri.encode("image/png", [Path(order["picture"]).read_bytes()])
    account = Account(*order["account"])
    runner = Runner(
        Path(order["home"]),
        check,
        poll_interval=0.05,
        delays=Delays(first_retry=0.01, first_look=0.05, longest_look=0.1, liveness=0.02, **order["delays"]),
    )
    PREPARATIONS[order["prepare"]]()
    say("ready")
    sys.stdin.readline()
    actions = [
        GeneratePatternsFromImage(
            picture,
            (0, 0, 64, 64),
            generation=Generation(positive_prompts=(name,), seed=seed, width=64, height=64),
        )
        for name, seed in order["requests"]
    ]
    results = []
    for action, handle in [(action, runner.submit(account, action)) for action in actions]:
        try:
            result = handle.result.result(60)
        except SearchEnded:  # the user is told, and runs it again
            result = runner.submit(account, action).result.result(60)
        results.append([result.task_uid, [len(file.read_bytes()) for file in result.pictures]])
    if order["stops"]:
        runner.stop()
    else:
        import atexit

        atexit.register(runner.stop)
    return {"results": results, "warning": runner.warning, "log": lines}


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def give_up_root() -> None:
    """Root may write everywhere; from now on this is somebody else, who may not even import more of Python."""
    import asyncio

    import httpx

    async def import_what_a_call_imports() -> None:
        async with httpx.AsyncClient() as http:
            with suppress(httpx.ConnectError):
                await http.get("http://127.0.0.1:9")

    asyncio.run(import_what_a_call_imports())
    if os.geteuid() == 0:
        os.setegid(65534)
        os.seteuid(65534)


def fill_the_disk() -> None:
    """No file can grow beyond a few kilobytes: a picture fits, a ledger does not."""
    import resource
    import signal

    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (8192, 8192))


PREPARATIONS = {"nothing": lambda: None, "give up root": give_up_root, "fill the disk": fill_the_disk}

if __name__ == "__main__":
    say(json.dumps(main(json.loads(sys.argv[1]))))
