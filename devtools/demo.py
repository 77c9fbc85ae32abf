"""`dev.py demo`: every example workflow, as it is on disk, through a real ComfyUI against the pack's sandbox."""

import re
import shutil
import struct
import time
from collections.abc import Mapping
from pathlib import Path

import httpx

from .comfyui_client import ComfyuiClient, Outcome, Picture, PromptRefused
from .comfyui_server import ComfyuiServer
from .comfyui_source import ComfyuiSource
from .environment import Environment
from .terminal import Failure, say, step
from .workflows import Workflow, WorkflowError

SECONDS_FOR_A_WORKFLOW = 300.0


def run(environment: Environment, source: ComfyuiSource, stay_up: bool, port: int | None) -> int:
    """Runs the demo and gives the exit code: 1 when a workflow failed."""
    with environment.alone("demo"):
        folder = environment.folder / "demo"
        shutil.rmtree(folder, ignore_errors=True)
        base = folder / "comfyui"
        base.mkdir(parents=True)
        server = ComfyuiServer(environment, source, base, {"PICPIK_ENDPOINT": "sandbox"}, port)
        try:
            with step(f"Starting ComfyUI {source.version} with the pack and its sandbox"):
                server.start()
            failures = _run_workflows(server.client, environment.root / "example_workflows", folder / "pictures")
            if failures:
                say(f"What ComfyUI wrote meanwhile: {server.log}")
            if stay_up:
                _stay_up(server)
        finally:
            server.stop()
    return 1 if failures else 0


def _run_workflows(client: ComfyuiClient, workflows: Path, pictures: Path) -> int:
    """Runs all workflows, saves their pictures, says their texts; gives the number of those that failed."""
    paths = sorted(workflows.glob("*.json"))
    if not paths:
        raise Failure(f"There are no workflows in {workflows}.\nCheck that the checkout is complete.")
    failures = 0
    for path in paths:
        try:
            _run_workflow(client, Workflow.load(path), pictures / path.stem)
        except Failure as failure:
            say(f"    failed: {failure}")
            failures += 1
    say(f"\n{len(paths) - failures} of {len(paths)} workflows ran. Their pictures are in {pictures}")
    return failures


def _run_workflow(client: ComfyuiClient, workflow: Workflow, folder: Path) -> None:
    say(f"\n{workflow.name}: {workflow.summary()}")
    started = time.monotonic()
    try:
        prompt = workflow.to_prompt(client.object_info())
        outcome = client.run(prompt, SECONDS_FOR_A_WORKFLOW, workflow.content)
    except (WorkflowError, PromptRefused, TimeoutError, ConnectionError, httpx.HTTPError) as error:
        raise Failure(str(error)) from error
    titles = {node_id: node["_meta"]["title"] for node_id, node in prompt.items()}
    if outcome.error:
        raise Failure(f"{titles[outcome.error.node_id]}: {outcome.error.message}")
    say(f"    ran in {time.monotonic() - started:.1f} s")
    for node_id, texts in outcome.shown.items():
        for text in texts:
            say(f"    {titles[node_id]}: {text}")
    if not _save_pictures(titles, outcome, folder):
        raise Failure("it ended well, but without a picture.")


def _save_pictures(titles: Mapping[str, str], outcome: Outcome, folder: Path) -> int:
    """Writes each picture under its node's title; gives their number."""
    folder.mkdir(parents=True)
    number = 0
    for node_id, pictures in outcome.images.items():
        title = titles[node_id]
        for picture in pictures:
            number += 1
            path = folder / f"{number} {_as_file_name(title)}{Path(picture.filename).suffix}"
            path.write_bytes(picture.content)
            say(f"    {title}{_size(picture)}: {path}")
    return number


def _as_file_name(title: str) -> str:
    return re.sub(r"[^\w -]+", "", title).strip() or "picture"


def _size(picture: Picture) -> str:
    """Width and height as a PNG's header states them; nothing for other formats."""
    if picture.content[:8] != b"\x89PNG\r\n\x1a\n":
        return ""
    width, height = struct.unpack(">II", picture.content[16:24])
    return f", {width} x {height}"


def _stay_up(server: ComfyuiServer) -> None:
    say(f"\nOpen {server.url} in a browser: Templates, then EXTENSIONS, has the example workflows.")
    say("No request leaves this machine, and nothing costs credits: the sandbox answers.")
    say("What you save there is gone at the next demo. Ctrl-C ends it.")
    try:
        while server.is_running():
            time.sleep(0.5)
    except KeyboardInterrupt:
        say("\nEnding ComfyUI.")
        return
    raise Failure("ComfyUI ended by itself.")
