"""Routes of the settings panel: accounts are set, cleared and tested; what was set is never told."""

from __future__ import annotations

import asyncio
import functools
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from aiohttp import web

from ...picpik import accounts, api
from ..host import service
from .guard import Refusal, is_multi_user, json_body, require_single_user, text_of

_FORM = ("endpoint", "public_key", "private_key", "proxy")
_changing = threading.Lock()


async def list_accounts(_request: web.Request) -> web.StreamResponse:
    """GET: what is set, and which source wins."""
    return web.json_response(await asyncio.to_thread(_status))


async def save_account(request: web.Request) -> web.StreamResponse:
    """POST {name, create?, new_name?, endpoint?, public_key? and private_key?, proxy?, default?}.

    What is left out stays; two empty keys are taken away. With `create`, a name that is taken is refused, and without
    it one that is not: nobody's keys are overwritten by accident. `set_aside` in the answer names the file that was
    kept, where the one that was replaced could not be read.
    """
    require_single_user()
    body = await json_body(request)
    return await _changed(functools.partial(_with_saved, body=body))


async def remove_account(request: web.Request) -> web.StreamResponse:
    """POST {name}."""
    require_single_user()
    name = text_of(await json_body(request), "name")
    return await _changed(functools.partial(_without, name=name))


async def check_account(request: web.Request) -> web.StreamResponse:
    """POST {name, endpoint?, public_key? and private_key?, proxy?}: the doctor's findings. Nothing is saved.

    With nothing but a name they are about the account that runs are made for, the default one where the name is empty;
    else about what was typed, completed from the saved account of that name.
    """
    body = await json_body(request)
    is_typed = any(name in body for name in _FORM)
    if is_typed:
        require_single_user()
    return web.json_response(await asyncio.to_thread(_checked, body, is_typed))


def _checked(body: Mapping[str, Any], is_typed: bool) -> dict[str, Any]:
    settings, name = service.settings(), text_of(body, "name")
    if is_typed:
        typed = _typed(settings.saved.named(name) or accounts.SavedAccount(), body)
        choice = accounts.Settings(
            {}, accounts.SavedAccounts().with_account("typed", typed), settings.saved_in
        ).choose()
    else:
        choice = settings.choose(name)
    report = service.check_choice(choice, is_used=not is_typed)
    return {
        "tested": {"typed": is_typed, "name": "" if is_typed else choice.name, "source": choice.source.value},
        "note": choice.note,
        "findings": [{"what": each.what, "do": each.do, "is_note": each.is_note} for each in report.findings],
        "is_well": report.is_well,
        "credits_left": report.credits.left if report.credits else None,
    }


async def _changed(change: Callable[[accounts.SavedAccounts], accounts.SavedAccounts]) -> web.StreamResponse:
    def do() -> dict[str, Any]:
        with _changing:
            try:
                set_aside = accounts.write_saved(service.home(), change(service.settings().saved))
            except OSError as error:
                raise api.NotConfigured(
                    f"The accounts could not be saved ({error.strerror}).",
                    f"Free some space, or give write permission to {service.home()}.",
                ) from error
        service.collect_what_was_left()  # perhaps its keys were missing till now
        return {**_status(), "set_aside": str(set_aside) if set_aside else None}

    return web.json_response(await asyncio.to_thread(do))


def _with_saved(saved: accounts.SavedAccounts, body: Mapping[str, Any]) -> accounts.SavedAccounts:
    return _with_new(saved, body) if body.get("create") is True else _with_changed(saved, body)


def _with_new(saved: accounts.SavedAccounts, body: Mapping[str, Any]) -> accounts.SavedAccounts:
    name = text_of(body, "name")
    _require_free(saved, name)
    return saved.with_account(name, _typed(accounts.SavedAccount(), body), as_default=body.get("default") is True)


def _with_changed(saved: accounts.SavedAccounts, body: Mapping[str, Any]) -> accounts.SavedAccounts:
    name = text_of(body, "name")
    before = _known(saved, name)
    new_name = text_of(body, "new_name", name)
    if new_name != name:
        _require_free(saved, new_name)
    as_default = saved.default == name or body.get("default") is True
    others = saved.without(name) if new_name != name else saved
    return others.with_account(new_name, _typed(before, body), as_default=as_default)


