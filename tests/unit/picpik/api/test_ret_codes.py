"""What the service's RetCodes mean for the money."""

import pytest
from comfyui_picpik.picpik.api import GATEWAY_CODES, REFUSING_CODES, THROTTLED, ApiError


@pytest.mark.parametrize("ret_code", sorted(REFUSING_CODES))
def test_a_code_that_certainly_refuses_says_why_and_what_to_do(ret_code):
    what, do = str(ApiError("Any", ret_code, "no")).splitlines()
    assert "does not know" not in what or ret_code == 161
    assert f"(RetCode {ret_code}: no)" in what
    assert do


@pytest.mark.parametrize("ret_code", [0, 110, 130, 150, THROTTLED, 230, 520, 2000, 5000])
def test_any_other_code_is_no_certain_refusal(ret_code):
    assert ret_code not in REFUSING_CODES


def test_only_the_gateway_refuses_before_anybody_works_on_a_call():
    assert REFUSING_CODES < GATEWAY_CODES
