"""Which proxy is meant for a call, and which can be none."""

import pytest
from comfyui_picpik.picpik.api import Account, NotConfigured, Proxies, check_proxy

CLASH = {"http": "http://127.0.0.1:7890", "https": "http://127.0.0.1:7890", "all": "socks5://127.0.0.1:7891"}
"""As the usual tool sets HTTP_PROXY, HTTPS_PROXY and ALL_PROXY."""


@pytest.mark.parametrize(
    ("environment", "scheme", "host", "proxy"),
    [
        ({}, "https", "a.example", None),
        (CLASH, "https", "a.example", "http://127.0.0.1:7890"),
        ({"https": "http://good:1", "all": "socks://bad:1"}, "https", "a.example", "http://good:1"),
        ({"all": "socks5://s:1"}, "https", "a.example", "socks5://s:1"),
        ({"all": "socks5h://u:p@s:1"}, "https", "a.example", "socks5://u:p@s:1"),
        ({"all": "SOCKS5H://s:1"}, "http", "a.example", "socks5://s:1"),
        ({"https": "s:1"}, "https", "a.example", "http://s:1"),
        ({"http": "http://s:1"}, "https", "a.example", None),
        ({**CLASH, "no": "b.example, a.example"}, "https", "a.example", None),
        ({**CLASH, "no": ".example"}, "https", "a.example", None),
        ({**CLASH, "no": "ample"}, "https", "a.example", "http://127.0.0.1:7890"),
        ({**CLASH, "no": "*"}, "https", "a.example", None),
        ({**CLASH, "no": ","}, "https", "a.example", "http://127.0.0.1:7890"),
        ({**CLASH, "no": "[2001:db8::1]"}, "https", "2001:db8::1", None),
    ],
)
def test_the_proxy_for_a_url_is_the_most_specific_one(environment: dict[str, str], scheme: str, host: str, proxy):
    assert Proxies(None, environment).to(scheme, host) == proxy


def test_an_account_s_own_proxy_serves_all_its_calls():
    assert Proxies("http://own:1", {**CLASH, "no": "*"}).to("https", "a.example") == "http://own:1"


def test_the_environment_s_proxies_are_not_for_this_computer_itself(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("https_proxy", "http://proxy.example:3128")
    monkeypatch.setenv("no_proxy", "near.example")

    assert (
        Proxies.of(Account("https://far.example", "a", "b")).to("https", "far.example") == "http://proxy.example:3128"
    )
    assert Proxies.of(Account("https://far.example", "a", "b")).to("https", "near.example") is None
    assert Proxies.of(Account("http://127.0.0.1:1", "a", "b")).to("http", "127.0.0.1") is None


@pytest.mark.parametrize("address", ["http://h", "https://h:1", "socks5://u:p@h:1", "socks5h://h:1", "http://[::1]:8"])
def test_a_proxy_that_can_be_used_is_taken(address: str):
    check_proxy(address)


@pytest.mark.parametrize("scheme", ["socks", "socks4", "socks4a", "ftp", "wss"])
def test_a_kind_of_proxy_that_cannot_work_is_refused_with_those_that_can(scheme: str):
    with pytest.raises(NotConfigured, match=f'"{scheme}" cannot be used') as refused:
        check_proxy(f"{scheme}://user:password@host:1080")

    assert all(f"{kind}://" in refused.value.do for kind in ("http", "https", "socks5", "socks5h"))
    assert "password" not in str(refused.value)


@pytest.mark.parametrize(
    "text", ["nonsense", "host:3128", "user:password@host:1", "http://", "http://[::1", "http://h:x"]
)
def test_a_proxy_that_is_no_address_is_refused_and_not_told(text: str):
    with pytest.raises(NotConfigured, match="not an address") as refused:
        check_proxy(text)

    assert text not in str(refused.value).replace("http://host:port", "")


def test_no_proxy_is_in_a_repr():
    assert "secret" not in repr(Proxies("http://u:secret@own:1", {"all": "http://u:secret@all:1"}))
