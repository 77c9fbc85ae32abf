"""A ComfyUI that is ended and killed again and again."""

from dataclasses import dataclass

from comfyui_picpik.devtools.comfyui_server import ComfyuiServer
from comfyui_picpik.sandbox import SandboxThread


@dataclass(frozen=True)
class Killable:
    """The server, and the sandbox that counts what it was asked to do."""

    server: ComfyuiServer
    sandbox: SandboxThread
