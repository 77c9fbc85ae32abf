"""The help pages, as the server gives them."""

import httpx
import pytest
from comfyui_picpik.devtools.comfyui_server import PACK_FOLDER


@pytest.mark.parametrize("page", ["PicpikExtractPattern.md", "PicpikExtractPattern/zh.md", "extract-pattern.jpg"])
def test_help_is_where_the_front_end_looks_for_it(http: httpx.Client, page: str):
    assert http.get(f"/extensions/{PACK_FOLDER}/docs/{page}").is_success
