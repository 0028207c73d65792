"""The parameters of a FHIR search, read strictly: one that is not understood is refused, never left out.

A parameter that stands twice must fit both times; commas in a token mean one of several.
"""

import calendar
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode

from spondyl.clinic.chart.people_search import PeopleSought
from spondyl.clinic.records.fhir_parts import RECORD_SYSTEM

OF_PATIENT = {
    "_id": "token",
    "identifier": "token",
    "name": "string",
    "family": "string",
    "given": "string",
    "birthdate": "date",
    "gender": "token",
}
OF_OTHERS = {"_id": "token", "patient": "reference", "subject": "reference"}
"""What can be searched by, and of which type it is."""

CONTROLS = ("_count", "_offset", "_format", "_pretty")
MOST = 100
USUAL = 50
LONGEST = 200
Pairs = Sequence[tuple[str, str]]


class SearchRefusedError(ValueError):
    """A parameter that is not known, or a value that cannot be; the message says which."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Which part of what was found is wanted. ``count`` 0: only the total."""

    count: int
    offset: int


def check_known(kind: str, pairs: Pairs) -> None:
    """Raise for a parameter that this kind is not searched by: without it too much would match."""
    known = (*(OF_PATIENT if kind == "Patient" else OF_OTHERS), *CONTROLS)
    # "patient" of a Patient is its own identifier, as for every other kind.
    allowed = (*known, "patient") if kind == "Patient" else known
    for name, value in pairs:
        if name not in allowed:
            raise SearchRefusedError(
                f"{kind} is not searched by {name[:40]!r} here. It can be by: {', '.join(known)}."
            )
        if len(value) > LONGEST or "\x00" in value:
            raise SearchRefusedError(f"The value of {name} is longer than {LONGEST} characters, or no text.")


def part_of(pairs: Pairs) -> Part:
    """The part that ``_count`` and ``_offset`` ask for; no more than a hundred at once."""
    count, offset = (_whole(pairs, name, usual) for name, usual in (("_count", USUAL), ("_offset", 0)))
    return Part(count=min(count, MOST), offset=offset)


def patients_named(pairs: Pairs) -> set[str]:
    """The patients that a search in one chart names: ``patient`` and ``subject``, as ID, Patient/ID or an address."""
    said = [value for name, value in pairs if name in ("patient", "subject")]
    return {re.sub(r"^(.*/)?Patient/", "", value) for value in said if value}


def ids_named(pairs: Pairs) -> list[tuple[str, ...]]:
    """The choices that ``_id`` gives."""
    return [tuple(value.split(",")) for value in _values(pairs, "_id")]


def people_sought(pairs: Pairs) -> PeopleSought:
    """What a search for patients asks."""
    return PeopleSought(
        ids=(*ids_named(pairs), *((one,) for one in patients_named(pairs))),
        numbers=tuple(_numbers(value) for value in _values(pairs, "identifier")),
        words=_texts(pairs, "name"),
        family=_texts(pairs, "family"),
        given=_texts(pairs, "given"),
        born=tuple(_days(value) for value in _values(pairs, "birthdate")),
        sexes=tuple(tuple(value.split(",")) for value in _values(pairs, "gender")),
    )


def page_links(address: str, pairs: Pairs, part: Part, total: int) -> list[dict[str, str]]:
    """The links of a page of results: itself, the one before and the next."""
    asked = [pair for pair in pairs if pair[0] not in ("_count", "_offset")]

    def at(offset: int) -> str:
        return f"{address}?{urlencode([*asked, ('_count', str(part.count)), ('_offset', str(offset))])}"

    links = [{"relation": "self", "url": at(part.offset)}]
    if part.count and part.offset + part.count < total:
        links.append({"relation": "next", "url": at(part.offset + part.count)})
    if part.count and part.offset:
        links.append({"relation": "previous", "url": at(max(0, part.offset - part.count))})
    return links


def _values(pairs: Pairs, wanted: str) -> list[str]:
    return [value for name, value in pairs if name == wanted and value]


def _texts(pairs: Pairs, wanted: str) -> tuple[str, ...]:
    found = tuple(_values(pairs, wanted))
    if any("," in one for one in found):
        raise SearchRefusedError(
            f"A comma in {wanted} asks for one of several names; ask for each by itself."
        )
    return found


def _whole(pairs: Pairs, wanted: str, usual: int) -> int:
    said = _values(pairs, wanted)
    if len(said) > 1 or any(not re.fullmatch(r"[0-9]{1,8}", one) for one in said):
        raise SearchRefusedError(f"{wanted} must be one whole number, 0 or more.")
    return int(said[0]) if said else usual


def _numbers(value: str) -> tuple[int, ...]:
    """The record numbers that an identifier may mean; another issuer's identifier means none of ours."""
    parts = [one.rpartition("|") for one in value.split(",")]
    ours = [text for system, bar, text in parts if not bar or system == RECORD_SYSTEM]
    return tuple(int(text) for text in ours if re.fullmatch(r"[0-9]{1,9}", text))


def _days(value: str) -> tuple[date, date]:
    """The first and the last day of a year, a month or a day."""
    found = re.fullmatch(r"(?:eq)?(\d{4})(?:-(\d\d))?(?:-(\d\d))?", value)
    try:
        if found is None:
            raise ValueError
        year, month, day = (int(part) if part else None for part in found.groups())
        assert year is not None
        if month is None:
            return date(year, 1, 1), date(year, 12, 31)
        last = calendar.monthrange(year, month)[1]
        return date(year, month, day or 1), date(year, month, day or last)
    except ValueError:
        raise SearchRefusedError(
            f"The birthdate {value[:20]!r} is no day, month or year such as 1980-01-31; < and > are not understood."
        ) from None
