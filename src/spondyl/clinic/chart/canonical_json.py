"""JSON in one form only, so that equal values have equal text and equal digests."""

import hashlib
import json
from typing import Any

_ENCODER = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def canonical(value: Any) -> str:
    """``value`` as JSON: sorted keys, no spaces, no NaN, Unicode as it is."""
    return _ENCODER.encode(value)


def digest_of(text: str) -> str:
    """SHA-256 of ``text`` as 64 hexadecimal digits."""
    return hashlib.sha256(text.encode()).hexdigest()
