"""Looks at everything that a task needs, one after the other, and says of each that it is well, or what to do.

Nothing of it is paid. What cannot be asked because of an earlier trouble is left out.
"""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import Iterable
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from ..api import (
    AT_THE_SCREEN,
    Account,
    ApiError,
    CallFailed,
    Client,
    Credits,
    NeverSent,
    NotConfigured,
    Observer,
    Proxies,
)
from .comparison import Difference

_CLOCK_TOLERANCE = 60.0
_DNS_SECONDS = 10.0


@dataclass(frozen=True)
class Finding:
    """One line of the report: `what` was found, and what to `do`, which is empty where all is well.

    A note is no trouble, whatever can be done about it: calls are answered all the same.
    """

    what: str
    do: str = ""
    is_note: bool = False

    @property
    def is_well(self) -> bool:
        return self.is_note or not self.do

    def __str__(self) -> str:
        if self.is_note:
            return f"note: {self.what} {self.do}".rstrip()
        return f"ok: {self.what}" if self.is_well else f"trouble: {self.what} {self.do}"


@dataclass(frozen=True)
class Report:
    """What was found, in order, and the credits where the service told them."""

    findings: tuple[Finding, ...]
    credits: Credits | None = None

    @property
    def is_well(self) -> bool:
        return all(finding.is_well for finding in self.findings)

    def __str__(self) -> str:
        return "\n".join(map(str, self.findings))


def unconfigured(error: NotConfigured) -> Report:
    """The report of an account that no call can be made for."""
    return Report((Finding(error.what, error.do),))


def with_differences(report: Report, found: Iterable[Difference]) -> Report:
    """The report, and in what the service differs from what the pack assumes."""
    return replace(report, findings=(*report.findings, *map(_difference, found)))


def _difference(difference: Difference) -> Finding:
    advice = "Look at it in Settings > PICPIK > Service: it can be corrected there." if difference.correction else ""
    return Finding(f"Service: {difference.what}", advice, is_note=True)


async def examine(account: Account, observer: Observer = Observer()) -> Report:  # noqa: B008  it keeps nothing
    """Asks the service of the account, through its proxy; `observer` learns of it."""
    try:
        client = Client(account, timeouts=AT_THE_SCREEN, observer=observer)
    except NotConfigured as error:
        return unconfigured(error)
    try:
        proxy = _proxy(account)
        way = await _way(account, proxy)
        if not way.is_well:
            return Report((way,))
        report = await _answers(client, through_proxy=proxy is not None)
        return Report((way, *report.findings), report.credits)
    finally:
        await client.aclose()


def _proxy(account: Account) -> str | None:
    """What calls go through, if it is anything but the network."""
    return Proxies.of(account).to(urlsplit(account.endpoint).scheme, account.host)


async def _way(account: Account, proxy: str | None) -> Finding:
    """How the service is reached, or the name that has to be resolved for it."""
    if proxy is not None:
        return Finding(f"Proxy: calls go through {urlsplit(proxy).hostname}, which also resolves {account.host}.")
    parts = urlsplit(account.endpoint)
    return await _resolved(account.host, parts.port or (443 if parts.scheme == "https" else 80))


async def _resolved(host: str, port: int) -> Finding:
    try:
        found = await asyncio.wait_for(
            asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM), _DNS_SECONDS
        )
    except (OSError, UnicodeError, asyncio.TimeoutError):
        return Finding(
            f"DNS: the name {host} could not be resolved.",
            "Check the network, the endpoint, and whether a proxy is needed.",
        )
    return Finding(f"DNS: {host} is {found[0][4][0]}.")


async def _answers(client: Client, *, through_proxy: bool) -> Report:
    """What the service says, as far as it says anything."""
    try:
        credits = await client.credits()
    except ApiError as error:
        return Report((_connected(client), *_clock(client), Finding(f"Signature: {error.what}", error.do)))
    except NeverSent as error:
        return Report((Finding(f"Connection: {error.what}", _connection_advice(error.what, through_proxy)),))
    except CallFailed as error:
        return Report((Finding(f"Connection: {error.what}", error.do),))
    findings = [_connected(client), *_clock(client), Finding("Signature: accepted."), *_credits(credits)]
    try:
        running = len(await client.running_tasks())
    except CallFailed as error:
        findings.append(Finding(f"Tasks: {error.what}", error.do))
    else:
        findings.append(Finding(f"Tasks: {running} running."))
    return Report(tuple(findings), credits)


def _connected(client: Client) -> Finding:
    if client.account.endpoint.startswith("https:"):
        return Finding(f"TLS: the certificate of {client.account.host} was accepted.")
    advice = "" if client.account.is_loopback else "Use an endpoint that starts with https://."
    return Finding("TLS: the endpoint is called without encryption.", advice)


def _clock(client: Client) -> Iterable[Finding]:
    if client.clock_offset is None:
        return ()
    ahead = -client.clock_offset
    if abs(ahead) <= _CLOCK_TOLERANCE:
        return (Finding("Clock: this computer's clock is right."),)
    direction = "ahead of" if ahead > 0 else "behind"
    return (
        Finding(
            f"Clock: this computer's clock is {abs(ahead):.0f} s {direction} the service's.",
            "Have the operating system set the time by the network.",
        ),
    )


def _credits(credits: Credits) -> Iterable[Finding]:
    expires = (
        f" They expire on {time.strftime('%Y-%m-%d', time.localtime(credits.expires))}." if credits.expires else ""
    )
    if credits.left <= 0:
        return (Finding("Credits: none left.", "Buy credits in the PICPIK User Center."),)
    if credits.expires and credits.expires < time.time():
        return (Finding(f"Credits: {credits.left} left.{expires}", "Renew them in the PICPIK User Center."),)
    return (Finding(f"Credits: {credits.left} left.{expires}"),)


def _connection_advice(what: str, through_proxy: bool) -> str:
    if "certificate" in what:
        return (
            "A proxy or virus scanner may read the traffic: give its certificate in SSL_CERT_FILE, "
            "or check the clock of this computer."
        )
    if through_proxy:
        return "Check the proxy's address and login in Settings > PICPIK, or HTTPS_PROXY in the environment."
    return "Check the network, the firewall and the endpoint."
