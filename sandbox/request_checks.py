"""What is checked before any Action runs: the body is JSON, the Action exists, a known user has signed it."""

import json
import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from .answers import Refusal, RetCode, missing
from .signature import is_signed
from .validation import Field, read_fields, text

_ECHO = (Field("request_uuid", text),)


@dataclass(frozen=True)
class KeyPair:
    """The key pair of the sandbox's one user."""

    public: str
    private: str


def read_request(body: bytes) -> dict[str, Any]:
    """The parameters in a body."""
    try:
        parameters = json.loads(body, parse_constant=_refuse_constant, parse_float=_finite)
    except (ValueError, RecursionError):
        raise Refusal(RetCode.PARAMETER_WRONG, "The body is not JSON") from None
    if not isinstance(parameters, dict):
        raise Refusal(RetCode.PARAMETER_WRONG, "The body is not a JSON object")
    return parameters


def check_action(parameters: Mapping[str, Any], known: Collection[str]) -> str:
    """The Action that a request names, one of `known`."""
    action = parameters.get("Action")
    if action is None or action == "":
        raise Refusal(RetCode.ACTION_MISSING, "Missing Action")
    if not isinstance(action, str) or action not in known:
        raise Refusal(RetCode.ACTION_UNKNOWN, f"Action [{action}] does not exist")
    return action


def authenticate(parameters: Mapping[str, Any], keys: KeyPair) -> None:
    """Refuses a request that is not signed by the one user."""
    if "PublicKey" not in parameters:
        raise missing("PublicKey")
    if text(parameters["PublicKey"], "PublicKey") != keys.public:
        raise Refusal(RetCode.USER_UNKNOWN, "User does not exist: PublicKey is not known here")
    if "Signature" not in parameters:
        raise Refusal(RetCode.SIGNATURE_MISSING, "Missing Signature")
    if not is_signed(parameters, keys.private):
        raise Refusal(RetCode.SIGNATURE_WRONG, "Signature does not fit the parameters and the user's private key")
    read_fields(parameters, _ECHO)


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is no JSON")


def _finite(number: str) -> float:
    value = float(number)
    if math.isinf(value):
        raise ValueError(f"{number} is beyond a Float")
    return value
