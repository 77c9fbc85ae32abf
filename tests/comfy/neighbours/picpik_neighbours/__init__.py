"""Nodes for tests, loaded beside the pack: pictures from and to files, a list, and neighbours that fail or meddle."""

import asyncio
import sys

import numpy as np
import torch
from comfy_api.latest import ComfyExtension, io

CATEGORY = "tests"


class MakeImage(io.ComfyNode):
    """The array `image` of an .npz file as an IMAGE, and `mask` of it as a MASK."""

    @classmethod
    def define_schema(cls):
        return io.Schema(
            node_id="NeighbourMakes",
            category=CATEGORY,
            inputs=[io.String.Input("path")],
            outputs=[io.Image.Output("image"), io.Mask.Output("mask")],
        )

    @classmethod
    def execute(cls, path):
        arrays = np.load(path)
        return io.NodeOutput(torch.from_numpy(arrays["image"]), torch.from_numpy(arrays["mask"]))


class KeepImage(io.ComfyNode):
    """Writes what comes in into an .npz file, to the bit."""

    @classmethod
    def define_schema(cls):
        return io.Schema(
            node_id="NeighbourKeeps",
            category=CATEGORY,
            is_output_node=True,
            inputs=[
                io.Image.Input("images"),
                io.Mask.Input("mask", optional=True),
                io.String.Input("task_uid", force_input=True, optional=True),
                io.String.Input("path"),
            ],
            outputs=[],
        )

    @classmethod
    def execute(cls, images, path, mask=None, task_uid=""):
        mask = torch.zeros(0) if mask is None else mask
        np.savez(path, images=images.numpy(), mask=mask.numpy(), task_uid=np.array(task_uid))
        return io.NodeOutput()


class ListImages(io.ComfyNode):
    """The entries of a batch as a list."""

    @classmethod
    def define_schema(cls):
        return io.Schema(
            node_id="NeighbourLists",
            category=CATEGORY,
            inputs=[io.Image.Input("images")],
            outputs=[io.Image.Output("image", is_output_list=True)],
        )

    @classmethod
    def execute(cls, images):
        return io.NodeOutput([entry[None] for entry in images])


class Fail(io.ComfyNode):
    """Fails after some seconds."""

    @classmethod
    def define_schema(cls):
        return io.Schema(
            node_id="NeighbourFails",
            category=CATEGORY,
            is_output_node=True,
            inputs=[io.Float.Input("seconds", default=1.0)],
            outputs=[],
        )

    @classmethod
    async def execute(cls, seconds):
        await asyncio.sleep(seconds)
        raise RuntimeError("the neighbour failed")


class BreakEncoders(io.ComfyNode):
    """From now on, the pack in this ComfyUI can encode nothing."""

    @classmethod
    def define_schema(cls):
        return io.Schema(
            node_id="NeighbourBreaksEncoders", category=CATEGORY, is_output_node=True, inputs=[], outputs=[]
        )

    @classmethod
    def execute(cls):
        def broken(*_):
            raise RuntimeError("something was encoded")

        for name, module in list(sys.modules.items()):
            if name.endswith((".imaging.pictures", ".imaging.masks")):
                module.encode_png = module._jpeg = broken
        return io.NodeOutput()


class Neighbours(ComfyExtension):
    async def get_node_list(self):
        return [MakeImage, KeepImage, ListImages, Fail, BreakEncoders]


async def comfy_entrypoint():
    return Neighbours()
