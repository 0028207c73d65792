"""Patients: add, change, find."""

import unicodedata
from collections.abc import Collection
from dataclasses import dataclass, fields, replace
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from spondyl.clinic.chart.audit import record
from spondyl.clinic.chart.engine import is_embedded, now_of
from spondyl.clinic.chart.outbox import write_in_own
from spondyl.clinic.chart.postgres_turn import Turn, take_turn
from spondyl.clinic.chart.same_person import kept_chart, refuse_if_closed
from spondyl.clinic.chart.search_words import Sought, sought
from spondyl.clinic.chart.tables import people
from spondyl.clinic.chart.tables.column_types import new_id

_APOSTROPHES = str.maketrans(dict.fromkeys("’‘ʼ", "'"))
SEXES = ("female", "male", "other", "unknown")
LANGUAGES = ("en", "es")


class PersonInvalidError(ValueError):
    """What was entered about a person cannot be; the message says what and why."""


class PersonUnknownError(LookupError):
    """There is no patient with this identifier."""


class PersonErasedError(LookupError):
    """Nothing is written about a patient whose chart was erased."""

    def __init__(self) -> None:
        super().__init__(
            "This chart was erased while the page was open, so nothing was saved. If this patient comes again, add "
            "them as a new patient."
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonDetails:
    """What is asked of every patient. ``language`` is that of letters and intake; ``synthetic`` marks demo data."""

    given_name: str
    family_name: str
    birth_date: date | None = None
    sex: str = "unknown"
    phone: str = ""
    email: str = ""
    language: str = "en"
    synthetic: bool = False

    def __post_init__(self) -> None:
        if not (self.given_name.strip() and self.family_name.strip()):
            raise PersonInvalidError(
                "A given and a family name are needed: they stand on every page and report."
            )
        if "\0" in f"{self.given_name}{self.family_name}{self.email}{self.phone}":
            raise PersonInvalidError(
                "A name, telephone number or e-mail address holds a character that no text has (number 0)."
            )
        if max(len(self.given_name), len(self.family_name), len(self.email), len(self.phone)) > 200:
            raise PersonInvalidError(
                "A name, telephone number or e-mail address may have at most 200 characters."
            )
        if self.sex not in SEXES:
            raise PersonInvalidError(f"The sex is {self.sex!r}; it must be one of {', '.join(SEXES)}.")
        if self.language not in LANGUAGES:
            raise PersonInvalidError(
                f"The language is {self.language!r}; it must be one of {', '.join(LANGUAGES)}."
            )
        if self.email and "@" not in self.email:
            raise PersonInvalidError(f"{self.email!r} is not an e-mail address: it has no @.")
        if self.birth_date is not None and self.birth_date.year < 1880:
            raise PersonInvalidError(f"The date of birth {self.birth_date} lies before 1880; check the year.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """A patient as the chart knows them."""

    id: str
    record_number: int
    details: PersonDetails
    created_at: datetime
    erased_at: datetime | None

    @property
    def full_name(self) -> str:
        """Given and family name; of an erased chart its number, by which the audit log goes on to name it."""
        if self.erased_at is not None:
            return f"Erased patient {self.record_number}"
        return f"{self.details.given_name} {self.details.family_name}"

    @property
    def subject(self) -> str:
        """How the audit log names this person."""
        return f"person {self.id}"

    def age_years(self, on: date) -> int | None:
        """Whole years on a day; None when the date of birth is not known."""
        born = self.details.birth_date
        if born is None:
            return None
        return on.year - born.year - ((on.month, on.day) < (born.month, born.day))


def fold(name: str) -> str:
    """A name for searching: lower case, no accents, one apostrophe, one space between words."""
    parts = unicodedata.normalize("NFKD", name.translate(_APOSTROPHES))
    plain = "".join(letter for letter in parts if not unicodedata.combining(letter)).casefold()
    return " ".join(plain.split())


def add_person(connection: sa.Connection, details: PersonDetails, *, actor: str) -> Person:
    """Add a patient; the record number is the next free one."""
    take_turn(connection, Turn.RECORD_NUMBER)
    last = connection.execute(sa.select(sa.func.max(people.c.record_number))).scalar_one()
    person_id = new_id()
    values = {"id": person_id, "record_number": (last or 1000) + 1, "created_at": now_of(connection)}
    connection.execute(people.insert().values(**values, **_columns(details)))
    record(connection, actor=actor, action="add person", subject=f"person {person_id}")
    return person(connection, person_id)


def change_person(connection: sa.Connection, person_id: str, details: PersonDetails, *, actor: str) -> Person:
    """Replace what is known about a patient; the audit log names the fields that changed, not their contents.

    Raises ``PersonErasedError``, ``ChartClosedError``.
    """
    refuse_unless_open(connection, person_id)
    before = person(connection, person_id).details
    changed = [
        field.name for field in fields(details) if getattr(before, field.name) != getattr(details, field.name)
    ]
    connection.execute(people.update().where(people.c.id == person_id).values(**_columns(details)))
    record(
        connection,
        actor=actor,
        action="change person",
        subject=f"person {person_id}",
        detail={"fields": changed},
    )
    if "language" in changed:
        write_in_own(connection, person_id)
    return person(connection, person_id)


def speak_to(connection: sa.Connection, person_id: str, language: str, *, actor: str) -> None:
    """Letters, forms and consent are in this language from now on, also the letters about what was booked in another;
    raises ``PersonErasedError``. A link may name a closed chart: it is the kept one's that letters are written by."""
    person_id = kept_chart(connection, person_id)
    details = person_to_change(connection, person_id).details
    if details.language != language:
        change_person(connection, person_id, replace(details, language=language), actor=actor)
    else:
        write_in_own(connection, person_id)


def person(connection: sa.Connection, person_id: str) -> Person:
    """The patient with this identifier; raises ``PersonUnknownError``."""
    row = connection.execute(sa.select(people).where(people.c.id == person_id)).one_or_none()
    if row is None:
        raise PersonUnknownError(f"There is no patient {person_id!r}.")
    return _person(row)


def person_to_change(connection: sa.Connection, person_id: str) -> Person:
    """The patient, whom nobody else changes before this transaction ends; raises ``PersonUnknownError``."""
    # In the embedded file there is one writer at a time; PostgreSQL holds the row.
    connection.execute(sa.select(people.c.id).where(people.c.id == person_id).with_for_update())
    return person(connection, person_id)


def refuse_if_erased(connection: sa.Connection, person_id: str) -> None:
    """Raise ``PersonErasedError`` for an erased chart; no other can be erased before this transaction ends."""
    # The lock is the one that a row about the patient takes anyway; an erasure waits for it.
    statement = sa.select(people.c.erased_at).where(people.c.id == person_id)
    row = connection.execute(statement.with_for_update(read=True, key_share=True)).one_or_none()
    if row is None:
        raise PersonUnknownError(f"There is no patient {person_id!r}.")
    if row.erased_at is not None:
        raise PersonErasedError


def refuse_unless_open(connection: sa.Connection, person_id: str) -> None:
    """Raise ``PersonErasedError`` or ``ChartClosedError`` for a chart that takes nothing new; none can become so before
    this transaction ends."""
    refuse_if_erased(connection, person_id)  # which takes the lock, so that a join is seen or waits
    refuse_if_closed(connection, person_id)


def people_of(connection: sa.Connection, ids: Collection[str]) -> dict[str, Person]:
    """The patients with these identifiers, in one query."""
    rows = connection.execute(sa.select(people).where(people.c.id.in_(ids)))
    return {row.id: _person(row) for row in rows}


def person_of_record(connection: sa.Connection, record_number: int) -> Person | None:
    """The patient with this record number; None when there is none, or the chart was erased."""
    bears_it = people.c.record_number == record_number, people.c.erased_at.is_(None)
    row = connection.execute(sa.select(people).where(*bears_it)).one_or_none()
    return None if row is None else _person(row)


def find_people(
    connection: sa.Connection, text: str = "", *, limit: int = 50, after: int = 0
) -> list[Person]:
    """Patients whom all of ``text`` fits: words of the name, day of birth, e-mail, telephone, or the record number.

    First comes who has the record number, who is called just so, then who has the words as whole words, then the
    others; each by name. ``after`` leaves out as many of the first.
    """
    looked_for = sought(fold(text))
    statement = sa.select(people).where(people.c.erased_at.is_(None), *_fits(looked_for))
    statement = statement.order_by(*_nearness(looked_for), people.c.folded_name, people.c.record_number)
    return [_person(row) for row in connection.execute(statement.limit(limit).offset(after))]


def namesakes(connection: sa.Connection, details: PersonDetails) -> list[Person]:
    """Every patient of this full name, whichever of its words are the family name; the oldest chart first."""
    name = fold(f"{details.given_name} {details.family_name}")
    statement = sa.select(people).where(
        people.c.erased_at.is_(None), people.c.folded_name.in_(_turned(name.split()))
    )
    rows = connection.execute(statement.order_by(people.c.record_number))
    return [one for one in map(_person, rows) if fold(one.full_name) == name]


def surnamed(connection: sa.Connection, first: str) -> list[Person]:
    """Every patient whose first surname, folded, is this word, whatever follows it; the oldest chart first."""
    begins = [_folded_begins(connection, f"{first}{mark}") for mark in " -"]
    statement = sa.select(people).where(people.c.erased_at.is_(None), sa.or_(*begins))
    return [_person(row) for row in connection.execute(statement.order_by(people.c.record_number))]


def near_people(
    connection: sa.Connection,
    *,
    names: Collection[str],
    born: Collection[date],
    surnames: Collection[str],
    phones: Collection[str],
    mails: Collection[str],
) -> list[Person]:
    """Every patient with one of these full names or days of birth, or with one of these first surnames and the last ten
    digits of a telephone or an e-mail in small letters; the oldest chart first. All but the last are in an index."""
    turned = {one for name in names for one in _turned(fold(name).split())}
    last_ten = (
        sa.func.substr(_PHONE_DIGITS, -10) if is_embedded(connection) else sa.func.right(_PHONE_DIGITS, 10)
    )
    reached = sa.or_(last_ten.in_(phones), sa.func.lower(people.c.email).in_(mails))
    same_surname = people.c.id.in_(_ids_surnamed(connection, surnames).where(reached))
    near = (people.c.folded_name.in_(turned), people.c.birth_date.in_(born), same_surname)
    statement = sa.select(people).where(people.c.erased_at.is_(None), sa.or_(*near))
    return [_person(row) for row in connection.execute(statement.order_by(people.c.record_number))]


def _ids_surnamed(connection: sa.Connection, surnames: Collection[str]) -> sa.Select[tuple[str]]:
    """Whose first surname is one of these, for many at once."""
    if not is_embedded(
        connection
    ):  # its index is in the order of a language: one pass is cheaper than many words
        first = sa.func.split_part(sa.func.replace(people.c.folded_name, "-", " "), " ", 1)
        return sa.select(people.c.id).where(first.in_(surnames))
    ranges = [(f"{one}{mark}", f"{one}{mark}\U0010ffff") for one in surnames for mark in " -"]
    columns = (sa.column("begin", sa.Text), sa.column("end", sa.Text))
    words = sa.values(*columns, name="words").data(ranges or [(" ", "")]).cte("surnames")
    return sa.select(people.c.id).join(words, people.c.folded_name.between(words.c.begin, words.c.end))


def _folded_begins(connection: sa.Connection, text: str) -> sa.ColumnElement[bool]:
    if is_embedded(connection):  # it compares bytes: the index answers
        return people.c.folded_name.between(text, f"{text}\U0010ffff")
    return people.c.folded_name.startswith(text, autoescape=True)


def _fits(looked_for: Sought) -> list[sa.ColumnElement[bool]]:
    said = [_PLAIN_NAME.contains(word, autoescape=True) for word in looked_for.names]
    said += [sa.func.lower(people.c.email).contains(word, autoescape=True) for word in looked_for.mails]
    if looked_for.born is not None:
        said.append(people.c.birth_date == looked_for.born)
    numbers: list[sa.ColumnElement[bool]] = []
    if looked_for.record_number is not None:
        numbers.append(people.c.record_number == looked_for.record_number)
    if looked_for.digits:
        numbers.append(_PHONE_DIGITS.contains(looked_for.digits))
    return [*said, sa.or_(*numbers)] if numbers else said


def _nearness(looked_for: Sought) -> tuple[sa.ColumnElement[int], ...]:
    if looked_for.record_number is not None:
        return (sa.case((people.c.record_number == looked_for.record_number, 0), else_=1),)
    words = list(looked_for.names)
    if not words:
        return ()
    spaced = sa.literal(" ") + _PLAIN_NAME + sa.literal(" ")
    whole = sa.and_(*(spaced.contains(f" {word} ", autoescape=True) for word in words))
    exact = _PLAIN_NAME.in_(_turned(words))
    return (sa.case((exact, 0), (whole, 1), else_=2),)


def _without(column: sa.ColumnElement[str], signs: str) -> sa.ColumnElement[str]:
    for sign in signs:
        column = sa.func.replace(column, sign, "")
    return column


def _turned(words: list[str]) -> list[str]:
    """The words from each of them on and then those before it: a full name folded begins with its family name."""
    return [" ".join(words[start:] + words[:start]) for start in range(len(words))]


def _columns(details: PersonDetails) -> dict[str, Any]:
    values = {field.name: getattr(details, field.name) for field in fields(details)}
    return values | {"folded_name": fold(f"{details.family_name} {details.given_name}")}


def _person(row: Any) -> Person:
    return Person(
        id=row.id,
        record_number=row.record_number,
        details=PersonDetails(**{field.name: getattr(row, field.name) for field in fields(PersonDetails)}),
        created_at=row.created_at,
        erased_at=row.erased_at,
    )


# As ``search_words`` has what was typed: without the marks between words and between digits.
_PLAIN_NAME = _without(people.c.folded_name, ",.")
_PHONE_DIGITS = _without(people.c.phone, " +-()./")
