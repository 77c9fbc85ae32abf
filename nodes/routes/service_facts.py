"""Routes of the settings panel: what was learned of a service, to be read and sent on, and what is corrected by it."""

from __future__ import annotations

import asyncio
import functools
import re
from pathlib import Path
from typing import Any

from aiohttp import web

from ...picpik import accounts, api
from ..host import service
from .guard import Refusal, json_body, require_single_user, text_of

_PROJECT = Path(__file__).resolve().parents[2] / "pyproject.toml"


async def service_facts(request: web.Request) -> web.StreamResponse:
    """GET ?name=: what is known of the service of a saved account, the default one where the name is empty."""
    return web.json_response(await asyncio.to_thread(_known, request.query.get("name", "")))


async def correct_service(request: web.Request) -> web.StreamResponse:
    """POST {name, key}: makes the correction that a difference proposes. Used from the next run on."""
    require_single_user()
    body = await json_body(request)
    return await _changed(functools.partial(_correct, text_of(body, "name"), text_of(body, "key")))


async def take_corrections_back(request: web.Request) -> web.StreamResponse:
    """POST {name}: nothing is corrected any more."""
    require_single_user()
    body = await json_body(request)
    return await _changed(functools.partial(_take_back, text_of(body, "name")))


async def _changed(change: Any) -> web.StreamResponse:
    return web.json_response(await asyncio.to_thread(change))


def _correct(name: str, key: str) -> dict[str, Any]:
    choice = _real(name)
    proposed = {each.key: each.correction for each in accounts.differences(_facts(choice), choice.assumptions)}
    if not proposed.get(key):
        raise Refusal(404, "There is nothing to correct here any more.", "Look at the list anew.")
    _written(functools.partial(accounts.correct, service.home(), accounts.service_name(choice.endpoint), proposed[key]))
    return _known(name)


def _take_back(name: str) -> dict[str, Any]:
    _written(functools.partial(accounts.take_back, service.home(), accounts.service_name(_real(name).endpoint)))
    return _known(name)


def _written(write: functools.partial[None]) -> None:
    try:
        write()
    except OSError as error:
        raise api.NotConfigured(
            f"The correction could not be saved ({error.strerror}).",
            f"Free some space, or give write permission to {service.home()}.",
        ) from error


def _known(name: str) -> dict[str, Any]:
    choice = service.settings().choose(name)
    if choice.endpoint == accounts.SANDBOX:
        return {"service": "", "report": "", "differences": [], "corrected": {}}
    service.recorder().flush()
    place, facts = accounts.service_name(choice.endpoint), _facts(choice)
    return {
        "service": place,
        "report": accounts.facts_report(place, facts, choice.assumptions, _version()) if facts else "",
        "differences": [
            {"key": each.key, "what": each.what, "can_be_corrected": bool(each.correction)}
            for each in accounts.differences(facts, choice.assumptions)
        ],
        "corrected": dict(accounts.corrected(choice.assumptions)),
    }


def _real(name: str) -> accounts.Choice:
    choice = service.settings().choose(name)
    if choice.endpoint == accounts.SANDBOX:
        raise Refusal(400, "The sandbox inside ComfyUI does what the pack assumes.", "Choose an account of a service.")
    return choice


def _facts(choice: accounts.Choice) -> dict[str, Any]:
    return accounts.read_facts(service.home()).get(accounts.service_name(choice.endpoint), {})


def _version() -> str:
    found = re.search(r'^version = "(.+)"', _PROJECT.read_text("utf-8"), re.MULTILINE)
    return found[1] if found else "?"
