"""`python -m sandbox --port 8010`: a sandbox on its own, until Ctrl-C."""

import argparse
import asyncio
import json
import signal
import sys
from pathlib import Path
from typing import Any

from .quirks import Quirks
from .recorded_facts import recorded_quirks, recorded_seconds, recorded_service
from .running import LOCAL, PRIVATE_KEY, PUBLIC_KEY, Running, Sandbox

_USUAL_SECONDS = {"seconds_queued": 0.2, "seconds_per_task": 1.0}
_ABOUT = "A local PICPIK with real pictures and faults on demand."


def main(arguments: list[str] | None = None) -> int:
    """Serves until it is interrupted; 1 when it cannot."""
    options = _parser().parse_args(arguments)
    quirks = Quirks()
    try:
        facts = recorded_service(json.loads(options.facts.read_text("utf-8"))) if options.facts else {}
        quirks.change(recorded_quirks(facts) | dict(options.quirk))
        sandbox = _sandbox(options, quirks, recorded_seconds(facts))
        asyncio.run(_serve(sandbox, options.host, options.port))
    except (OSError, ValueError) as error:
        sys.stderr.write(f"The sandbox could not start: {error}\n")
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m sandbox", description=_ABOUT)
    parser.add_argument("--host", default=LOCAL, help="address to listen on (default %(default)s)")
    parser.add_argument("--port", type=int, default=0, help="port to listen on (default: a free one)")
    parser.add_argument("--public-key", default=PUBLIC_KEY, help="default %(default)s")
    parser.add_argument("--private-key", default=PRIVATE_KEY, help="default %(default)s")
    parser.add_argument("--seconds-queued", type=float, help="default 0.2, or as recorded")
    parser.add_argument("--seconds-per-task", type=float, help="time a task runs (default 1.0, or as recorded)")
    parser.add_argument(
        "--retention-seconds", type=float, default=24 * 3600, help="life of results and task details (default 24 h)"
    )
    parser.add_argument("--total-credits", type=int, default=1_000_000, help="default %(default)s")
    parser.add_argument(
        "--facts", type=Path, metavar="FILE", help="behave as the service that was called last in a service_facts.json"
    )
    parser.add_argument(
        "--quirk", type=_quirk, action="append", default=[], metavar="NAME=JSON", help="e.g. models_as_array=true"
    )
    return parser


def _quirk(text: str) -> tuple[str, Any]:
    name, _, value = text.partition("=")
    try:
        return name, json.loads(value)
    except ValueError:
        return name, value


def _sandbox(options: argparse.Namespace, quirks: Quirks, recorded: dict[str, float]) -> Sandbox:
    given = {name: getattr(options, name) for name in _USUAL_SECONDS}
    seconds = _USUAL_SECONDS | recorded | {name: value for name, value in given.items() if value is not None}
    return Sandbox(
        public_key=options.public_key,
        private_key=options.private_key,
        seconds_queued=seconds["seconds_queued"],
        seconds_per_task=seconds["seconds_per_task"],
        retention_seconds=options.retention_seconds,
        total_credits=options.total_credits,
        quirks=quirks,
    )


async def _serve(sandbox: Sandbox, host: str, port: int) -> None:
    loop, ended = asyncio.get_running_loop(), asyncio.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, lambda *_: loop.call_soon_threadsafe(ended.set))
    async with sandbox.serve(host, port) as running:
        sys.stdout.write(_greeting(running))
        sys.stdout.flush()
        await ended.wait()


def _greeting(running: Running) -> str:
    return (
        "\nPICPIK sandbox: tasks cost nothing here. Ctrl-C ends it.\n\n"
        f"  PICPIK_ENDPOINT={running.endpoint}\n"
        f"  PICPIK_PUBLIC_KEY={running.public_key}\n"
        f"  PICPIK_PRIVATE_KEY={running.private_key}\n\n"
        f"  state:  {running.endpoint}/_sandbox/state\n"
        f"  faults: {running.endpoint}/_sandbox/faults\n\n"
    )


if __name__ == "__main__":
    sys.exit(main())
