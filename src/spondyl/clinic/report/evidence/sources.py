"""Number the sources of a page in the order in which they appear, and say all there is to say of each."""

from dataclasses import dataclass, field

from spondyl.evidence.library import Origin


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One line of the list of sources: one citation as one person verified it at one time."""

    number: int
    citation: str
    verified_by: str
    verified_on: str
    locators: dict[str, None] = field(default_factory=dict[str, None])
    keys: dict[str, None] = field(default_factory=dict[str, None])


@dataclass(slots=True)
class SourceList:
    """The sources of one page; asking for a number adds the source when it is new."""

    known: dict[tuple[str, str, str], Source] = field(default_factory=dict[tuple[str, str, str], Source])

    def number(self, origin: Origin) -> int:
        """The number under which a value's source stands on this page."""
        return self._source(origin).number

    def _source(self, origin: Origin) -> Source:
        key = (origin.citation, origin.verified_by, origin.verified_on)
        if key not in self.known:
            self.known[key] = Source(
                number=len(self.known) + 1,
                citation=origin.citation,
                verified_by=origin.verified_by,
                verified_on=origin.verified_on,
            )
        found = self.known[key]
        found.locators[origin.locator] = None
        found.keys[origin.key] = None
        return found

    @property
    def listed(self) -> tuple[Source, ...]:
        """Every source asked for so far, in order."""
        return tuple(self.known.values())


def origin_text(origin: Origin) -> str:
    """Source, locator, who verified it and when, and how it was computed: one line."""
    computed = f" Computed: {origin.method}." if origin.method else ""
    return (
        f"{origin.citation}; {origin.locator}.{computed} "
        f"{origin.standing.value.capitalize()} by {origin.verified_by}, {origin.verified_on}."
    )