def _without(saved: accounts.SavedAccounts, name: str) -> accounts.SavedAccounts:
    _known(saved, name)
    return saved.without(name)


def _require_free(saved: accounts.SavedAccounts, name: str) -> None:
    if name in saved.accounts:
        raise Refusal(400, f'There is an account "{name}" already.', "Give another name.")


def _known(saved: accounts.SavedAccounts, name: str) -> accounts.SavedAccount:
    account = saved.named(name)
    if account is None:
        raise Refusal(404, f'There is no account "{name}" here.', "Open the settings anew: it may have been removed.")
    return account


def _typed(before: accounts.SavedAccount, body: Mapping[str, Any]) -> accounts.SavedAccount:
    """The account with what was typed into its form.

    Keys go to the address that they were given for: a page that comes to use these routes all the same cannot have them
    sent, or calls signed with them, somewhere else.
    """
    account = _with_place(before, body)
    if before.has_keys and "public_key" not in body and _leads_elsewhere(before, account):
        raise Refusal(
            400,
            "The endpoint or the proxy is another one than the keys were given for.",
            "Give PublicKey and PrivateKey anew, too.",
        )
    return _with_keys(account, body)


def _leads_elsewhere(before: accounts.SavedAccount, after: accounts.SavedAccount) -> bool:
    """The sandbox gets no keys, whatever it was before."""
    if after.endpoint == accounts.SANDBOX:
        return False
    return (_place(before), before.proxy) != (_place(after), after.proxy)


def _place(account: accounts.SavedAccount) -> str:
    try:
        return accounts.endpoint_url(account.endpoint)
    except api.NotConfigured:  # a file that was written by hand
        return account.endpoint


def _with_place(account: accounts.SavedAccount, body: Mapping[str, Any]) -> accounts.SavedAccount:
    endpoint = text_of(body, "endpoint", account.endpoint)
    proxy = text_of(body, "proxy", account.proxy)
    if "endpoint" in body:
        _check_endpoint(endpoint)
    if "proxy" in body and proxy:
        api.check_proxy(proxy)
    return replace(account, endpoint=endpoint, proxy=proxy)


def _check_endpoint(endpoint: str) -> None:
    accounts.endpoint_url(endpoint)
    if _has_login(endpoint):
        raise Refusal(400, "The endpoint has a login in it.", "Give the address alone; the keys are the login.")


def _with_keys(account: accounts.SavedAccount, body: Mapping[str, Any]) -> accounts.SavedAccount:
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
        "endpoints": [*accounts.ENDPOINTS, accounts.SANDBOX],
        "changeable": not is_multi_user(),
        "trouble": {"what": saved.trouble.what, "do": saved.trouble.do} if saved.trouble else None,
    }


def _shown(name: str, account: accounts.SavedAccount) -> dict[str, Any]:
    return {
        "name": name,
        "endpoint": account.endpoint or next(iter(accounts.ENDPOINTS)),
        "keys_set": account.has_keys,
        "changed": account.changed if account.has_keys else None,
        "proxy": _without_login(account.proxy),
        "proxy_has_login": _has_login(account.proxy),
    }


def _in_use(settings: accounts.Settings) -> dict[str, Any]:
    try:
        choice = settings.choose()
    except api.NotConfigured as error:
        return {"name": "", "endpoint": "", "source": accounts.Source.NOWHERE.value, "what": error.what}
    return {
        "name": choice.name,
        "endpoint": _without_login(choice.endpoint),
        "source": choice.source.value,
        "what": choice.refusal.what if choice.refusal else None,
    }


def _has_login(url: str) -> bool:
    return _without_login(url) != url


def _without_login(url: str) -> str:
    """Without whatever stands before a host: what was written by hand need not be an address at all."""
    scheme, mark, rest = url.rpartition("://")
    return scheme + mark + rest.rpartition("@")[2]
