"""What the sandbox keeps of a request: its digest, and its parameters without what is long or secret."""

from comfyui_picpik.sandbox import request_digest
from comfyui_picpik.sandbox.tasks import abridged


def test_the_digest_of_a_request_leaves_out_signature_and_request_uuid_only():
    asked = {"Action": "A", "Seed": 1, "MainModel": {"b": 1, "a": 2}}
    same = {"MainModel": {"a": 2, "b": 1}, "Seed": 1, "Action": "A", "Signature": "s", "request_uuid": "u"}
    assert request_digest(asked) == request_digest(same)
    assert request_digest(asked) != request_digest({**same, "Seed": 2})
    assert request_digest(asked) != request_digest({**same, "PublicKey": "p"})


def test_recorded_parameters_hold_no_signature_and_no_long_text():
    record = abridged({"Signature": "x", "Seed": 1, "RawImage": "a" * 300, "ImageAndMaskList": ["b" * 300, "short"]})
    assert record["Seed"] == 1
    assert "Signature" not in record
    assert record["RawImage"].startswith("(300 characters, sha256 ")
    assert record["ImageAndMaskList"][1] == "short"
    assert len(record["ImageAndMaskList"][0]) < 120
