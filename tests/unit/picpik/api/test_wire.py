"""The body of a request."""

import json

from comfyui_picpik.picpik.api import DataUri
from comfyui_picpik.picpik.api.wire import json_pieces
from hypothesis import given, strategies as st


@given(st.recursive(st.text() | st.integers() | st.booleans(), lambda x: st.lists(x) | st.dictionaries(st.text(), x)))
def test_the_body_is_json_of_the_same_values(value):
    assert json.loads(b"".join(json_pieces(value))) == value


def test_an_image_goes_into_the_body_without_being_copied():
    uri = DataUri.encode("image/png", [bytes(1_000_000)])
    pieces = list(json_pieces({"Image": uri, "Name": "图"}))
    large = [piece for piece in uri.pieces if len(piece) > 65536]
    assert all(any(sent is piece for sent in pieces) for piece in large)
    assert json.loads(b"".join(pieces))["Image"] == b"".join(uri).decode()
