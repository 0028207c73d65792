"""A named person signs a conclusion: who, in which role, when, over the digest of what was concluded."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """One person took responsibility for one conclusion, ``about`` which, at a moment, over its digest."""

    about: str
    person: str
    role: str
    at: str
    digest: str

    def __post_init__(self) -> None:
        for name, text in (("person", self.person), ("role", self.role), ("at", self.at)):
            if not text.strip():
                raise ValueError(
                    f"A signature needs its {name}; it is empty. Name who signs, as what, and when."
                )


def digest_of(conclusion: Mapping[str, Any]) -> str:
    """SHA-256 of a conclusion's canonical JSON: the same conclusion gives the same digest, on any machine."""
    text = json.dumps(conclusion, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()
