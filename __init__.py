"""ComfyUI-PICPIK: what ComfyUI's loader asks a pack for, nothing else."""

from comfy_api.latest import ComfyExtension, io

from .nodes import NODES, add_routes

WEB_DIRECTORY = "./web"


class PicpikExtension(ComfyExtension):
    async def get_node_list(self) -> list[type[io.ComfyNode]]:
        return NODES


async def comfy_entrypoint() -> PicpikExtension:
    add_routes()
    return PicpikExtension()
