"""A real ComfyUI server with the pack in it, and sandboxes for it to talk to: see `devtools/fixtures.py`."""

from comfyui_picpik.devtools.fixtures import comfyui, environment, sandbox, source, start_comfyui, start_sandbox

__all__ = ["comfyui", "environment", "sandbox", "source", "start_comfyui", "start_sandbox"]
