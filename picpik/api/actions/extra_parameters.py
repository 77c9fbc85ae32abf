"""The input `extra_parameters`: a JSON object for API fields that a node has no input for."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from ..errors import InputRefused
from ..input_checks import check_text

_RESERVED = ("Action", "PublicKey", "Signature", "request_uuid", "Seed")


def parse_extra_parameters(text: str) -> Mapping[str, Any]:
    """The JSON object of the input `extra_parameters`; empty text is an empty object."""
    if not text.strip():
        return {}
    try:
        extra = json.loads(text, parse_constant=_refuse_constant)
    except ValueError as error:
        raise InputRefused(
            "extra_parameters", f"is not JSON ({error}).", 'Write one JSON object, for example {"Name": "value"}.'
        ) from error
    if not isinstance(extra, dict):
        raise InputRefused(
            "extra_parameters",
            "is JSON, but not an object.",
            'Write names and values in braces, for example {"Name": "value"}.',
        )
    if reserved := [name for name in _RESERVED if name in extra]:
        raise InputRefused(
            "extra_parameters", f"may not set {', '.join(reserved)}.", "The pack sets it itself: take it out."
        )
    _refuse_null("extra_parameters", extra)
    check_text("extra_parameters", json.dumps(extra, ensure_ascii=False))
    return extra


def _refuse_constant(name: str) -> float:
    raise ValueError(f"{name} is not a JSON number")


def _refuse_null(path: str, value: Any) -> None:
    if value is None:
        raise InputRefused("extra_parameters", f"has a null at {path}.", "Leave the name out instead of giving null.")
    if isinstance(value, dict):
        for name, inner in value.items():
            _refuse_null(f"{path}.{name}", inner)
    if isinstance(value, list):
        for index, inner in enumerate(value):
            _refuse_null(f"{path}[{index}]", inner)


def merge(params: Mapping[str, Any], extra: Mapping[str, Any]) -> dict[str, Any]:
    """`params` with `extra` over them: objects are merged name by name, everything else is replaced."""
    merged = dict(params)
    for name, value in extra.items():
        below = merged.get(name)
        merged[name] = merge(below, value) if isinstance(below, Mapping) and isinstance(value, Mapping) else value
    return merged
