"""What the service's RetCodes mean, in a sentence, and what to do.

PICPIK publishes no list of its own; these are the codes of its parent company's gateway (UCloud, `summary/public`),
behind which it runs. Any other code is shown with its number and the service's own Message.
"""

from __future__ import annotations

API_TIMED_OUT = 110
GATEWAY_ERROR = 130
SERVICE_UNAVAILABLE = 150
THROTTLED = 153

_CHECK_KEYS = "Check PublicKey and PrivateKey, and that they belong to this site (international or China)."
_TRY_LATER = "Wait a little and run again."
_REPORT = "Check PICPIK_ENDPOINT; if it is right, report this message as a fault of the node pack."

_MEANINGS: dict[int, tuple[str, str]] = {
    API_TIMED_OUT: ("the service did not finish in time", _TRY_LATER),
    GATEWAY_ERROR: ("the service's gateway had an error", _TRY_LATER),
    SERVICE_UNAVAILABLE: ("the service is not available now", _TRY_LATER),
    THROTTLED: ("too many requests", "Wait a minute, or run fewer tasks at once."),
    160: ("the Action is missing", _REPORT),
    161: ("the endpoint does not know this Action", "Check PICPIK_ENDPOINT: it may be another PICPIK product."),
    170: ("the signature is missing", _REPORT),
    171: ("the signature is wrong", _CHECK_KEYS),
    172: ("the PublicKey is not known here", _CHECK_KEYS),
    174: ("the token does not exist", _CHECK_KEYS),
    292: ("the key has no right to this project", "Ask the owner of the account for the right."),
    293: ("the key has no right to this zone", "Ask the owner of the account for the right."),
    294: ("this computer's IP address is not allowed", "Add the address to the account's list of allowed addresses."),
    295: ("the account is locked for security", "Log in to the PICPIK User Center and unlock it."),
    299: ("the key has no permission for this", "Ask the owner of the account for the permission."),
}

GATEWAY_CODES = frozenset(_MEANINGS)
"""Codes that are about a call as a whole, never about what is named in it."""

REFUSING_CODES = frozenset((160, 161, 170, 171, 172, 174, 292, 293, 294, 295, 299))
"""Codes with which the gateway turns a call away before anybody works on it: nothing was accepted, nothing was paid.

THROTTLED is no less certain, but may be sent again. Of any other code nobody knows whether a task was made.
"""


def explain_ret_code(ret_code: int) -> tuple[str, str]:
    """A clause that says what the code means, and a sentence that says what to do."""
    return _MEANINGS.get(
        ret_code,
        ("the service gave a code the pack does not know", "Follow the message, or look at the account in PICPIK."),
    )
