"""What a request is known by: its parameters as they are sent, and a digest in the place of each image."""

import json

import pytest
from comfyui_picpik.picpik.api import ApplyReferencePattern, DataUri, GeneratePatternsFromImage, PixelDigest
from comfyui_picpik.picpik.api.signing import sign
from comfyui_picpik.picpik.api.wire import json_pieces

RAW, MASK, PATTERN = (PixelDigest(lambda digit=digit: digit * 64) for digit in "abc")


def test_key_parameters_are_what_is_sent_with_a_digest_for_every_image():
    params = ApplyReferencePattern(RAW, MASK, PATTERN).key_params()
    assert params["ImageAndMaskList"] == [RAW.digest, MASK.digest, PATTERN.digest]
    assert json.loads(json.dumps(params)) == params
    sent = ApplyReferencePattern(*(DataUri("image/png", (text,)) for text in (b"YQ==", b"Yg==", b"Yw=="))).to_params()
    assert sent | params == params | {"ImageAndMaskList": params["ImageAndMaskList"]}
    assert {*sent} == {*params}


def test_extra_parameters_are_in_them_as_they_are_merged():
    extra = {"Box": [1, 2, 3, 4], "MainModel": {"InferenceParams": {"Eta": 0.5}}, "RawImage": "data:,x"}
    request = GeneratePatternsFromImage(RAW, (0, 0, 8, 8), extra_parameters=extra)
    params = request.key_params()
    assert (params["Box"], params["RawImage"]) == ([1, 2, 3, 4], "data:,x")
    assert params["MainModel"] == {"ModelCode": "PICPIK General", "InferenceParams": {"Eta": 0.5}}


def test_an_encoded_image_is_known_by_its_bytes_however_they_are_cut():
    file = bytes(range(256)) * 2000
    whole, cut = (DataUri.encode("image/png", chunks) for chunks in ([file], [file[:7], file[7:]]))
    digests = [
        GeneratePatternsFromImage(uri, (0, 0, 8, 8)).key_params()["RawImage"]
        for uri in (whole, cut, DataUri.encode("image/png", [file[1:]]), DataUri.encode("image/jpeg", [file]))
    ]
    assert digests[0] == digests[1]
    assert len(set(digests)) == 3


def test_an_action_is_encoded_already():
    request = GeneratePatternsFromImage(DataUri("image/png", (b"YQ==",)), (0, 0, 8, 8))
    assert request.encoded() is request


@pytest.mark.parametrize("write", [lambda params: sign(params, "private"), lambda params: list(json_pieces(params))])
def test_what_holds_a_digest_for_an_image_cannot_be_sent(write):
    request = GeneratePatternsFromImage(RAW, (0, 0, 8, 8))
    assert [image.byte_count for image in request.images] == [0]
    with pytest.raises(TypeError):
        write(request.to_params())
