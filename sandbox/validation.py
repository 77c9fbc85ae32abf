"""Checks of single values: type and range as the API pages document them, refused with the field's name.

A check takes a JSON value and the field's full name, and gives the value back in the form the sandbox works with.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from .answers import invalid, missing

Check = Callable[[Any, str], Any]

HIGHEST_INT = 2147483647


@dataclass(frozen=True)
class Field:
    """One documented field of an object; `default` stands in when an optional one is not sent."""

    name: str
    check: Check
    required: bool = False
    default: Any = None


def read_fields(values: Mapping[str, Any], table: Iterable[Field], prefix: str = "") -> dict[str, Any]:
    """The table's fields, checked; fields that no table knows are left alone, as a tolerant server leaves them."""
    found = {}
    for field in table:
        full_name = prefix + field.name
        if field.name in values:
            found[field.name] = field.check(values[field.name], full_name)
        elif field.required:
            raise missing(full_name)
        else:
            found[field.name] = field.default
    return found


def integer(low: int, high: int) -> Check:
    """An Int in low..high. JSON's true is no Int, nor is 5.0."""

    def check(value: Any, name: str) -> int:
        if type(value) is not int:
            raise invalid(name, f"must be an Int, not {_kind(value)}")
        if not low <= value <= high:
            raise invalid(name, f"must be in {low}..{high}, not {value}")
        return value

    return check


def number(low: float, high: float) -> Check:
    """A Float in low..high; whole numbers may come without a point."""

    def check(value: Any, name: str) -> float:
        if type(value) not in (int, float):
            raise invalid(name, f"must be a Float, not {_kind(value)}")
        if not low <= value <= high:
            raise invalid(name, f"must be in {low:g}..{high:g}, not {value}")
        return float(value)

    return check


def boolean(value: Any, name: str) -> bool:
    """A Bool; 0 and 1 are none."""
    if not isinstance(value, bool):
        raise invalid(name, f"must be a Bool, not {_kind(value)}")
    return value


def text(value: Any, name: str) -> str:
    """A String, which may be empty."""
    if not isinstance(value, str):
        raise invalid(name, f"must be a String, not {_kind(value)}")
    return value


def filled_text(value: Any, name: str) -> str:
    """A String that says something."""
    if not text(value, name).strip():
        raise invalid(name, "must not be empty")
    return value


def one_of(*words: str) -> Check:
    """One of these Strings."""

    def check(value: Any, name: str) -> str:
        if text(value, name) not in words:
            raise invalid(name, f"must be one of {', '.join(words)}, not {value!r}")
        return value

    return check


def list_of(item: Check) -> Check:
    """A list, each of whose items passes `item`."""

    def check(value: Any, name: str) -> list[Any]:
        if not isinstance(value, list):
            raise invalid(name, f"must be a list, not {_kind(value)}")
        return [item(entry, f"{name}[{index}]") for index, entry in enumerate(value)]

    return check


def object_of(*table: Field) -> Check:
    """An object with the table's fields."""

    def check(value: Any, name: str) -> dict[str, Any]:
        if not isinstance(value, dict):
            raise invalid(name, f"must be an object, not {_kind(value)}")
        return read_fields(value, table, f"{name}.")

    return check


def nothing(why: str) -> Check:
    """Refuses whatever is sent."""

    def check(_value: Any, name: str) -> None:
        raise invalid(name, why)

    return check


_KINDS = {bool: "a Bool", int: "an Int", float: "a Float", str: "a String", list: "a list", dict: "an object"}


def _kind(value: Any) -> str:
    return "null" if value is None else _KINDS[type(value)]
