"""A snapshot: every record, pooled number, displayed number and conclusion, in one canonical text.

The same library and version give the same bytes: sorted keys, no clock, no path, no order of files.
"""

import dataclasses
import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

from spondyl import __version__
from spondyl.evidence.answer import Answer, answer
from spondyl.evidence.estimate_json import estimate_to_json
from spondyl.evidence.library import EvidenceError, Figure, Library, Quote
from spondyl.evidence.living.displayed import displayed_numbers, records_behind
from spondyl.evidence.living.repool import pooled_numbers

FORMAT, VERSION = "spondyl-evidence-snapshot", 1


class SnapshotInvalidError(EvidenceError):
    """A file is no snapshot, or was changed by hand."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """``records`` maps kind/name to the record's plain table; the others map stable names to plain tables."""

    software: str
    records: Mapping[str, Any]
    pooled: Mapping[str, Any]
    displayed: Mapping[str, Any]
    conclusions: Mapping[str, Any]

    def to_text(self) -> str:
        """Canonical JSON with the digest of the content."""
        content = {field.name: getattr(self, field.name) for field in dataclasses.fields(self)}
        table = {"format": FORMAT, "version": VERSION, "digest": _digest(content), **content}
        return json.dumps(table, sort_keys=True, indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def take_snapshot(library: Library, *, more_pages: Mapping[str, object] | None = None) -> Snapshot:
    """Every number of every answer, and of ``more_pages`` (name to content), with the records behind each."""
    answers = {option.id: answer(library, option.id) for option in library.options}
    pages: dict[str, object] = {**answers, **(more_pages or {})}
    shown = {
        name: one for page, content in pages.items() for name, one in displayed_numbers(page, content).items()
    }
    return Snapshot(
        software=__version__,
        records={f"{_kind(record)}/{record.id}": plain(record) for record in library.records},
        pooled={
            one.name: {**estimate_to_json(one.estimate), "records": sorted(one.studies)}
            for one in pooled_numbers(library)
        },
        displayed={name: _shown(one) for name, one in shown.items()},
        conclusions={name: _conclusion(one) for name, one in answers.items()},
    )


def read_snapshot(text: str) -> Snapshot:
    """The snapshot of a text. Raises SnapshotInvalidError when it is none, or its digest does not fit."""
    try:
        table = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise _invalid(f"The file is not JSON ({error}).") from error
    names = [field.name for field in dataclasses.fields(Snapshot)]
    if not isinstance(table, dict) or table.get("format") != FORMAT:
        raise _invalid("The file is not a snapshot.")
    if table.get("version") != VERSION:
        raise _invalid(f"The snapshot has version {table.get('version')!r}; this software reads {VERSION}.")
    content: dict[str, Any] = {name: table.get(name) for name in names}
    maps = [content[name] for name in names if name != "software"]
    if not all(isinstance(one, dict) for one in maps) or not isinstance(content["software"], str):
        raise _invalid("A part of the snapshot is missing.")
    if table.get("digest") != _digest(content):
        raise _invalid("The snapshot was changed after it was written: its digest does not fit.")
    return Snapshot(**content)


def plain(value: Any) -> Any:
    """Dataclasses, enums and tuples as what JSON holds."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, (tuple, list)):
        return [plain(one) for one in value]
    return value


def _kind(record: object) -> str:
    return type(record).__name__


def _shown(one: Figure | Quote) -> dict[str, Any]:
    table = {"text": one.text, "records": list(records_behind(one.origin)), "method": one.origin.method}
    if isinstance(one, Figure):
        table |= {"value": one.value, "interval_95": plain(one.interval_95)}
    return table


def _conclusion(found: Answer) -> dict[str, Any]:
    level = found.sureness.headline
    return {
        "reading": found.reading.value,
        "paragraph": found.paragraph.text,
        "certainty": level.value if level else None,
        "digest": found.digest,
        "records": sorted({name for origin in found.paragraph.origins for name in records_behind(origin)}),
    }


def _digest(content: Mapping[str, Any]) -> str:
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()


def _invalid(what: str) -> SnapshotInvalidError:
    return SnapshotInvalidError(
        what=what,
        why="Only a whole, unchanged snapshot can be compared.",
        do="Take it again with 'spondyl evidence snapshot --out FILE'.",
    )


def names_of(records: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """Record name without its kind, to its keys in the snapshot: a study and an option may share a name."""
    found: dict[str, tuple[str, ...]] = {}
    for key in sorted(records):
        name = key.partition("/")[2]
        found[name] = (*found.get(name, ()), key)
    return found
