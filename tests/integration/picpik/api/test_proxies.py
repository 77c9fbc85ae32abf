"""Calls through a SOCKS5 server on a port, to a service whose name only that server can resolve."""

import asyncio
import ipaddress
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress

import pytest
from comfyui_picpik.picpik.accounts import examine
from comfyui_picpik.picpik.api import Account, Client, NeverSent, Timeouts
from comfyui_picpik.sandbox import PRIVATE_KEY, PUBLIC_KEY, Sandbox

FAR = "picpik.invalid"
PROXY_VARIABLES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY")

Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


class SocksServer:
    """Takes CONNECT by RFC 1928 and 1929, and leads every name to one port of this computer."""

    def __init__(self, leads_to: int, login: tuple[bytes, bytes] | None = None) -> None:
        self.asked_for: list[tuple[str, int]] = []
        self._leads_to = leads_to
        self._login = login

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if not await self._lets_in(reader, writer):
            return
        _version, _connect, _reserved, kind = await reader.readexactly(4)
        if kind == 3:
            host = (await reader.readexactly((await reader.readexactly(1))[0])).decode()
        else:
            host = str(ipaddress.ip_address(await reader.readexactly({1: 4, 4: 16}[kind])))
        self.asked_for.append((host, int.from_bytes(await reader.readexactly(2), "big")))
        writer.write(b"\x05\x00\x00\x01" + bytes(6))
        there = await asyncio.open_connection("127.0.0.1", self._leads_to)
        await asyncio.gather(carry(reader, there[1]), carry(there[0], writer))

    async def _lets_in(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        _version, count = await reader.readexactly(2)
        await reader.readexactly(count)
        writer.write(b"\x05\x02" if self._login else b"\x05\x00")
        if self._login is None:
            return True
        await reader.readexactly(1)
        given = [await reader.readexactly((await reader.readexactly(1))[0]) for _ in range(2)]
        is_right = given == [*self._login]
        writer.write(b"\x01\x00" if is_right else b"\x01\x01")
        return is_right


async def carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(ConnectionError):
        while piece := await reader.read(65536):
            writer.write(piece)
            await writer.drain()
        writer.close()


@asynccontextmanager
async def listening(serve: Serve) -> AsyncIterator[int]:
    """The port at which `serve` meets each connection, which is closed after it."""

    async def meet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(asyncio.IncompleteReadError, ConnectionError):
            await serve(reader, writer)
        writer.close()

    server = await asyncio.start_server(meet, "127.0.0.1", 0)
    yield server.sockets[0].getsockname()[1]
    server.close()


@pytest.fixture(autouse=True)
def no_proxy_of_the_environment(monkeypatch: pytest.MonkeyPatch):
    for name in PROXY_VARIABLES:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


@pytest.fixture
async def service() -> AsyncIterator[int]:
    """The port of a sandbox that stands for the far service."""
    async with Sandbox().serve() as running:
        yield int(running.endpoint.rpartition(":")[2])


def account(proxy: str | None, endpoint: str = f"http://{FAR}") -> Account:
    return Account(endpoint, PUBLIC_KEY, PRIVATE_KEY, proxy)


async def credits_left(account: Account, timeouts: Timeouts = Timeouts()) -> int:  # noqa: B008  frozen
    client = Client(account, timeouts=timeouts)
    try:
        return (await client.credits()).left
    finally:
        await client.aclose()


@pytest.mark.parametrize("scheme", ["socks5", "socks5h"])
async def test_a_call_goes_through_a_socks_proxy_which_resolves_the_name_for_either_scheme(service: int, scheme: str):
    socks = SocksServer(service)
    async with listening(socks.serve) as port:
        assert await credits_left(account(f"{scheme}://127.0.0.1:{port}")) == 1_000_000
    assert socks.asked_for == [(FAR, 80)]


async def test_a_socks_proxy_is_given_its_login(service: int):
    socks = SocksServer(service, login=(b"anna", b"secret"))
    async with listening(socks.serve) as port:
        assert await credits_left(account(f"socks5://anna:secret@127.0.0.1:{port}")) == 1_000_000
        with pytest.raises(NeverSent, match="proxy refused") as error:
            await credits_left(account(f"socks5h://anna:wrong@127.0.0.1:{port}"))
    assert "wrong" not in str(error.value)


async def test_a_socks_proxy_of_the_environment_is_used_and_the_doctor_names_it(
    service: int, monkeypatch: pytest.MonkeyPatch
):
    socks = SocksServer(service)
    async with listening(socks.serve) as port:
        monkeypatch.setenv("ALL_PROXY", f"socks5h://127.0.0.1:{port}")
        report = await examine(account(None))
    assert str(report).startswith("ok: Proxy: calls go through 127.0.0.1, which also resolves picpik.invalid.")
    assert "ok: Signature: accepted." in str(report)
    assert {host for host, _ in socks.asked_for} == {FAR}


async def test_the_more_specific_variable_wins_over_all_proxy(service: int, monkeypatch: pytest.MonkeyPatch):
    specific, general = SocksServer(service), SocksServer(service)
    async with listening(specific.serve) as port, listening(general.serve) as other:
        monkeypatch.setenv("HTTP_PROXY", f"socks5://127.0.0.1:{port}")
        monkeypatch.setenv("ALL_PROXY", f"socks5://127.0.0.1:{other}")
        await credits_left(account(None))
    assert (len(specific.asked_for), general.asked_for) == (1, [])


async def hang_up(_reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
    pass


async def speak_http(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.read(1)
    writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")


async def say_nothing(reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
    while await reader.read(65536):
        pass


@pytest.mark.parametrize("serve", [hang_up, speak_http, say_nothing])
async def test_what_is_no_socks_server_is_said_in_words_and_nothing_was_sent(serve: Serve):
    async with listening(serve) as port:
        client = Client(account(f"socks5://127.0.0.1:{port}"), timeouts=Timeouts(connect=0.1))
        with pytest.raises(NeverSent, match="Nothing was sent"):
            await client.submit({"Action": "GeneratePatternsFromImage"})
        await client.aclose()


async def test_results_behind_a_proxy_that_cannot_be_used_are_said_to_be_out_of_reach(
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("HTTPS_PROXY", "socks4://127.0.0.1:9")
    client = Client(account(None))
    with pytest.raises(NeverSent, match="its proxy cannot be used"):
        await client.download(f"https://{FAR}/result.png")
    await client.aclose()
