"""ComfyUI's own modules, loaded as its `main.py` does, on the CPU, but without starting its server."""

import atexit
import importlib
import logging
import shutil
import tempfile
import time


class Browsers:
    """Stands where ComfyUI's server is: takes what nodes show, for nobody."""

    client_id = "bench"

    def __init__(self) -> None:
        self.sent: list[float] = []
        """When each message was."""

    def send_progress_text(self, *_: object) -> None:
        """What both contestants call to show a line of text on their node."""
        self.sent.append(time.monotonic())

    def send_sync(self, *_: object) -> None:
        """What ComfyUI's progress bars call."""
        self.sent.append(time.monotonic())


def browsers() -> Browsers:
    """Those of this process."""
    return importlib.import_module("server").PromptServer.instance


def load() -> None:
    """Imports what a running ComfyUI has imported before the first custom node."""
    logging.getLogger().setLevel(logging.ERROR)
    importlib.import_module("comfy.cli_args").args.cpu = True
    for name in ("execution", "server", "nodes", "comfy_api.latest", "comfy_api_nodes.util"):
        importlib.import_module(name)
    # the peer writes each request to a log file; that belongs to its cost, but not into ComfyUI's folder
    logs = tempfile.mkdtemp(prefix="picpik-bench-")
    atexit.register(shutil.rmtree, logs, ignore_errors=True)
    importlib.import_module("folder_paths").set_temp_directory(logs)
    importlib.import_module("server").PromptServer.instance = Browsers()
