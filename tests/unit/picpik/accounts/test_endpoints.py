"""What can stand for an endpoint."""

import pytest
from comfyui_picpik.picpik.accounts import (
    endpoint_url,
)
from comfyui_picpik.picpik.api import NotConfigured


@pytest.mark.parametrize("text", ["picpik", "ftp://host", "https://", "http://[", "https://host:x"])
def test_an_endpoint_that_is_none_is_refused(text: str):
    with pytest.raises(NotConfigured, match="PICPIK_ENDPOINT"):
        endpoint_url(text)
