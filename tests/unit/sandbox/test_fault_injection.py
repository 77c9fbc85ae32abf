"""Every kind of fault can be injected, and is documented."""

import re

import comfyui_picpik.sandbox as sandbox
from comfyui_picpik.sandbox.fault_injection import _INJECTORS


def test_every_kind_of_fault_is_documented_and_every_call_and_download_kind_can_be_injected():
    for name, kind in sandbox.FAULT_KINDS.items():
        row = re.search(rf"^{name} +(.*)$", sandbox.__doc__, re.MULTILINE)
        assert row, f"{name} is not in the module's documentation"
        for option in kind.options:
            assert f"``{option}``" in sandbox.__doc__
        assert (name in _INJECTORS) == (kind.stages != ("task",))
