"""The routes of the settings panel."""

from typing import Any

import httpx
import pytest
from comfyui_picpik.devtools.comfyui_server import ComfyuiServer


@pytest.mark.parametrize(
    ("body", "about"),
    [
        ({"name": "a", "public_key": "only one"}, "two keys"),
        ({"name": "a", "public_key": "a b", "private_key": "c"}, "space"),
        ({"name": "a", "endpoint": "nonsense"}, "endpoint"),
        ({"name": "a", "endpoint": "https://me:secret@host.example"}, "login"),
        ({"name": "a", "proxy": "host:3128"}, "proxy"),
        ({"name": "a\nb"}, "name"),
        ({"name": 3}, "not a text"),
    ],
)
def test_settings_that_cannot_work_are_refused_and_not_repeated(http: httpx.Client, body: dict[str, Any], about: str):
    answer = http.post("/picpik/accounts", json=body)

    assert answer.status_code == 400
    assert about in answer.json()["error"]["what"]
    assert "secret" not in answer.text
    assert http.get("/picpik/accounts").json()["accounts"] == []


def test_an_account_is_saved_renamed_cleared_and_removed(keyless: ComfyuiServer):
    http = keyless.client.http

    def save(**body: Any) -> dict[str, Any]:
        return http.post("/picpik/accounts", json=body).raise_for_status().json()

    (saved,) = save(name="A", public_key="p", private_key="q", proxy="http://u:v@host:1")["accounts"]
    assert (saved["keys_set"], saved["proxy"], saved["proxy_has_login"]) == (True, "http://host:1", True)
    assert saved["changed"] > 0
    save(name="B", endpoint="china")
    renamed = save(name="A", new_name="C")
    assert renamed["default"] == "C"
    assert {account["name"] for account in renamed["accounts"]} == {"B", "C"}
    assert save(name="B", default=True)["default"] == "B"
    assert http.post("/picpik/accounts", json={"name": "B", "new_name": "C"}).status_code == 400
    cleared = save(name="C", public_key="", private_key="")
    assert [account["keys_set"] for account in cleared["accounts"]] == [False, False]
    left = http.post("/picpik/accounts/remove", json={"name": "B"}).json()
    assert [account["name"] for account in left["accounts"]] == ["C"]
