"""The key that two equal requests share."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from .wire import raw_json_pieces


def unseeded_key(endpoint: str, public_key: str, params: Mapping[str, Any]) -> str:
    """SHA-256 over endpoint, PublicKey and `params` but the Seed: tens of megabytes are hashed once for every seed.

    `params` has no Signature and no request_uuid. JSON is hashed, not the canonical string of the signature: that one
    has no separators, so ["ab", "c"] and ["abc"] would share a key, and a paid picture would go to the wrong request.
    """
    unseeded = {name: value for name, value in params.items() if name != "Seed"}
    digest = hashlib.sha256()
    for piece in raw_json_pieces({"endpoint": endpoint, "public_key": public_key, "params": unseeded}):
        digest.update(piece)
    return digest.hexdigest()


def request_key(unseeded: str, seed: int | None) -> str:
    """The request key: the same request has the same key."""
    return hashlib.sha256(f"{unseeded} {seed}".encode()).hexdigest()
