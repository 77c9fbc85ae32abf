"""Images as data URIs."""

import base64

from comfyui_picpik.picpik.api import DataUri
from hypothesis import given, strategies as st


@given(st.lists(st.binary(max_size=400_000), max_size=4))
def test_the_pieces_of_an_image_are_its_base64_text_whatever_its_chunks(chunks):
    uri = DataUri.encode("image/png", chunks)
    head, text = b"".join(uri).split(b",")
    assert head == b"data:image/png;base64"
    assert base64.b64decode(text, validate=True) == b"".join(chunks)
    assert uri.byte_count == len(head) + 1 + len(text)
