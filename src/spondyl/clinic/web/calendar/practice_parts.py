"""The parts of a practice that have a form of their own: offices, providers, kinds of visit, and what holds for all."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from spondyl.booking import Former, Office, Practice, Provider, VisitType
from spondyl.clinic.web.calendar.practice_read import (
    Fields,
    Problems,
    read_general,
    read_office,
    read_provider,
    read_visit,
)
from spondyl.clinic.web.calendar.practice_values import (
    Values,
    general_values,
    office_values,
    provider_values,
    visit_values,
)
from spondyl.clinic.web.calendar.practice_words import (
    Lines,
    general_lines,
    office_lines,
    provider_lines,
    visit_lines,
)

Accounts = Mapping[str, str]
_Thing = TypeVar("_Thing", Office, Provider, VisitType)


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One kind of part: its address, its words, how it is found, shown, read and taken out.

    ``column`` is the column of an appointment that names it. ``values`` and ``lines`` give nothing for a key that the
    practice does not have.
    """

    path: str
    template: str
    title: str
    noun: str
    column: str
    things: Callable[[Practice], tuple[Any, ...]]
    former: Callable[[Former], tuple[Any, ...]]
    values: Callable[[Practice, str], Values]
    lines: Callable[[Practice, str, Accounts], Lines]
    read: Callable[[Practice, str, Fields, Problems], Practice]
    without: Callable[[Practice, str], Practice]

    def has(self, practice: Practice, key: str) -> bool:
        """Whether the practice has a thing of that key."""
        return any(one.key == key for one in self.things(practice))


def _found(things: tuple[_Thing, ...], key: str) -> _Thing | None:
    return next((one for one in things if one.key == key), None)


def _new_office(practice: Practice) -> Values:
    """A new office begins in the time zone of the first."""
    return {"zone": practice.offices[0].zone}


def _without_office(practice: Practice, key: str) -> Practice:
    """The practice without the office, its rooms, instruments, ways and shifts."""
    return replace(
        practice,
        offices=tuple(one for one in practice.offices if one.key != key),
        rooms=tuple(one for one in practice.rooms if one.office != key),
        instruments=tuple(one for one in practice.instruments if one.office != key),
        travel=tuple(way for way in practice.travel if key not in way.offices),
        providers=tuple(
            replace(who, shifts=tuple(one for one in who.shifts if one.office != key))
            for who in practice.providers
        ),
    )


OFFICES = Part(
    path="offices",
    template="calendar/practice_office.html",
    title="Office",
    noun="office",
    column="office",
    things=lambda practice: practice.offices,
    former=lambda former: former.offices,
    values=lambda practice, key: (
        office_values(practice, one) if (one := _found(practice.offices, key)) else _new_office(practice)
    ),
    lines=lambda practice, key, _: (
        office_lines(practice, one) if (one := _found(practice.offices, key)) else {}
    ),
    read=read_office,
    without=_without_office,
)
PROVIDERS = Part(
    path="providers",
    template="calendar/practice_provider.html",
    title="Provider",
    noun="provider",
    column="provider",
    things=lambda practice: practice.providers,
    former=lambda former: former.providers,
    values=lambda practice, key: (
        provider_values(practice, one) if (one := _found(practice.providers, key)) else {}
    ),
    lines=lambda practice, key, accounts: (
        provider_lines(practice, one, accounts) if (one := _found(practice.providers, key)) else {}
    ),
    read=read_provider,
    without=lambda practice, key: replace(
        practice, providers=tuple(one for one in practice.providers if one.key != key)
    ),
)
VISITS = Part(
    path="visits",
    template="calendar/practice_visit.html",
    title="Kind of visit",
    noun="kind of visit",
    column="visit_type",
    things=lambda practice: practice.visit_types,
    former=lambda former: former.visit_types,
    values=lambda practice, key: (
        visit_values(one) if (one := _found(practice.visit_types, key)) else NEW_VISIT
    ),
    lines=lambda practice, key, _: visit_lines(one) if (one := _found(practice.visit_types, key)) else {},
    read=read_visit,
    without=lambda practice, key: replace(
        practice, visit_types=tuple(one for one in practice.visit_types if one.key != key)
    ),
)
GENERAL = Part(
    path="general",
    template="calendar/practice_general.html",
    title="Starts and ways",
    noun="practice",
    column="",
    things=lambda _practice: (),
    former=lambda _former: (),
    values=lambda practice, _key: general_values(practice),
    lines=lambda practice, _key, _accounts: general_lines(practice),
    read=lambda practice, _key, fields, problems: read_general(practice, fields, problems),
    without=lambda practice, _key: practice,
)
NEW_VISIT: Values = {"duration": "20", "before": "0", "after": "5"}
