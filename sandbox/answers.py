"""What every answer has in common: RetCode, Message, the echoes, and the refusals that fill them."""

from collections.abc import Mapping
from enum import IntEnum
from typing import Any

from .quirks import Quirks


class RetCode(IntEnum):
    """Codes of the parent company's gateway where they are published; the last three are the sandbox's own choice."""

    SUCCESS = 0
    THROTTLED = 153
    ACTION_MISSING = 160
    ACTION_UNKNOWN = 161
    SIGNATURE_MISSING = 170
    SIGNATURE_WRONG = 171
    USER_UNKNOWN = 172
    PARAMETER_MISSING = 220
    PARAMETER_WRONG = 230
    CREDITS_SHORT = 520


class Refusal(Exception):
    """A request that is answered with a RetCode other than 0, and leaves no trace."""

    def __init__(self, ret_code: int, message: str) -> None:
        super().__init__(message)
        self.ret_code = int(ret_code)
        self.message = message


def missing(name: str) -> Refusal:
    """A required field is not there."""
    return Refusal(RetCode.PARAMETER_MISSING, f"Params [{name}] is missing")


def invalid(name: str, why: str) -> Refusal:
    """A field is there and cannot be used."""
    return Refusal(RetCode.PARAMETER_WRONG, f"Params [{name}] not available: {why}")


def success(parameters: Mapping[str, Any], quirks: Quirks, **fields: Any) -> dict[str, Any]:
    """The envelope with RetCode 0 around the fields of one Action's answer."""
    return _envelope(parameters, quirks, RetCode.SUCCESS, "") | fields


def refused(parameters: Mapping[str, Any], quirks: Quirks, ret_code: int, message: str) -> dict[str, Any]:
    """The envelope of a refusal; `parameters` is empty when the body could not even be read."""
    return _envelope(parameters, quirks, ret_code, message)


def optional_fields(fields: dict[str, Any], quirks: Quirks) -> dict[str, Any]:
    """Optional fields of an answer with the empty ones kept, left out, or null; None is an Int that there is not."""
    if quirks.empty == "omitted":
        return {name: value for name, value in fields.items() if value not in ([], "", 0, None)}
    if quirks.empty == "null":
        return {name: None if value == [] else value for name, value in fields.items()}
    return {name: 0 if value is None else value for name, value in fields.items()}


def _envelope(parameters: Mapping[str, Any], quirks: Quirks, ret_code: int, message: str) -> dict[str, Any]:
    action = parameters.get("Action")
    envelope: dict[str, Any] = {
        "Action": f"{action or ''}{'Response' if quirks.action_response else ''}",
        "RetCode": int(ret_code),
        "Message": message,
    }
    if "request_uuid" in parameters:
        envelope["request_uuid"] = parameters["request_uuid"]
    return envelope
