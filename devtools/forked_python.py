"""A Python that has imported what takes ComfyUI longest, and forks for each program it is told to run.

Reads lines of JSON: `command` (a Python program and its arguments), `log`, `environment` and `cwd`. Answers each by a
line with the process id of a fork that runs the program as Python would run it, in a session of its own, with nothing
to read, and with all it writes appended to `log`. It ends when there are no more lines; what it has started does not.

POSIX only. It never runs a thread of its own.
"""

import gc
import importlib
import json
import os
import runpy
import signal
import sys
from contextlib import suppress
from typing import Any

WHAT_COMFYUI_IMPORTS = (
    "aiohttp.web",
    "alembic.command",
    "av",
    "comfy_kitchen",
    "kornia.augmentation",
    "numpy",
    "PIL.Image",
    "pydantic",
    "safetensors.torch",
    "scipy.signal",
    "scipy.stats",
    "sqlalchemy.orm",
    "sympy",
    "torch._dynamo",
    "torch.export",
    "torchaudio",
    "torchsde",
    "torchvision.models",
    "tqdm.auto",
    "transformers",
    "yaml",
)
"""Packages of others. Of ComfyUI itself nothing: it reads its command line when it is imported."""


def main() -> None:
    for name in WHAT_COMFYUI_IMPORTS:
        with suppress(ImportError):  # then ComfyUI imports it, or does without
            importlib.import_module(name)
    gc.freeze()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody here waits for what has ended
    answers = os.dup(1)
    for line in sys.stdin:
        order = json.loads(line)
        pid = os.fork()
        if not pid:
            os.close(answers)
            _become(order)
            return
        os.write(answers, f"{pid}\n".encode())


def _become(order: dict[str, Any]) -> None:
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.setsid()
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    log = os.open(order["log"], os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
    os.dup2(log, 1)
    os.dup2(log, 2)
    os.environ.clear()
    os.environ.update(order["environment"])
    os.chdir(order["cwd"])
    program, *_ = sys.argv = order["command"]
    sys.path[0] = os.path.dirname(program)  # noqa: PTH120  as Python has it
    runpy.run_path(program, run_name="__main__")


if __name__ == "__main__":
    main()
