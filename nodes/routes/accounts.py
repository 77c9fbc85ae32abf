"""Routes of the settings panel: accounts are set, cleared and tested; what was set is never told."""

from __future__ import annotations

import asyncio
import functools
import threading
import time
from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

from aiohttp import web

from ...picpik.accounts import (
    ENDPOINTS,
    FIRST_NAME,
    SANDBOX,
    SavedAccount,
    SavedAccounts,
    Settings,
    Source,
    endpoint_url,
    write_saved,
)
from ...picpik.api import NotConfigured
from ..host import service
from .guard import Refusal, is_multi_user, json_body, require_single_user, text_of

_changing = threading.Lock()


async def accounts(_request: web.Request) -> web.StreamResponse:
    """GET: what is set, and which source wins."""
    return web.json_response(await asyncio.to_thread(_status))


async def save_account(request: web.Request) -> web.StreamResponse:
    """POST {name, new_name?, endpoint?, public_key? and private_key?, proxy?, default?}: what is left out stays.

    Two empty keys are taken away.
    """
    require_single_user()
    body = await json_body(request)
    return await _changed(functools.partial(_with_saved, body=body))


async def remove_account(request: web.Request) -> web.StreamResponse:
    """POST {name}."""
    require_single_user()
    name = text_of(await json_body(request), "name")
    return await _changed(lambda saved: saved.without(name))


async def check_account(request: web.Request) -> web.StreamResponse:
    """POST {name}: the doctor's findings, for the default account where the name is empty."""
    name = text_of(await json_body(request), "name")
    report, note = await asyncio.to_thread(service.check, name)
    findings = [{"what": each.what, "do": each.do} for each in report.findings]
    left = report.credits.left if report.credits else None
    return web.json_response({"note": note, "findings": findings, "is_well": report.is_well, "credits_left": left})


async def _changed(change: Any) -> web.StreamResponse:
    def do() -> dict[str, Any]:
        with _changing:
            try:
                write_saved(service.home(), change(service.settings().saved))
            except OSError as error:
                raise NotConfigured(
                    f"The accounts could not be saved ({error.strerror}).",
                    f"Free some space, or give write permission to {service.home()}.",
                ) from error
        service.collect_what_was_left()  # perhaps its keys were missing till now
        return _status()

    return web.json_response(await asyncio.to_thread(do))


def _with_saved(saved: SavedAccounts, body: Mapping[str, Any]) -> SavedAccounts:
    name = text_of(body, "name") or FIRST_NAME
    new_name = text_of(body, "new_name") or name
    if new_name != name and new_name in saved.accounts:
        raise Refusal(400, f'There is an account "{new_name}" already.', "Give another name.")
    before = saved.named(name) or SavedAccount()
    was_default = saved.default == name
    account = _with_keys(_with_place(before, body), body)
    others = saved.without(name) if new_name != name else saved
    return others.with_account(new_name, account, as_default=was_default or body.get("default") is True)


def _with_place(account: SavedAccount, body: Mapping[str, Any]) -> SavedAccount:
    endpoint = text_of(body, "endpoint", account.endpoint)
    proxy = text_of(body, "proxy", account.proxy)
    endpoint_url(endpoint)
    if _login(endpoint):
        raise Refusal(400, "The endpoint has a login in it.", "Give the address alone; the keys are the login.")
    if proxy and urlsplit(proxy).scheme not in ("http", "https", "socks5"):
        raise Refusal(400, "The proxy is not an address.", "Write it as http://host:port.")
    return replace(account, endpoint=endpoint, proxy=proxy)


def _with_keys(account: SavedAccount, body: Mapping[str, Any]) -> SavedAccount:
    if "public_key" not in body and "private_key" not in body:
        return account
    public_key, private_key = text_of(body, "public_key"), text_of(body, "private_key")
    if bool(public_key) != bool(private_key):
        raise Refusal(400, "One of the two keys is missing.", "Give PublicKey and PrivateKey together.")
    return replace(account, public_key=public_key, private_key=private_key, changed=time.time())


def _status() -> dict[str, Any]:
    settings = service.settings()
    saved = settings.saved
    return {
        "accounts": [_shown(name, account) for name, account in saved.accounts.items()],
        "default": saved.default,
        "environment": list(settings.winners),
        "in_use": _in_use(settings),
        "endpoints": [*ENDPOINTS, SANDBOX],
        "changeable": not is_multi_user(),
        "trouble": {"what": saved.trouble.what, "do": saved.trouble.do} if saved.trouble else None,
    }


def _shown(name: str, account: SavedAccount) -> dict[str, Any]:
    return {
        "name": name,
        "endpoint": account.endpoint or next(iter(ENDPOINTS)),
        "keys_set": account.has_keys,
        "changed": account.changed if account.has_keys else None,
        "proxy": _without_login(account.proxy),
        "proxy_has_login": _login(account.proxy),
    }


def _in_use(settings: Settings) -> dict[str, Any]:
    try:
        choice = settings.choose()
    except NotConfigured as error:
        return {"name": "", "endpoint": "", "source": Source.NOWHERE.value, "what": error.what}
    return {
        "name": choice.name,
        "endpoint": _without_login(choice.endpoint),
        "source": choice.source.value,
        "what": choice.refusal.what if choice.refusal else None,
    }


def _login(url: str) -> bool:
    return "@" in urlsplit(url).netloc


def _without_login(url: str) -> str:
    parts = urlsplit(url)
    return parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl() if parts.netloc else url
