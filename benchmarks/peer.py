"""The peer: one call as ComfyUI's own partner nodes make it, of the real functions of `comfy_api_nodes.util`.

What partner nodes do around these functions is done here the same way: encode inline on the event loop, one image after
the other; build the request as a pydantic model; poll each task by itself; download one after the other; join.
"""

import hashlib
import io
import json
import time
from typing import Any

import torch
from comfy_api.latest import io as comfy_io
from comfy_api_nodes.util import (
    ApiEndpoint,
    bytesio_to_image_tensor,
    convert_mask_to_image,
    download_url_to_image_tensor,
    poll_op,
    sync_op,
    tensor_to_base64_string,
)
from pydantic import BaseModel

_PRIVATE_KEY = "bench-private-key"


class ApplyRequest(BaseModel):
    """ApplyReferencePattern on the wire."""

    Action: str
    PublicKey: str
    MainModel: dict[str, Any]
    PositivePrompts: list[str]
    Seed: int
    Width: int
    Height: int
    BatchSize: int
    RawImageIndex: int
    MaskIndex: int
    PatternImageIndex: int
    PatternReferStrength: float
    ImageAndMaskList: list[str]
    Signature: str


class ListRequest(BaseModel):
    """ListTasksDetails on the wire."""

    Action: str
    PublicKey: str
    TaskUIDList: list[str]
    Signature: str


class Submitted(BaseModel):
    """Its answer to a submit."""

    RetCode: int
    TaskUID: str


class Details(BaseModel):
    """Its answer to a poll."""

    RetCode: int
    TaskDetailList: list[dict[str, Any]]


class Node(comfy_io.ComfyNode):
    """Stands for the partner node: all that is read of it is its id."""

    hidden = comfy_io.HiddenHolder.from_dict({comfy_io.Hidden.unique_id: "2"})


def encode(image: torch.Tensor) -> str:
    """IMAGE [1,H,W,3] as a data URI, at its own size."""
    return "data:image/png;base64," + tensor_to_base64_string(image, total_pixels=None)


def encode_mask(mask: torch.Tensor) -> str:
    """MASK [1,H,W] as a data URI."""
    return encode(convert_mask_to_image(mask))


def request(images: list[str], seed: int) -> ApplyRequest:
    """The request, signed."""
    params: dict[str, Any] = {
        "Action": "ApplyReferencePattern",
        "PublicKey": "bench",
        "MainModel": {"ModelCode": "PICPIK General"},
        "PositivePrompts": ["linen, soft light"],
        "Seed": seed,
        "Width": 1024,
        "Height": 1024,
        "BatchSize": 4,
        "RawImageIndex": 0,
        "MaskIndex": 1,
        "PatternImageIndex": 2,
        "PatternReferStrength": 0.5,
        "ImageAndMaskList": images,
    }
    return ApplyRequest(**params, Signature=_signature(params))


def serialised(images: list[str], seed: int) -> bytes:
    """The signed body as aiohttp makes it."""
    return json.dumps(request(images, seed).model_dump(exclude_none=True)).encode()


async def submit(url: str, images: list[str], seed: int) -> str:
    """The TaskUID."""
    endpoint = ApiEndpoint(path=url, method="POST")
    return (await sync_op(Node, endpoint, response_model=Submitted, data=request(images, seed))).TaskUID


async def wait(url: str, task_uid: str, poll_interval: float = 5.0) -> list[str]:
    """The result URLs of a task, once it has ended."""
    params = {"Action": "ListTasksDetails", "PublicKey": "bench", "TaskUIDList": [task_uid]}
    details = await poll_op(
        Node,
        ApiEndpoint(path=url, method="POST"),
        response_model=Details,
        status_extractor=lambda answer: answer.TaskDetailList[0]["Status"],
        completed_statuses=["Finished"],
        data=ListRequest(**params, Signature=_signature(params)),
        poll_interval=poll_interval,
    )
    return details.TaskDetailList[0]["ImgList"]


def decode(files: list[bytes]) -> torch.Tensor:
    """Result files as one batch."""
    return torch.cat([bytesio_to_image_tensor(io.BytesIO(file)) for file in files])


async def apply(url: str, raw: torch.Tensor, mask: torch.Tensor, pattern: torch.Tensor, seed: int) -> float:
    """One whole call. Gives the seconds in which it slept over its polls, using no processor."""
    images = [encode(raw), encode_mask(mask), encode(pattern)]
    task_uid = await submit(url, images, seed)
    wall, cpu = time.perf_counter(), time.process_time()
    urls = await wait(url, task_uid)
    slept = (time.perf_counter() - wall) - (time.process_time() - cpu)
    torch.cat([await download_url_to_image_tensor(url) for url in urls])
    return slept


def _signature(params: dict[str, Any]) -> str:
    text = "".join(f"{name}{_text(params[name])}" for name in sorted(params)) + _PRIVATE_KEY
    return hashlib.sha1(text.encode()).hexdigest()


def _text(value: Any) -> str:
    if isinstance(value, dict):
        return "".join(f"{name}{_text(value[name])}" for name in sorted(value))
    if isinstance(value, list):
        return "".join(map(_text, value))
    return str(value)
