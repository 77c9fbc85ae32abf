"""Requests whose pictures are still pixels: what was paid for is found by them, and nothing is encoded to find it."""

from __future__ import annotations

import gc
import threading
import weakref
import zlib
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
import torch
from comfyui_picpik.imaging import encode_picture, picture_digest, pictures as picture_files
from comfyui_picpik.picpik.api import (
    RANDOM_SEED,
    Action,
    DataUri,
    GeneratePatternsFromImage,
    Generation,
    InputRefused,
    NotConfigured,
    PixelDigest,
    Timeouts,
    UnencodedRequest,
)
from comfyui_picpik.picpik.runner import Withdrawn
from comfyui_picpik.tests.waiting import until

PICTURE = torch.linspace(0, 1, 64 * 64 * 3).reshape(64, 64, 3)


@pytest.fixture(autouse=True, scope="module")
def threads_of_imaging() -> None:
    """They are made once and stay: no house is to be blamed for them."""
    encode_picture("raw_image", torch.zeros(1024, 1024, 3))  # in several strips, so all threads have work


@dataclass
class Pixels:
    """A picture as a node has it, and how often it was encoded."""

    levels: torch.Tensor = field(default_factory=lambda: PICTURE.clone())
    upload_format: str = "lossless"
    encoded: int = 0

    def request(self, name: str, seed: int = 1) -> UnencodedRequest:
        generation = Generation(positive_prompts=(name,), seed=seed, width=64, height=64)
        asked = GeneratePatternsFromImage(
            PixelDigest(lambda: picture_digest(self.levels)), (0, 0, 64, 64), generation=generation
        )
        return UnencodedRequest(asked, lambda: replace(asked, raw_image=self._file()))

    def _file(self) -> DataUri:
        self.encoded += 1
        image = encode_picture("raw_image", self.levels, self.upload_format)
        return DataUri.encode(image.media_type, image.chunks)


@dataclass
class Batch:
    """Requests whose pictures are hashed and encoded when the runner wants them.

    `known` tells how many were hashed when each was encoded, `ahead` how many encoded the service had not heard of.
    """

    house: Any
    may_encode: threading.Event = field(default_factory=threading.Event)
    hashed: list[str] = field(default_factory=list)
    encoded: list[str] = field(default_factory=list)
    known: list[int] = field(default_factory=list)
    ahead: list[int] = field(default_factory=list)

    def request(self, name: str) -> UnencodedRequest:
        def digest() -> str:
            self.hashed.append(name)
            return name.encode().hex().ljust(64, "0")

        def encode() -> Action:
            assert self.may_encode.wait(60)
            self.known.append(len(self.hashed))
            self.encoded.append(name)
            self.ahead.append(len(self.encoded) - self.house.paid())
            image = encode_picture("raw_image", PICTURE)
            return replace(asked, raw_image=DataUri.encode(image.media_type, image.chunks))

        generation = Generation(positive_prompts=(name,), seed=1, width=64, height=64)
        asked = GeneratePatternsFromImage(PixelDigest(digest), (0, 0, 64, 64), generation=generation)
        return UnencodedRequest(asked, encode)


def refuse() -> Any:
    raise InputRefused("mask", "vanishes.", "Paint more of it.")


def cannot_be_encoded(name: str, seed: int = 1) -> UnencodedRequest:
    """The same request as that of `Pixels`, where encoding fails."""
    request = Pixels().request(name, seed)
    return UnencodedRequest(request._asked, refuse)


def unsent(house, runner, *requests) -> list[bool]:
    return runner.unsent(house.account, requests).result(house.SOON)


def test_the_same_picture_in_another_upload_format_is_the_same_task(house):
    lossless, compact = Pixels(), Pixels(upload_format="compact")
    runner = house.runner()
    first = house.run(runner, lossless.request("one"))
    again = house.run(runner, compact.request("one"))
    assert first.task_uid == again.task_uid
    assert (lossless.encoded, compact.encoded) == (1, 0)
    assert house.paid() == 1


