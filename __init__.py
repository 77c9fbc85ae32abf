"""ComfyUI-PICPIK: what ComfyUI's loader asks a pack for, nothing else."""

from comfy_api.latest import ComfyExtension, io

from .nodes import NODES, add_routes, collect_after_start, follow_prompts, load_after_start

WEB_DIRECTORY = "./web"


class PicpikExtension(ComfyExtension):
    async def on_load(self) -> None:
        add_routes()
        load_after_start()
        collect_after_start()
        follow_prompts()

    async def get_node_list(self) -> list[type[io.ComfyNode]]:
        return NODES


async def comfy_entrypoint() -> PicpikExtension:
    return PicpikExtension()
