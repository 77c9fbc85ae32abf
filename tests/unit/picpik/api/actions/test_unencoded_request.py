"""Requests that are known by their pixels, and encoded only if they are sent."""

import gc
import threading
import weakref
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from comfyui_picpik.picpik.api import (
    DataUri,
    GeneratePatternsFromImage,
    Generation,
    InputRefused,
    PixelDigest,
    UnencodedRequest,
)

ASKED = GeneratePatternsFromImage(
    PixelDigest(lambda: "d" * 64), (0, 0, 8, 8), generation=Generation(seed=-1, width=96, height=64, batch_size=2)
)
FILE = DataUri("image/png", (b"YQ==",))


class Encoder:
    """Counts how often it is called."""

    def __init__(self) -> None:
        self.calls = 0

    def __call__(self) -> GeneratePatternsFromImage:
        self.calls += 1
        return replace(ASKED, raw_image=FILE, box=(0, 0, 4, 4))


def test_a_request_is_known_without_being_encoded():
    encode = Encoder()
    request = UnencodedRequest(ASKED, encode)
    assert (request.ACTION, request.seed) == ("GeneratePatternsFromImage", -1)
    assert (request.size, request.batch_size) == ((96, 64), 2)
    assert request.key_params()["RawImage"] == "d" * 64
    assert request.key_params()["Box"] == [0, 0, 8, 8], "as it was asked for, not as it fits the file"
    assert encode.calls == 0


def test_what_is_sent_is_what_the_encoding_made():
    sent = UnencodedRequest(ASKED, Encoder()).encoded().to_params()
    assert (sent["RawImage"], sent["Box"]) == (FILE, [0, 0, 4, 4])


def test_it_is_encoded_once_for_all_of_its_seeds():
    encode = Encoder()
    request = UnencodedRequest(ASKED, encode)
    seven = request.with_seed(7)
    assert encode.calls == 0
    assert (request.seed, seven.seed, seven.with_seed(8).seed) == (-1, 7, 8)
    assert seven.key_params() == request.key_params() | {"Seed": 7}
    sent = [each.encoded().to_params() for each in (seven.with_seed(8), seven, request)]
    assert [params["Seed"] for params in sent] == [8, 7, -1]
    assert all(params["RawImage"] is FILE for params in sent)
    assert encode.calls == 1


def test_threads_that_want_it_at_once_wait_for_the_one_that_encodes():
    encode, together = Encoder(), threading.Barrier(8)
    request = UnencodedRequest(ASKED, encode)

    def wanted() -> object:
        together.wait()
        return request.encoded()

    with ThreadPoolExecutor(8) as threads:
        made = [future.result() for future in [threads.submit(wanted) for _ in range(8)]]
    assert encode.calls == 1
    assert all(one is made[0] for one in made)


def test_a_refusal_while_encoding_reaches_whoever_asked_each_time():
    def refuse() -> GeneratePatternsFromImage:
        raise InputRefused("mask", "is empty.", "Paint something.")

    request = UnencodedRequest(ASKED, refuse)
    for one in (request, request, request.with_seed(3)):
        with pytest.raises(InputRefused, match="mask"):
            one.encoded()


def test_once_it_is_encoded_the_pixels_are_let_go():
    encode = Encoder()
    pixels = weakref.ref(encode)
    request = UnencodedRequest(ASKED, encode)
    del encode
    request.encoded()
    gc.collect()
    assert pixels() is None
