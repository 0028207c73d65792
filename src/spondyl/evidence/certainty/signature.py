"""A named person signs a conclusion: who, in which role, when, over the digest of what was concluded."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
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


class SignatureState(Enum):
    """What a page says about signatures."""

    UNSIGNED = "Not signed: this is what the software proposes. Nobody has taken responsibility for it."
    OUTDATED = "Signed for an earlier version: the conclusion has changed since, so it counts as unsigned."
    SIGNED = "Signed."


def digest_of(conclusion: Mapping[str, Any]) -> str:
    """SHA-256 of a conclusion's canonical JSON: the same conclusion gives the same digest, on any machine."""
    text = json.dumps(conclusion, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()


def check_signature(
    about: str, digest: str, signatures: Iterable[Signature]
) -> tuple[SignatureState, Signature | None]:
    """The state of the conclusion ``about`` with ``digest``, and the latest signature that fits best."""
    about_it = sorted((one for one in signatures if one.about == about), key=lambda one: one.at)
    fitting = [one for one in about_it if one.digest == digest]
    if fitting:
        return SignatureState.SIGNED, fitting[-1]
    return (SignatureState.OUTDATED, about_it[-1]) if about_it else (SignatureState.UNSIGNED, None)
