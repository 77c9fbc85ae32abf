"""The body of a request, the key of a request, and images that exist once."""

import base64
import json

from comfyui_picpik.picpik.data_uri import DataUri
from comfyui_picpik.picpik.wire import json_pieces, request_key, unseeded_key
from hypothesis import given, strategies as st


def key(params: dict, seed: int = 1, endpoint: str = "https://a", public_key: str = "p") -> str:
    return request_key(unseeded_key(endpoint, public_key, params), seed)


@given(st.lists(st.binary(max_size=400_000), max_size=4))
def test_the_pieces_of_an_image_are_its_base64_text_whatever_its_chunks(chunks):
    uri = DataUri.encode("image/png", chunks)
    head, text = b"".join(uri).split(b",")
    assert head == b"data:image/png;base64"
    assert base64.b64decode(text, validate=True) == b"".join(chunks)
    assert uri.byte_count == len(head) + 1 + len(text)


@given(st.recursive(st.text() | st.integers() | st.booleans(), lambda x: st.lists(x) | st.dictionaries(st.text(), x)))
def test_the_body_is_json_of_the_same_values(value):
    assert json.loads(b"".join(json_pieces(value))) == value


def test_an_image_goes_into_the_body_without_being_copied():
    uri = DataUri.encode("image/png", [bytes(1_000_000)])
    pieces = list(json_pieces({"Image": uri, "Name": "图"}))
    large = [piece for piece in uri.pieces if len(piece) > 65536]
    assert all(any(sent is piece for sent in pieces) for piece in large)
    assert json.loads(b"".join(pieces))["Image"] == b"".join(uri).decode()


def test_equal_requests_have_equal_keys_whatever_the_order_of_names():
    assert key({"A": 1, "B": [1, 2]}) == key({"B": [1, 2], "A": 1})


def test_anything_that_makes_another_request_makes_another_key():
    keys = [
        key({"A": ["ab", "c"]}),
        key({"A": ["abc"]}),  # the canonical string of the signature is the same for these two
        key({"A": ["ab", "c"]}, seed=2),
        key({"A": ["ab", "c"]}, endpoint="https://b"),
        key({"A": ["ab", "c"]}, public_key="q"),
        key({"A": ["ab", "c"], "B": False}),
    ]
    assert len(set(keys)) == len(keys)


def test_the_seed_is_counted_once_by_the_key_not_by_its_place_in_the_request():
    assert key({"A": 1, "Seed": 5}, seed=7) == key({"A": 1}, seed=7)
