"""What changed between two snapshots: every displayed number, from what to what, because of which record."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from spondyl.evidence.living.snapshot import Snapshot, names_of
from spondyl.true_minus import true_minus


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberChange:
    """One number; ``before`` or ``after`` is None where it was not shown. ``because`` names changed records."""

    name: str
    before: str | None
    after: str | None
    because: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ConclusionChange:
    """One option's conclusion, of which some words, numbers or the certainty changed."""

    option: str
    before: str
    after: str
    reading_before: str
    reading_after: str
    certainty_before: str | None
    certainty_after: str | None
    because: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """Everything that changed. ``records`` maps a record to 'added', 'removed' or 'changed'."""

    software_changed: bool
    records: Mapping[str, str]
    pooled: tuple[NumberChange, ...]
    displayed: tuple[NumberChange, ...]
    conclusions: tuple[ConclusionChange, ...]

    @property
    def is_empty(self) -> bool:
        """True when nothing at all changed."""
        return not (
            self.software_changed or self.records or self.pooled or self.displayed or self.conclusions
        )


def difference(old: Snapshot, new: Snapshot) -> Difference:
    """Compare by name; a number whose records did not change is put down to the software."""
    records = _records(old.records, new.records)
    cause = _Cause(changed=names_of(records), software_changed=old.software != new.software)
    return Difference(
        software_changed=cause.software_changed,
        records=records,
        pooled=_numbers(old.pooled, new.pooled, cause, _pooled_text),
        displayed=_numbers(old.displayed, new.displayed, cause, _displayed_text),
        conclusions=tuple(
            _conclusion(option, old.conclusions[option], new.conclusions[option], cause)
            for option in sorted(set(old.conclusions) & set(new.conclusions))
            if old.conclusions[option]["digest"] != new.conclusions[option]["digest"]
        ),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Cause:
    changed: Mapping[str, tuple[str, ...]]
    software_changed: bool

    def of(self, *tables: Mapping[str, Any] | None) -> tuple[str, ...]:
        """Changed records that the numbers rest on; else the software, else the set of records as a whole."""
        behind = sorted({name for table in tables if table for name in table["records"]})
        found = tuple(key for name in behind for key in self.changed.get(name, ()))
        if found:
            return found
        return ("the software",) if self.software_changed else ("the set of records",)


def _records(old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, str]:
    def what(key: str) -> str:
        if key not in old:
            return "added"
        return "removed" if key not in new else "changed"

    return {key: what(key) for key in sorted(set(old) | set(new)) if old.get(key) != new.get(key)}


def _numbers(
    old: Mapping[str, Any], new: Mapping[str, Any], cause: _Cause, text: Callable[[Mapping[str, Any]], str]
) -> tuple[NumberChange, ...]:
    return tuple(
        NumberChange(
            name=name,
            before=text(old[name]) if name in old else None,
            after=text(new[name]) if name in new else None,
            because=cause.of(old.get(name), new.get(name)),
        )
        for name in sorted(set(old) | set(new))
        if (text(old[name]) if name in old else None) != (text(new[name]) if name in new else None)
    )


def _displayed_text(table: Mapping[str, Any]) -> str:
    return table["text"]


def _pooled_text(table: Mapping[str, Any]) -> str:
    text = f"{table['estimate']:.4f} ({table['ci_lb']:.4f} to {table['ci_ub']:.4f}), {table['k']} trials"
    return true_minus(text)


def _conclusion(
    option: str, old: Mapping[str, Any], new: Mapping[str, Any], cause: _Cause
) -> ConclusionChange:
    return ConclusionChange(
        option=option,
        before=old["paragraph"],
        after=new["paragraph"],
        reading_before=old["reading"],
        reading_after=new["reading"],
        certainty_before=old["certainty"],
        certainty_after=new["certainty"],
        because=cause.of(old, new),
    )
