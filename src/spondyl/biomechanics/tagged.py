"""A number that knows how well it is known."""

from dataclasses import dataclass
from enum import Enum


class Tag(Enum):
    """How a number came here; the value is the word shown to a user."""

    READ = "read in the source"
    COMPUTED = "computed from values read"
    RECALLED = "unverified default"
    CHOSEN = "unverified default (chosen, no source)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tagged:
    """A value in ``unit`` with its tag and source."""

    name: str
    value: float
    unit: str
    tag: Tag
    source: str

    @property
    def text(self) -> str:
        """For a table: "axial stiffness 1.47 MN/m (read in the source: …)"."""
        return f"{self.name} {self.value:g} {self.unit} ({self.tag.value}: {self.source})"