def test_another_encoder_finds_what_was_paid_for_after_a_restart(house, monkeypatch: pytest.MonkeyPatch):
    first = house.run(house.runner(), Pixels().request("one"))
    before = encode_picture("raw_image", PICTURE).chunks
    for name in ("PHOTO", "PRINT", "PRINT_BY_COLUMNS"):
        stored = getattr(picture_files, name)._replace(level=0, strategy=zlib.Z_DEFAULT_STRATEGY)
        monkeypatch.setattr(picture_files, name, stored)
    assert encode_picture("raw_image", PICTURE).chunks != before

    again = house.run(house.runner(), Pixels().request("one"))

    assert (again.task_uid, house.paid()) == (first.task_uid, 1)


def test_a_stored_result_is_handed_out_again_without_encoding_also_after_a_restart(house):
    runner = house.runner()
    first = house.run(runner, Pixels().request("one"))
    for another in (runner, house.runner()):
        assert unsent(house, another, cannot_be_encoded("one")) == [False]
        again = house.run(another, cannot_be_encoded("one"))
        assert [file.read_bytes() for file in again.pictures] == [file.read_bytes() for file in first.pictures]
    assert house.paid() == 1


def test_another_pixel_or_another_parameter_is_another_task(house):
    runner = house.runner()
    brighter = Pixels()
    brighter.levels[0, 0, 0] = 1 - brighter.levels[0, 0, 0]
    wanted = [Pixels().request("one"), brighter.request("one"), Pixels().request("one", 2), Pixels().request("two")]
    assert unsent(house, runner, *wanted) == [True] * 4
    assert len({house.run(runner, request).task_uid for request in wanted}) == 4


def test_what_would_be_sent_is_what_neither_the_ledger_nor_a_job_knows(make_house):
    house = make_house(seconds_per_task=3600)
    runner = house.runner()
    runner.submit(house.account, Pixels().request("running")).accepted.result(house.SOON)
    wanted = [Pixels().request(name) for name in ("running", "new")]
    assert unsent(house, runner, *wanted) == [False, True]
    assert unsent(house, house.runner(), *wanted) == [False, True], "after a restart, too"
    assert house.paid() == 1, "asking pays nothing"


def test_with_seed_minus_one_an_undelivered_result_serves_one_request_and_the_others_are_sent(house):
    runner = house.runner()
    wanted = [Pixels().request("one", RANDOM_SEED) for _ in range(2)]
    assert unsent(house, runner, *wanted) == [True, True]
    undelivered = runner.submit(house.account, wanted[0])
    task_uid = undelivered.result.result(house.SOON).task_uid
    assert unsent(house, runner, *wanted) == [True, True], "somebody still holds it"
    undelivered.release()

    restarted = house.runner()
    assert unsent(house, restarted, *wanted) == [False, True]
    found = house.run(restarted, cannot_be_encoded("one", RANDOM_SEED))
    assert (found.task_uid, house.paid()) == (task_uid, 1)
    assert unsent(house, restarted, *wanted) == [True, True]


def test_a_seed_that_is_drawn_again_uses_the_files_that_are_there(house):
    pixels = Pixels()
    runner, request = house.runner(), pixels.request("one", RANDOM_SEED)
    request.encoded()
    first, second = (house.run(runner, request) for _ in range(2))
    assert first.task_uid != second.task_uid
    assert pixels.encoded == 1


def test_what_is_refused_while_encoding_is_not_sent_and_can_be_asked_for_again(house):
    runner = house.runner()
    with pytest.raises(InputRefused, match="mask: vanishes"):
        house.run(runner, cannot_be_encoded("one"))
    assert house.paid() == 0
    assert unsent(house, runner, Pixels().request("one")) == [True]
    assert house.run(runner, Pixels().request("one")).pictures


