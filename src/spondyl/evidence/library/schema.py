"""Turn a parsed TOML table into a frozen dataclass, checking every key and type."""

import types
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, fields, is_dataclass
from enum import Enum
from typing import Annotated, Any, TypeVar, Union, get_args, get_origin, get_type_hints

from spondyl.evidence.library.errors import EvidenceError, RecordInvalidError
from spondyl.evidence.library.origin import Origin, Tag

T = TypeVar("T")
Table = Mapping[str, Any]

SOURCE_KEYS = ("tag", "citation", "locator", "verified_by", "verified_on")
"""Keys of any table that override where its value comes from; tables inside inherit them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where in which record the reader is, and the source that holds there."""

    record: str
    part: str
    source: Mapping[str, str]

    def inside(self, name: str) -> "Place":
        """One step further in."""
        return Place(
            record=self.record, part=f"{self.part}/{name}" if self.part else name, source=self.source
        )

    def with_source(self, table: Table) -> "Place":
        """The same place with the source keys of a table laid over."""
        own = {key: str(table[key]) for key in SOURCE_KEYS if key in table}
        return Place(record=self.record, part=self.part, source={**self.source, **own})

    def refuse(self, problem: str, do: str) -> RecordInvalidError:
        """The error for a problem here."""
        where = f"{self.record}.toml" + (f", {self.part}" if self.part else "")
        return RecordInvalidError(
            what=f"{where}: {problem}.", why="The record does not fit its schema.", do=do
        )


def build(cls: type[T], table: Table, place: Place) -> T:
    """The dataclass ``cls`` from a table; every key must be known and every needed field present."""
    here = place.with_source(table)
    hints = get_type_hints(cls, include_extras=True)
    has_origin = "origin" in hints
    known = {name for name in hints if name != "origin"} | (set(SOURCE_KEYS) if has_origin else set())
    unknown = sorted(set(table) - known)
    if unknown:
        raise here.refuse(
            f"the key {unknown[0]!r} is unknown",
            f"Use one of {', '.join(sorted(known))}; see the record schema.",
        )
    values = {name: _value(hints[name], table[name], here.inside(name)) for name in table if name in hints}
    if has_origin:
        values["origin"] = _origin(here)
    return _construct(cls, values, here)


def _construct(cls: type[T], values: dict[str, Any], here: Place) -> T:
    assert is_dataclass(cls)
    needed = [field.name for field in fields(cls) if field.default is MISSING]
    missing = [name for name in needed if name not in values]
    if missing:
        raise here.refuse(
            f"{missing[0]!r} is missing", "Write it into the record; say so in words when it is unknown."
        )
    try:
        return cls(**values)
    except EvidenceError:
        raise
    except ValueError as error:
        raise here.refuse(str(error), "Compare the record with its source.") from error


def _origin(here: Place) -> Origin:
    missing = [key for key in SOURCE_KEYS if key not in here.source]
    if missing:
        raise here.refuse(f"the source has no {missing[0]!r}", "Write it at the top of the record.")
    source = here.source
    try:
        tag = Tag(source["tag"])
    except ValueError:
        choices = ", ".join(tag.value for tag in Tag)
        raise here.refuse("the tag is not known", f"Use one of {choices}.") from None
    return Origin(
        record=here.record,
        part=here.part,
        tag=tag,
        citation=source["citation"],
        locator=source["locator"],
        verified_by=source["verified_by"],
        verified_on=source["verified_on"],
    )


def _value(hint: Any, raw: Any, here: Place) -> Any:
    """One value of the type that a field asks for."""
    kind = get_args(hint)[0] if get_origin(hint) is Annotated else hint
    if get_origin(kind) in (Union, types.UnionType):
        kind = next(part for part in get_args(kind) if part is not types.NoneType)
    if get_origin(kind) is tuple:
        return _list(get_args(kind)[0], raw, here)
    if is_dataclass(kind):
        if not isinstance(raw, Mapping):
            raise here.refuse("a table is expected", f"Write [{here.part}] with its keys.")
        return build(kind, raw, here)  # pyright: ignore[reportArgumentType]
    return _plain(kind, raw, here)


def _list(kind: Any, raw: Any, here: Place) -> tuple[Any, ...]:
    if not isinstance(raw, list):
        raise here.refuse("a list is expected", "Write [ ... ].")
    return tuple(_value(kind, item, here.inside(_name(item, number))) for number, item in enumerate(raw, 1))


def _name(item: Any, number: int) -> str:
    return str(item["id"]) if isinstance(item, Mapping) and "id" in item else str(number)


def _plain(kind: Any, raw: Any, here: Place) -> Any:
    if isinstance(kind, type) and issubclass(kind, Enum):
        try:
            return kind(raw)
        except ValueError:
            choices = ", ".join(f"{one.value!r}" for one in kind)
            raise here.refuse(f"{raw!r} is not a {kind.__name__}", f"Use one of {choices}.") from None
    if kind is float and isinstance(raw, int) and not isinstance(raw, bool):
        return float(raw)
    if type(raw) is not kind:
        raise here.refuse(f"{raw!r} is not of type {kind.__name__}", "Mend the value.")
    return raw.strip() if isinstance(raw, str) else raw
