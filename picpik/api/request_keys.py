"""The key that two equal requests share, whatever version of the pack made them, and of what their images."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any


def unseeded_key(endpoint: str, public_key: str, key_params: Mapping[str, Any]) -> str:
    """SHA-256 over endpoint, PublicKey and `key_params` but the Seed.

    JSON is hashed, not the canonical string of the signature: that one has no separators, so ["ab", "c"] and ["abc"]
    would share a key, and a paid picture would go to the wrong request.
    """
    unseeded = {name: value for name, value in key_params.items() if name != "Seed"}
    asked = {"endpoint": endpoint, "public_key": public_key, "params": unseeded}
    text = json.dumps(asked, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()


def request_key(unseeded: str, seed: int | None) -> str:
    """The request key: the same request has the same key."""
    return hashlib.sha256(f"{unseeded} {seed}".encode()).hexdigest()
