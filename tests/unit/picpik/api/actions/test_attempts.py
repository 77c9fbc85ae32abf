"""Another attempt is another request of the same parameters."""

import pytest
from comfyui_picpik.picpik.api import (
    DataUri,
    DescribeImages,
    ExtractContents,
    RemoveBackground,
    RemoveContents,
    ResizeImage,
    request_key,
    unseeded_key,
)

PICTURE = DataUri("image/png", (b"eA==",))

each_unseeded = pytest.mark.parametrize(
    "make",
    [
        lambda **attempt: RemoveBackground(PICTURE, **attempt),
        lambda **attempt: ExtractContents(PICTURE, ((1, 1),), **attempt),
        lambda **attempt: RemoveContents(PICTURE, PICTURE, **attempt),
        lambda **attempt: ResizeImage(PICTURE, 64, 64, **attempt),
        lambda **attempt: DescribeImages((PICTURE,), **attempt),
    ],
)


def key(request):
    return request_key(unseeded_key("https://api", "key", request.key_params()), request.seed)


@each_unseeded
def test_an_attempt_is_no_parameter_of_the_wire_but_part_of_the_key(make):
    requests = [make(), make(attempt=0), make(attempt=1), make(attempt=999)]
    assert all(request.to_params() == requests[0].to_params() for request in requests)
    assert key(requests[0]) == key(requests[1])
    assert len({key(request) for request in requests}) == 3


@each_unseeded
def test_it_has_no_seed(make):
    assert make().seed is None
    with pytest.raises(TypeError):
        make().with_seed(1)
