"""One trial is one record: find drafts that are the same study, or one that the library has already."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from spondyl.evidence.living.draft import Draft


@dataclass(frozen=True, slots=True, kw_only=True)
class SameStudy:
    """A draft that is not written, because ``first`` is the same study; ``by`` is the number or DOI they share."""

    draft: Draft
    first: str
    by: str

    @property
    def text(self) -> str:
        """One line for the person who imports."""
        return f"{self.draft.citation} ({self.draft.origin}) is the same study as {self.first}: both are {self.by}."


@dataclass(frozen=True, slots=True, kw_only=True)
class Sorted:
    """Drafts to write, ``updates`` of records that the library holds (draft id to record id), and those left out."""

    drafts: tuple[Draft, ...]
    updates: dict[str, str]
    left_out: tuple[SameStudy, ...]


def sort_drafts(drafts: Sequence[Draft], known: Mapping[str, str]) -> Sorted:
    """Keep the first of each study; ``known`` maps registry numbers and DOIs of the library to its record ids.

    A draft of a known study is kept as an update of that record, never as a second study.
    """
    seen: dict[str, str] = {}
    kept: list[Draft] = []
    left_out: list[SameStudy] = []
    for draft in drafts:
        twin = next((key for key in _keys(draft) if key in seen), None)
        if twin is not None:
            left_out.append(SameStudy(draft=draft, first=seen[twin], by=twin))
            continue
        seen.update((key, f"{draft.citation} ({draft.origin})") for key in _keys(draft))
        kept.append(draft)
    named = _with_own_ids(kept)
    updates = {draft.id: known[key] for draft in named for key in _keys(draft) if key in known}
    return Sorted(drafts=named, updates=updates, left_out=tuple(left_out))


def _keys(draft: Draft) -> tuple[str, ...]:
    return (*draft.registry_ids, *([draft.doi] if draft.doi else []))


def _with_own_ids(drafts: Iterable[Draft]) -> tuple[Draft, ...]:
    """Two different studies whose titles give one file name get a number behind it."""
    taken: set[str] = set()
    named: list[Draft] = []
    for draft in drafts:
        name, number = draft.id, 2
        while name in taken:
            name, number = f"{draft.id}-{number}", number + 1
        taken.add(name)
        named.append(draft if name == draft.id else replace(draft, id=name))
    return tuple(named)
