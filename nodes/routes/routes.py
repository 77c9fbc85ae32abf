"""The pack's HTTP routes, for its own settings panel and sidebar. ComfyUI serves them below /api, too."""

from __future__ import annotations

from server import PromptServer

from .accounts import check_account, list_accounts, remove_account, save_account
from .guard import Handler, guarded
from .models import models, refresh_models
from .pages import own_place, page
from .raw_images import raw_image
from .service_facts import correct_service, service_facts, take_corrections_back
from .tasks import collect, picture, tasks

READS: dict[str, Handler] = {
    "/picpik/accounts": list_accounts,
    "/picpik/models": models,
    "/picpik/raw_images": raw_image,
    "/picpik/service_facts": service_facts,
    "/picpik/tasks": tasks,
    r"/picpik/tasks/{id:[0-9a-f]{32}}/pictures/{index:\d{1,3}}": picture,
}
WRITES: dict[str, Handler] = {
    "/picpik/accounts": save_account,
    "/picpik/accounts/remove": remove_account,
    "/picpik/accounts/check": check_account,
    "/picpik/models/refresh": refresh_models,
    "/picpik/service_facts/correct": correct_service,
    "/picpik/service_facts/take_back": take_corrections_back,
    "/picpik/tasks/collect": collect,
}


def add_routes() -> None:
    """Gives the routes to ComfyUI's server, where there is one: nodes can be used without."""
    server = getattr(PromptServer, "instance", None)
    if server is None:
        return
    if place := own_place():
        server.routes.get(place)(page)
    for path, handler in READS.items():
        server.routes.get(path)(guarded(handler))
    for path, handler in WRITES.items():
        server.routes.post(path)(guarded(handler))
