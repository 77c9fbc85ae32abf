"""The doctor against a sandbox, and against what can be wrong on the way to it."""

import asyncio
from collections.abc import Callable, Iterator

import pytest
from comfyui_picpik.picpik.accounts import Difference, Report, examine, unconfigured, with_differences
from comfyui_picpik.picpik.api import Account, NotConfigured
from comfyui_picpik.sandbox import SandboxThread, start_in_thread


@pytest.fixture
def start() -> Iterator[Callable[..., SandboxThread]]:
    started: list[SandboxThread] = []

    def start_one(**settings: object) -> SandboxThread:
        started.append(start_in_thread(**settings))
        return started[-1]

    yield start_one
    for sandbox in started:
        sandbox.stop()


def account_of(sandbox: SandboxThread, **changes: str) -> Account:
    given = {"endpoint": sandbox.endpoint, "public_key": sandbox.public_key, "private_key": sandbox.private_key}
    return Account(**given | changes)


def troubles(report: Report) -> list[str]:
    return [finding.what for finding in report.findings if not finding.is_well]


def subjects(report: Report) -> list[str]:
    return [finding.what.partition(":")[0] for finding in report.findings]


async def test_all_is_well_and_the_credits_are_told(start):
    report = await examine(account_of(start(total_credits=500)))

    assert report.is_well
    assert subjects(report) == ["DNS", "TLS", "Clock", "Signature", "Credits", "Tasks"]
    assert report.credits is not None
    assert report.credits.left == 500
    assert all(line.startswith("ok: ") for line in str(report).splitlines())


async def test_a_wrong_private_key_is_found_and_what_hangs_on_it_left_out(start):
    report = await examine(account_of(start(), private_key="not it"))

    (trouble,) = troubles(report)
    assert "171" in trouble
    assert subjects(report)[-1] == "Signature"
    assert report.credits is None


async def test_an_unknown_public_key_is_found(start):
    (trouble,) = troubles(await examine(account_of(start(), public_key="nobody")))
    assert trouble.startswith("Signature: ")


@pytest.mark.parametrize(("offset", "word"), [(3600, "behind"), (-3600, "ahead of")])
async def test_a_clock_that_is_wrong_is_found(start, offset: int, word: str):
    sandbox = start()
    sandbox.sandbox.quirks.clock_offset = offset

    (trouble,) = troubles(await examine(account_of(sandbox)))

    assert trouble.startswith("Clock: ")
    assert f"s {word} the service's" in trouble


async def test_an_account_without_credits_is_told_where_to_buy_some(start):
    (finding,) = [each for each in (await examine(account_of(start(total_credits=0)))).findings if not each.is_well]
    assert finding.what == "Credits: none left."
    assert "User Center" in finding.do


async def test_nobody_at_the_endpoint_is_no_connection(start):
    sandbox = start()
    account = account_of(sandbox)
    sandbox.stop()

    report = await examine(account)

    assert subjects(report) == ["DNS", "Connection"]
    assert "no connection" in troubles(report)[0]


async def test_a_name_that_nobody_knows_is_a_matter_of_dns(monkeypatch: pytest.MonkeyPatch):
    for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    report = await examine(Account("https://picpik.invalid", "a", "b"))

    assert subjects(report) == ["DNS"]
    assert not report.is_well


async def test_a_server_without_a_certificate_is_a_matter_of_tls():
    async def hang_up(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.0 400 Bad Request\r\n\r\n")
        writer.close()

    server = await asyncio.start_server(hang_up, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        report = await examine(Account(f"https://127.0.0.1:{port}", "a", "b"))

    assert subjects(report)[-1] == "Connection"
    assert not report.is_well


async def test_a_proxy_is_named_without_its_login():
    report = await examine(Account("https://picpik.invalid", "a", "b", "http://someone:password@127.0.0.1:9"))

    assert subjects(report) == ["Proxy", "Connection"]
    assert "127.0.0.1" in report.findings[0].what
    assert "password" not in str(report)
    assert "proxy" in report.findings[1].do


async def test_a_proxy_that_is_none_is_said_in_words():
    report = await examine(Account("https://picpik.invalid", "a", "b", "nonsense"))
    assert "proxy" in troubles(report)[0]


async def test_no_key_is_in_a_report(start):
    sandbox = start()
    for report in (await examine(account_of(sandbox)), await examine(account_of(sandbox, private_key="wrong-key"))):
        assert not any(key in str(report) for key in (sandbox.public_key, sandbox.private_key, "wrong-key"))


def test_missing_keys_are_a_finding_of_their_own():
    report = unconfigured(NotConfigured("No keys.", "Give some."))
    assert str(report) == "trouble: No keys. Give some."


@pytest.mark.parametrize(
    ("address", "about"), [("socks4://s:1", "socks4"), ("socks5://[::1", "address"), ("http://h:x", "address")]
)
async def test_a_proxy_of_the_environment_that_cannot_work_is_said_in_words(
    monkeypatch: pytest.MonkeyPatch, address: str, about: str
):
    for name in ("https_proxy", "HTTPS_PROXY", "no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("all_proxy", address)

    (finding,) = (await examine(Account("https://picpik.invalid", "a", "b"))).findings

    assert about in finding.what
    assert "socks5h://" in finding.do


async def test_a_good_proxy_is_used_whatever_stands_beside_it_for_the_rest(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("https_proxy", "http://127.0.0.1:9")
    monkeypatch.setenv("all_proxy", "socks4://127.0.0.1:9")

    report = await examine(Account("https://picpik.invalid", "a", "b"))

    assert subjects(report) == ["Proxy", "Connection"]


async def test_what_the_service_does_otherwise_is_noted_and_no_trouble(start):
    report = await examine(account_of(start()))
    seen = [Difference("mask", "It redraws black.", {"redrawn": "BLACK"}), Difference("seed", "It hides Seeds.", {})]

    noted = with_differences(report, seen)

    assert noted.is_well
    advice = "Look at it in Settings > PICPIK > Service: it can be corrected there."
    assert str(noted).splitlines()[-2:] == [
        f"note: Service: It redraws black. {advice}",
        "note: Service: It hides Seeds.",
    ]
