"""One call as the pack makes it: the real node in the real runner, or one stage of it by itself."""

import asyncio
import os
from pathlib import Path
from typing import Any

import torch
from comfy_api.latest import io

from ..imaging import EncodedImage, decode_batch, encode_mask, encode_picture, mask_digest, picture_digest
from ..nodes import NODES
from ..nodes.host import service
from ..nodes.host.service import runner as runner
from ..picpik.api import Account, ApplyReferencePattern, Client, DataUri, Generation
from ..picpik.api.signing import sign
from ..picpik.api.wire import json_pieces


def set_up(url: str, home: Path) -> None:
    """The pack's account is the local service; its ledger and results lie in `home`."""
    os.environ |= {
        "PICPIK_ENDPOINT": url,
        "PICPIK_PUBLIC_KEY": "bench",
        "PICPIK_PRIVATE_KEY": "bench-private-key",
        "PICPIK_HOME": str(home),
    }


def account(url: str) -> Account:
    """The same account, for what is asked without the node."""
    return Account(url, "bench", "bench-private-key")


def apply(raw: torch.Tensor, mask: torch.Tensor, pattern: torch.Tensor, seed: int, upload_format: str) -> torch.Tensor:
    """One whole call, in an event loop of its own, as ComfyUI runs a prompt."""
    return asyncio.run(execute(raw, mask, pattern, seed, upload_format))


async def execute(
    raw: torch.Tensor, mask: torch.Tensor, pattern: torch.Tensor, seed: int, upload_format: str = "lossless"
) -> torch.Tensor:
    """The node's `images`."""
    output = await _node("PicpikApplyReferencePattern").execute(
        raw_image=raw,
        mask=mask,
        pattern_image=pattern,
        pattern_strength=0.5,
        chaotic_mode=False,
        color_correction=False,
        main_model="PICPIK General",
        positive_prompts="linen, soft light",
        negative_prompts="",
        seed=seed,
        width=1024,
        height=1024,
        batch_size=4,
        upload_format=upload_format,
    )
    assert output.args is not None
    return output.args[0]


def restart() -> None:
    """What is known from here on is what the disk remembers."""
    service.runner().stop()
    service._runner.cache_clear()


async def extract(photos: torch.Tensor, seed: int) -> torch.Tensor:
    """Extract Pattern's `images` of a batch of photos."""
    node = _node("PicpikExtractPattern")
    output = await node.execute(
        raw_image=photos,
        box={"x": 0, "y": 0, "width": 0, "height": 0},
        tiling=True,
        main_model="PICPIK General",
        positive_prompts="",
        negative_prompts="",
        seed=seed,
        width=1024,
        height=1024,
        batch_size=1,
        max_tasks=len(photos),
    )
    assert output.args is not None
    return output.args[0]


def encode(image: torch.Tensor, upload_format: str = "lossless") -> DataUri:
    """IMAGE [1,H,W,3] as a data URI, behind the digest that it is known by."""
    picture_digest(image[0])
    return _uri(encode_picture("image", image[0], upload_format))


def encode_as_mask(mask: torch.Tensor) -> DataUri:
    """MASK [1,H,W] as a data URI, behind the digest that it is known by."""
    mask_digest(mask[0])
    height, width = mask.shape[1:]
    return _uri(encode_mask("mask", mask[0], (width, height)))


def decode(paths: list[Path]) -> torch.Tensor:
    """Result files as `images`."""
    return decode_batch(paths).images


def request(images: list[DataUri], seed: int) -> dict[str, Any]:
    """The wire parameters of the call."""
    generation = Generation(seed=seed, positive_prompts=("linen, soft light",), batch_size=4)
    raw, mask, pattern = images
    return ApplyReferencePattern(raw, mask, pattern, generation=generation).to_params()


def serialised(images: list[DataUri], seed: int) -> list[bytes]:
    """The signed body in pieces."""
    params = request(images, seed)
    params |= {"PublicKey": "bench"}
    params["Signature"] = sign(params, "bench-private-key")
    return list(json_pieces(params))


async def submit(client: Client, images: list[DataUri], seed: int) -> str:
    """The TaskUID."""
    return await client.submit(request(images, seed))


def small_request(seed: int) -> ApplyReferencePattern:
    """A request of a few bytes, for what is about waiting."""
    picture = _uri(encode_picture("image", torch.zeros(64, 64, 3)))
    generation = Generation(seed=seed, width=64, height=64)
    return ApplyReferencePattern(picture, picture, picture, generation=generation)


def _uri(image: EncodedImage) -> DataUri:
    return DataUri.encode(image.media_type, image.chunks)


def _node(node_id: str) -> Any:
    """The node's class as ComfyUI prepares it for one execution, with its photo linked."""
    (node,) = (node for node in NODES if node.GET_SCHEMA().node_id == node_id)
    clone = node.PREPARE_CLASS_CLONE(None)
    inputs = {"raw_image": ["2", 0]}
    prompt = {"1": {"class_type": node_id, "inputs": inputs}, "2": {"class_type": "LoadImage", "inputs": {}}}
    clone.hidden = io.HiddenHolder.from_dict({io.Hidden.unique_id: "1", io.Hidden.prompt: prompt})
    return clone
