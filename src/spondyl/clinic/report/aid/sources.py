"""Number the sources of a page in the order in which they are first used."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from spondyl.evidence.library import Origin

Key = tuple[str, str, str, str]


@dataclass(slots=True)
class Sources:
    """A growing list: citation, locator, verifier and date, each once."""

    numbers: dict[Key, int] = field(default_factory=dict[Key, int])

    def cite(self, origins: Iterable[Origin]) -> list[int]:
        """The numbers of the sources, new ones added; a computed value cites what it was computed from."""
        keys = (self._key(one) for origin in origins for one in _roots(origin))
        return sorted({self.numbers.setdefault(key, len(self.numbers) + 1) for key in keys})

    @staticmethod
    def _key(origin: Origin) -> Key:
        return origin.citation, origin.locator, origin.verified_by, origin.verified_on

    @property
    def listed(self) -> list[tuple[int, Key]]:
        """Number and source, in order."""
        return [(number, key) for key, number in self.numbers.items()]


def _roots(origin: Origin) -> Iterator[Origin]:
    if not origin.inputs:
        yield origin
    for one in origin.inputs:
        yield from _roots(one)
