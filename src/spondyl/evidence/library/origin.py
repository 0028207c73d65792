"""Where a value comes from: source, locator, who verified it and when."""

import re
from dataclasses import dataclass
from enum import Enum

from spondyl.evidence.library.errors import RecordInvalidError


class Standing(Enum):
    """How far a value can be relied on."""

    VERIFIED = "verified"
    COMPUTED = "computed"
    UNVERIFIED = "unverified"


class Tag(Enum):
    """How a value came into the library."""

    READ = "read"
    COMPUTED = "computed"
    RECALLED = "recalled"
    UNKNOWN = "unknown"

    @property
    def standing(self) -> Standing:
        """Read is verified, computed is computed, all else is unverified and shown to nobody."""
        known = {Tag.READ: Standing.VERIFIED, Tag.COMPUTED: Standing.COMPUTED}
        return known.get(self, Standing.UNVERIFIED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where one value comes from.

    ``record`` and ``part`` name it inside the library, ``citation`` and ``locator`` outside. ``verified_on`` is a
    year and month, or a day. A value computed here names its ``method`` and the ``inputs`` that went in.
    """

    record: str
    part: str
    tag: Tag
    citation: str
    locator: str
    verified_by: str
    verified_on: str
    method: str = ""
    inputs: "tuple[Origin, ...]" = ()

    def __post_init__(self) -> None:
        needed = {"record": self.record, "citation": self.citation, "locator": self.locator}
        if self.may_be_shown:
            needed["verified_by"] = self.verified_by
        blank = [name for name, text in needed.items() if not text.strip()]
        if blank:
            raise RecordInvalidError(
                what=f"The value {self.key} has no {blank[0]}.",
                why="Every value must be traceable to its source.",
                do=f"Write {blank[0]} into the record.",
            )
        if not re.fullmatch(r"\d{4}-\d{2}(-\d{2})?", self.verified_on):
            raise RecordInvalidError(
                what=f"The value {self.key} has verified_on = {self.verified_on!r}.",
                why="The date of verification is a year and month, or a day.",
                do="Write it as 2026-11 or 2026-11-25.",
            )

    @property
    def key(self) -> str:
        """``record/part``: the stable name of the value."""
        return f"{self.record}/{self.part}" if self.part else self.record

    @property
    def standing(self) -> Standing:
        """Verified, computed or unverified; a value computed from an unverified one is unverified."""
        if any(one.standing is Standing.UNVERIFIED for one in self.inputs):
            return Standing.UNVERIFIED
        return self.tag.standing

    @property
    def may_be_shown(self) -> bool:
        """True when a person may see the value."""
        return self.standing is not Standing.UNVERIFIED


def computed_origin(*inputs: Origin, method: str, part: str = "") -> Origin:
    """The origin of a value computed here from ``inputs``: the first names the record, all are kept.

    Raises ValueError without inputs: a number from nowhere has no origin.
    """
    if not inputs:
        raise ValueError("A computed value needs the origins of its inputs; there is none.")
    first = inputs[0]
    return Origin(
        record=first.record,
        part=part or first.part,
        tag=Tag.COMPUTED,
        citation=first.citation,
        locator=first.locator,
        verified_by=first.verified_by,
        verified_on=max(one.verified_on for one in inputs),
        method=method,
        inputs=inputs,
    )
