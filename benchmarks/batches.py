"""A batch of photos: when its first and its last picture leave, what it holds in memory, and what it costs again."""

import asyncio
import itertools
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from ..nodes.host import service as host_service
from ..picpik.api import Client, DataUri
from ..picpik.ledger import FOLDER_NAME
from . import batch_runs, ours, pictures, stages
from .memory import child
from .service import LocalService, Submit

PHOTO_SIDE = 1536
COUNT = 32
MANY, LARGE_SIDE = 100, 2048
"""Tasks whose memory counts while they wait."""
_ROUNDS = 2
_STORED_ROUNDS = 6
_AT_ONCE = 4

_seeds = itertools.count(40_000)


@dataclass(frozen=True)
class Held:
    """What a batch of so many photos of this side holds of memory above its own."""

    count: int
    side: int
    peak: float
    """What is allocated at most, in encoded photos."""
    grown: float
    """What the process grows by at most, in the same."""
    waiting: float
    """Bytes that are allocated for each waiting task."""


@dataclass(frozen=True)
class Batches:
    """Seconds, the better of two runs each, in turn; of `COUNT` photos where nothing else is said."""

    first_of_one: float
    """From the start of a run of one photo to its submit."""
    first: float
    """The same of the first one of the batch."""
    last: float
    """To the answer to the last one."""
    encoding: float
    """Hashing and encoding them all, and nothing else."""
    sending: float
    """Sending them all, encoded, and nothing else."""
    both: float
    """Both side by side, and nothing else: what the machine needs where the two share its cores."""
    again: float
    """The whole run after a restart, everything being stored."""
    decoding: float
    """Of that, decoding the results."""
    stored_call: float
    """A whole Apply call of three pictures of 2048² that is stored: seconds above those of decoding its results."""
    held: list[Held]


def photos(count: int, side: int = PHOTO_SIDE) -> torch.Tensor:
    """IMAGE [count, side, side, 3]: grainy photos, no two alike."""
    photo = pictures.photo(side)
    return torch.cat([pictures.as_tensor(np.roll(photo, 7 * index, axis=0)) for index in range(count)])


def measured(comfyui: Path, service: LocalService) -> Batches:
    """Of Extract Pattern, in the real runner; memory in processes of their own."""
    name = "batch.png"
    service.offer(name, pictures.result_file("print", pictures.RESULT_SIDE, "PNG"))
    service.arrange([name], None)
    batch = photos(COUNT)
    one, firsts, lasts, encodings, sendings, boths, agains = ([] for _ in range(7))
    for _ in range(_ROUNDS):
        alone, _ = submits(service, batch[:1])
        one.append(alone[0].began)
        seen, seed = submits(service, batch)
        firsts.append(seen[0].began)
        lasts.append(seen[-1].ended)
        ours.restart()
        agains.append(_seconds(lambda seed=seed: asyncio.run(ours.extract(batch, seed))))
        uris: list[DataUri] = []
        encodings.append(_seconds(lambda uris=uris: uris.extend(ours.encode(photo[None]) for photo in batch)))
        sendings.append(_seconds(lambda uris=uris: asyncio.run(_send(service.url, uris))))
        boths.append(_seconds(lambda uris=uris: _encode_and_send(batch, service.url, uris)))
        service.submits()
    files = [path for path in host_service.home().rglob("*.png") if path.stat().st_size][:COUNT]
    decodings = [_seconds(lambda: ours.decode(files)) for _ in range(_ROUNDS)]
    held = _held(comfyui, *((count, PHOTO_SIDE) for count in (1, COUNT, 4 * COUNT)), (MANY, LARGE_SIDE))
    return Batches(
        min(one),
        min(firsts),
        min(lasts),
        min(encodings),
        min(sendings),
        min(boths),
        min(agains),
        min(decodings),
        _stored_call(service),
        held,
    )


def _stored_call(service: LocalService) -> float:
    """In a process that runs it again, with the ledger open."""
    stages.offer_results(service)
    inputs, seed = stages.call_inputs(), next(_seeds)
    before = _result_files()
    ours.apply(*inputs, seed, "lossless")
    files = sorted(_result_files() - before)
    calls = [_seconds(lambda: ours.apply(*inputs, seed, "lossless")) for _ in range(_STORED_ROUNDS)]
    return min(calls) - min(_seconds(lambda: ours.decode(files)) for _ in range(_STORED_ROUNDS))


def _result_files() -> set[Path]:
    return set((host_service.home() / FOLDER_NAME).rglob("*.png"))


def _held(comfyui: Path, *cases: tuple[int, int]) -> list[Held]:
    told = child(comfyui, "batch_memory", *(f"{count}x{side}" for count, side in cases))
    return [
        Held(count, side, one["peak"] / one["encoded"], one["grown"] / one["encoded"], one["waiting"])
        for (count, side), one in zip(cases, told, strict=True)
    ]


def submits(service: LocalService, batch: torch.Tensor) -> tuple[list[Submit], int]:
    """The submits of one run, in seconds after its start, and its seed."""
    seed = next(_seeds)
    with batch_runs.ending_once_all_wait(service, len(batch)) as submits:
        began = time.time()
        asyncio.run(ours.extract(batch, seed))
    return [Submit(submit.began - began, submit.ended - began) for submit in submits], seed


def _encode_and_send(batch: torch.Tensor, url: str, uris: list[DataUri]) -> None:
    sending = threading.Thread(target=lambda: asyncio.run(_send(url, uris)))
    sending.start()
    for photo in batch:
        ours.encode(photo[None])
    sending.join()


async def _send(url: str, uris: list[DataUri]) -> None:
    client = Client(ours.account(url))
    places = asyncio.Semaphore(_AT_ONCE)

    async def send(uri: DataUri) -> None:
        async with places:
            await client.submit({"Action": "GeneratePatternsFromImage", "ImageList": [uri]})

    await asyncio.gather(*map(send, uris))
    await client.aclose()


def _seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began
