"""The stages of one call, ours and the peer's, on the same pictures: what each costs, and what the machine needs."""

import asyncio
import itertools
import statistics
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import torch

from ..imaging import decode_batch
from ..picpik.api import Client
from . import limits, ours, peer, pictures
from .clock import Contestant, Cost, interleaved
from .service import LocalService

SIDES = (1024, 2048)
LARGEST = ("photo", 2560)
KINDS = ("photo", "print", "mask")
RESULT_SETS = ((16, 1024, "PNG"), (16, 1024, "JPEG"), (16, 1024, "WEBP"), (4, 2560, "WEBP"))
"""How many, their side, and how they are written."""


@dataclass(frozen=True)
class Stage:
    """One row of the table."""

    name: str
    case: str
    ours: Cost
    peer: Cost
    limit: Cost | None = None

    def cpu_ratio(self) -> float:
        return self.ours.cpu / self.peer.cpu

    def wall_ratio(self) -> float:
        return self.ours.wall / self.peer.wall


def timed(name: str, case: str, seconds: float, **contestants: Contestant) -> Stage:
    """The row of some contestants: `ours`, `peer`, and `limit` where there is one."""
    costs = interleaved(contestants, seconds)
    return Stage(name, case, costs["ours"], costs["peer"], costs.get("limit"))


def encode_stages(seconds: float) -> Iterator[Stage]:
    """IMAGE or MASK to the base64 text of its file; ours hashes the pixels, too, by which it is found again."""
    for kind, side in (*itertools.product(KINDS, SIDES), LARGEST):
        yield timed("encode", f"{kind} {side}²", seconds, **_encoders(kind, side))


def _encoders(kind: str, side: int) -> dict[str, Contestant]:
    if kind == "mask":
        mask = pictures.mask_tensor(side)
        levels = (pictures.mask(side) >= 128).astype("u1")[..., None] * 255
        return {
            "ours": _discard(lambda: ours.encode_as_mask(mask)),
            "peer": _discard(lambda: peer.encode_mask(mask)),
            "limit": limits.encode(kind, mask, levels),
        }
    image = pictures.image_tensor(kind, side)
    return {
        "ours": _discard(lambda: ours.encode(image)),
        "peer": _discard(lambda: peer.encode(image)),
        "limit": limits.encode(kind, image, (image[0].numpy() * 255).round().astype("u1")),
    }


def request_stages(service: LocalService, seconds: float) -> Iterator[Stage]:
    """From three encoded images to the signed body, and from there to the TaskUID."""
    raw, mask, pattern = call_inputs()
    our_images = [ours.encode(raw), ours.encode_as_mask(mask), ours.encode(pattern)]
    peer_images = [peer.encode(raw), peer.encode_mask(mask), peer.encode(pattern)]
    body = b"".join(ours.serialised(our_images, 1))
    yield timed(
        "sign + serialise",
        f"three {pictures.CALL_SIDE}² images",
        seconds,
        ours=_discard(lambda: ours.serialised(our_images, 1)),
        peer=_discard(lambda: peer.serialised(peer_images, 1)),
        limit=limits.serialise(body),
    )
    loop = asyncio.new_event_loop()
    client = Client(ours.account(service.url))
    yield timed(
        "submit",
        f"a body of {len(body) / 1e6:.1f} MB",
        seconds,
        ours=_discard(lambda: loop.run_until_complete(ours.submit(client, our_images, 1))),
        peer=_discard(lambda: loop.run_until_complete(peer.submit(service.url, peer_images, 1))),
        limit=limits.submit(service.url, body),
    )
    loop.run_until_complete(client.aclose())
    loop.close()


def decode_stages(folder: Path, seconds: float) -> Iterator[Stage]:
    """Result files to one batch."""
    for count, side, file_format in RESULT_SETS:
        paths = pictures.write_results(folder, count, side, file_format)
        files = [path.read_bytes() for path in paths]
        yield timed(
            "decode",
            f"{count} x {side}² {file_format}",
            seconds,
            ours=_discard(lambda paths=paths: decode_batch(paths)),
            peer=_discard(lambda files=files: peer.decode(files)),
            limit=limits.decode(files, side),
        )


@dataclass(frozen=True)
class Calls:
    """The whole node, with nothing cached: encode, submit, wait, download, store, decode.

    The peer's sleeps over its polls are not counted; ours are, and `our_sleep` says how many seconds they are.
    """

    lossless: Stage
    compact: Stage
    our_sleep: float
    bodies: dict[str, int]
    """Bytes on the wire of one submit: lossless, compact, peer."""


def call_stages(service: LocalService, seconds: float) -> Calls:
    """Three contestants, one interleaved run."""
    inputs = call_inputs()
    seeds = itertools.count(1000)
    bodies: dict[str, int] = {}
    sleeps: list[float] = []

    def call(upload_format: str) -> None:
        ours.apply(*inputs, next(seeds), upload_format)
        counts = service.counts()
        bodies[upload_format] = int(counts["submit_bytes"])
        sleeps.append(counts["till_first_poll"])

    def peer_call() -> float:
        slept = asyncio.run(peer.apply(service.url, *inputs, next(seeds)))
        bodies["peer"] = int(service.counts()["submit_bytes"])
        return slept

    contestants: dict[str, Contestant] = {
        "lossless": lambda: call("lossless"),
        "compact": lambda: call("compact"),
        "peer": peer_call,
        "limit": _call_limit(service),
    }
    costs = interleaved(contestants, seconds)
    lossless, compact = (
        Stage("whole call", name, costs[name], costs["peer"], costs["limit"]) for name in ("lossless", "compact")
    )
    return Calls(lossless, compact, statistics.median(sleeps), bodies)


def _call_limit(service: LocalService) -> Contestant:
    """The limits of all stages of a lossless call, one after the other."""
    raw, mask, pattern = call_inputs()
    images = [ours.encode(raw), ours.encode_as_mask(mask), ours.encode(pattern)]
    body = b"".join(ours.serialised(images, 1))
    results = [pictures.result_file(kind, pictures.RESULT_SIDE, "PNG") for kind in pictures.KINDS]
    parts = [
        *(_encoders(kind, pictures.CALL_SIDE)["limit"] for kind in KINDS),
        limits.serialise(body),
        limits.submit(service.url, body),
        limits.decode(results * (pictures.RESULT_COUNT // len(results)), pictures.RESULT_SIDE),
    ]

    def run() -> None:
        for part in parts:
            part()

    return run


def offer_results(service: LocalService) -> None:
    """From now on every task gives the four result pictures at once."""
    names = [f"{index}.png" for index in range(pictures.RESULT_COUNT)]
    for index, name in enumerate(names):
        service.offer(name, pictures.result_file(pictures.KINDS[index % 2], pictures.RESULT_SIDE, "PNG"))
    service.arrange(names)


def call_inputs() -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Photo, mask and print of the whole call."""
    photo, print_ = (pictures.image_tensor(kind, pictures.CALL_SIDE) for kind in pictures.KINDS)
    return photo, pictures.mask_tensor(pictures.CALL_SIDE), print_


def _discard(work: Callable[[], object]) -> Contestant:
    def run() -> None:
        work()

    return run
