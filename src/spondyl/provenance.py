"""Who made a value, from what, with which version, confirmed by whom."""

from dataclasses import dataclass, replace
from datetime import datetime

from spondyl import __version__


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirmation:
    """A named person took responsibility for a value at a moment."""

    person: str
    at: datetime

    def __post_init__(self) -> None:
        if not self.person.strip():
            raise ValueError("A confirmation needs the name of the person who confirms; the name is empty.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Provenance:
    """Where a derived value comes from.

    ``method`` names the function or model, ``inputs`` the SHA-256 digests (or identifiers) of what went in. No clock
    is read here, so the same input gives the same bytes; the moment enters with a :class:`Confirmation`.
    """

    method: str
    inputs: tuple[str, ...] = ()
    version: str = __version__
    confirmation: Confirmation | None = None

    def confirmed(self, confirmation: Confirmation) -> "Provenance":
        """Return the same provenance, signed."""
        return replace(self, confirmation=confirmation)
