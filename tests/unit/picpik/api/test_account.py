"""Whom calls are made for."""

import pytest
from comfyui_picpik.picpik.api import Account, is_of_sandbox


@pytest.mark.parametrize(
    ("endpoint", "is_loopback"),
    [("http://127.0.0.1:1", True), ("http://localhost", True), ("http://[::1]:8", True), ("https://a.example", False)],
)
def test_loopback_is_known(endpoint: str, is_loopback: bool):
    assert Account(endpoint, "a", "b").is_loopback is is_loopback


def test_accounts_of_other_keys_or_endpoints_have_another_identity():
    assert len({Account(endpoint, key, "x").identity for endpoint in "ab" for key in "cd"}) == 4


def test_what_a_sandbox_has_made_is_known_wherever_it_was():
    sandboxes = [Account(f"http://127.0.0.1:{port}", "a", "b", is_sandbox=True) for port in (1, 2)]

    assert sandboxes[0].identity != sandboxes[1].identity
    assert [is_of_sandbox(each.identity) for each in (*sandboxes, Account("http://127.0.0.1:1", "a", "b"))] == [
        True,
        True,
        False,
    ]
