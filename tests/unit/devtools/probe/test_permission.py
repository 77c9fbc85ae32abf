"""Nothing is spent that nobody has allowed."""

import pytest
from comfyui_picpik.devtools.probe import permission
from comfyui_picpik.devtools.terminal import Failure

KEYS = {"PICPIK_PUBLIC_KEY": "p", "PICPIK_PRIVATE_KEY": "q"}


@pytest.mark.parametrize(
    ("spend", "environ", "about"),
    [
        (None, KEYS, "--spend"),
        (0, KEYS, "--spend"),
        (-5, KEYS, "--spend"),
        (200, KEYS | {"CI": "true"}, "CI"),
        (200, KEYS | {"CI": "1"}, "CI"),
        (200, {}, "PICPIK_PUBLIC_KEY"),
        (200, {"PICPIK_PUBLIC_KEY": "p"}, "PICPIK_PRIVATE_KEY"),
    ],
)
def test_the_probe_is_refused(spend: int | None, environ: dict[str, str], about: str):
    with pytest.raises(Failure, match=about):
        permission.require(spend, environ)


def test_the_probe_may_spend_what_was_said():
    assert permission.require(7, KEYS | {"CI": "false"}) == 7