def test_an_account_that_cannot_be_called_is_told_before_anything_is_encoded(house):
    nowhere = replace(house.account, proxy="no://proxy")
    answer = house.runner().unsent(nowhere, [cannot_be_encoded("one")])
    with pytest.raises(NotConfigured):
        answer.result(house.SOON)


def test_a_runner_that_has_ended_does_not_answer(house):
    runner = house.runner()
    runner.stop()
    with pytest.raises(RuntimeError, match="has ended"):
        runner.unsent(house.account, [])


NAMES = [f"picture {number}" for number in range(12)]


def test_a_batch_is_encoded_no_further_than_it_is_sent_and_its_first_picture_as_if_it_were_alone(house):
    runner, batch = house.runner(), Batch(house)
    house.faults.add("slow", action="GeneratePatternsFromImage", seconds=0.1, times=len(NAMES))
    batch.may_encode.set()
    handles = [runner.submit(house.account, batch.request(name)) for name in NAMES]
    for handle in handles:
        handle.result.result(house.SOON)
    assert (sorted(batch.hashed), sorted(batch.encoded)) == (sorted(NAMES), sorted(NAMES))
    assert batch.known[0] <= 2
    assert max(batch.ahead) <= 4
    assert house.paid() == len(NAMES)


def test_what_nobody_waits_for_any_more_is_neither_hashed_nor_encoded(house):
    runner, batch = house.runner(), Batch(house)
    handles = [runner.submit(house.account, batch.request(name)) for name in NAMES]
    until(lambda: len(batch.hashed) == 2, "the first are about to be encoded")
    for handle in handles:
        handle.release()
    batch.may_encode.set()
    for handle in handles:
        with pytest.raises(Withdrawn):
            handle.result.result(house.SOON)
    assert (len(batch.hashed), house.paid()) == (2, 0)
    assert house.run(runner, Pixels().request("another")).pictures, "others can be sent"


def test_what_is_stored_makes_way_for_what_is_not(house):
    runner, batch = house.runner(), Batch(house)
    batch.may_encode.set()
    for name in NAMES[1:]:
        house.run(runner, batch.request(name))
    batch, restarted = Batch(house), house.runner()
    first, *others = [restarted.submit(house.account, batch.request(name)) for name in NAMES]
    for handle in others:
        handle.result.result(house.SOON)
    assert not first.accepted.done()
    batch.may_encode.set()
    first.result.result(house.SOON)
    assert (batch.encoded, house.paid()) == (NAMES[:1], len(NAMES))


def test_what_is_stored_does_not_wait_for_a_service_that_does_not_answer(house):
    runner, stored = house.runner(timeouts=Timeouts(read=600.0)), Pixels().request("stored")
    house.run(runner, stored)
    house.faults.add("hang", action="GeneratePatternsFromImage", times=None)
    for name in NAMES:
        runner.submit(house.account, Pixels().request(name))
    until(lambda: len(house.faults.fired) == 4, "all places to send are taken")
    assert house.run(runner, stored).pictures


def test_a_refusal_in_the_middle_of_a_batch_keeps_nothing_from_being_sent(house):
    runner = house.runner()
    requests = [Pixels().request("one"), *(cannot_be_encoded(name) for name in "bcde"), Pixels().request("six")]
    handles = [runner.submit(house.account, request) for request in requests]
    assert [bool(handle.result.exception(house.SOON)) for handle in handles] == [False, *[True] * 4, False]
    assert house.paid() == 2


def test_an_accepted_request_lets_its_pixels_and_its_files_go(make_house):
    house = make_house(seconds_per_task=3600)
    pixels = Pixels()
    gone = weakref.ref(pixels)
    request = pixels.request("one")
    file = weakref.ref(request)
    handle = house.runner().submit(house.account, request)
    del request, pixels
    handle.accepted.result(house.SOON)
    until(lambda: gc.collect() is not None and gone() is None and file() is None, "both are gone")
