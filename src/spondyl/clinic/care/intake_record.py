"""Intakes in the chart: one document a form, a version an answer, so that nothing is lost or overwritten."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

import sqlalchemy as sa

from spondyl.assessment.intake import (
    ITEM_BEHIND,
    Intake,
    PatientLanguage,
    Stop,
    answered,
    follow_up,
    intake_from_json,
    intake_to_json,
    is_said,
    saying,
    stop_of,
    stop_said,
    worst_stop,
)
from spondyl.assessment.screening.red_flags import OLDER_YEARS
from spondyl.clinic.care.answer_times import AnswerTimes, newest_of_both
from spondyl.clinic.care.cleared_flags import cleared_in
from spondyl.clinic.care.kept_scores import KeptScore, kept_after, scores_in, scores_to_json
from spondyl.clinic.chart.documents import Document, load, newest_of_each, save
from spondyl.clinic.chart.engine import now_of
from spondyl.clinic.chart.people import people_of, person
from spondyl.clinic.chart.practice import clinic_day, clinic_zone
from spondyl.clinic.chart.same_person import charts_of
from spondyl.clinic.chart.tables import people
from spondyl.clinic.chart.tables.column_types import new_id

KIND = "intake"
PATIENT = "patient by link"
"""How the audit log names whoever holds the link."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredIntake:
    """An intake with where it is kept; ``saved_at`` is when the patient last answered, not when staff last looked.

    ``scores`` are all that the form has given. ``said_at`` is when an item last became yes: a look from before does
    not cover it. ``given_at`` is when each answer was given, which may be long before it arrived. ``marked`` is what
    the pages of the day were told when this version was saved.
    """

    document_id: str
    version: int
    person_id: str
    intake: Intake
    saved_at: datetime
    scores: tuple[KeptScore, ...]
    said_at: Mapping[str, datetime]
    given_at: AnswerTimes
    marked: Stop


def begin(connection: sa.Connection, person_id: str, *, actor: str, again: bool = False) -> StoredIntake:
    """Begin a form in the patient's language: the whole one, or ``again`` the short one before a review.

    What earlier forms hold that no clinician has looked at goes on to block: a new form takes nothing back.
    """
    before = newest(connection, person_id)
    language = PatientLanguage(person(connection, person_id).details.language)
    goes_on = before if again else None
    intake = follow_up(goes_on.intake) if goes_on else Intake(language=language)
    said = goes_on.said_at if goes_on else {}
    draft = StoredIntake(
        document_id=new_id(),
        version=0,
        person_id=person_id,
        intake=intake,
        saved_at=now_of(connection),
        scores=(),
        said_at={key: at for key, at in said.items() if key in intake.answers},
        given_at={},
        marked=Stop.NOTHING,
    )
    return _save(connection, draft, actor=actor)


def keep(
    connection: sa.Connection,
    stored: StoredIntake,
    intake: Intake,
    *,
    actor: str,
    given_at: datetime | None = None,
    opened_at: datetime | None = None,
) -> StoredIntake:
    """Save the next version; what did not change is not saved again. What the chart knows of the age stands over what
    was answered.

    ``given_at`` is when the patient gave the answers (now when None): one that waited on a telephone changes nothing
    that was answered after it. ``opened_at`` is when the page was opened that sends them all at once, from a browser
    without scripts: it takes back no yes that was said since. The caller has loaded ``stored`` with
    :func:`opened_to_change` in the same transaction.
    """
    now = now_of(connection)
    since = opened_at or given_at
    intake = _with_later_yes(stored, intake, since) if since else intake
    intake, times = newest_of_both(stored.intake, intake, stored.given_at, given_at=given_at or now, now=now)
    intake = _of_known_age(connection, stored.person_id, intake)
    if intake == stored.intake:
        return stored
    said_now = {key for key in intake.answers if _says_yes(intake, key) and not _says_yes(stored.intake, key)}
    said_now |= intake.raised - stored.intake.raised
    said_at = {**stored.said_at, **dict.fromkeys(said_now, now)}
    scores = kept_after(stored.scores, intake, at=now, zone=clinic_zone(connection))
    is_answer = replace(intake, language=stored.intake.language) != stored.intake
    saved_at = now if is_answer else stored.saved_at
    draft = replace(stored, intake=intake, saved_at=saved_at, said_at=said_at, given_at=times, scores=scores)
    return _save(connection, draft, actor=actor)


def mark_again(connection: sa.Connection, stored: StoredIntake, *, actor: str) -> StoredIntake:
    """Save the form again after a clinician has looked, when its mark for the pages of the day changes with it."""
    return stored if _mark(connection, stored) is stored.marked else _save(connection, stored, actor=actor)


def age_is_known(connection: sa.Connection, person_id: str, *, actor: str) -> None:
    """Let the newest form say the age that the chart has come to know since: called where a date of birth is saved."""
    if not (found := newest(connection, person_id)):
        return
    stored = opened_to_change(connection, found.document_id)
    intake = _of_known_age(connection, person_id, stored.intake)
    if intake != stored.intake:
        said_at = {**stored.said_at, "older_age": now_of(connection)}
        _save(connection, replace(stored, intake=intake, said_at=said_at), actor=actor)


def _with_later_yes(stored: StoredIntake, intake: Intake, given_at: datetime) -> Intake:
    for key in ITEM_BEHIND.values():
        is_later = key in stored.said_at and stored.said_at[key] > given_at
        if is_later and _says_yes(stored.intake, key) and not _says_yes(intake, key):
            intake = answered(intake, key, saying(key, intake.of(key)))
    return intake


def _of_known_age(connection: sa.Connection, person_id: str, intake: Intake) -> Intake:
    if intake.of("older_age") in ((), ("yes",)):
        return intake
    known, today = people_of(connection, charts_of(connection, person_id)), clinic_day(connection)
    # Where two charts of the person differ, the older age is the safe one.
    ages = [one.age_years(today) or 0 for one in known.values()]
    return answered(intake, "older_age", ("yes",)) if max(ages) >= OLDER_YEARS else intake


def _says_yes(intake: Intake, key: str) -> bool:
    return is_said(key, intake.of(key))


def _save(connection: sa.Connection, draft: StoredIntake, *, actor: str) -> StoredIntake:
    """Save what stands in ``draft`` after its version.

    ``stop`` is the patient's, so that pages of the day find who waits without reading every form; ``blocking`` says
    that no visit at all may be booked. Booking itself asks spondyl.clinic.care.booking_block.
    """
    stop = _mark(connection, draft)
    body = intake_to_json(draft.intake) | {"blocking": stop is Stop.EVERYTHING, "stop": stop.value}
    body["answered_at"] = draft.saved_at.isoformat()
    body["scores"] = scores_to_json(draft.scores)
    body["said_at"] = {key: at.isoformat() for key, at in draft.said_at.items()}
    body["given_at"] = {key: at.isoformat() for key, at in draft.given_at.items()}
    document = save(
        connection,
        kind=KIND,
        person_id=draft.person_id,
        body=body,
        actor=actor,
        document_id=draft.document_id,
        after_version=draft.version,
    )
    return _stored(document)


def _mark(connection: sa.Connection, stored: StoredIntake) -> Stop:
    """What this form blocks, and what the patient's other forms said that nobody has looked at."""
    forms = every(connection, stored.person_id)
    others = [form for form in forms if form.document_id != stored.document_id]
    said = [stop_said(form.intake, cleared_items(connection, form)) for form in others]
    return worst_stop([stop_of(stored.intake, cleared_items(connection, stored)), *said])


def cleared_items(connection: sa.Connection, stored: StoredIntake) -> frozenset[str]:
    """Items of this form that a clinician let pass."""
    return cleared_in(
        connection,
        stored.intake,
        document_id=stored.document_id,
        person_id=stored.person_id,
        said_at=stored.said_at,
    )


def opened(connection: sa.Connection, document_id: str, *, version: int | None = None) -> StoredIntake:
    """A version of a form, the newest by default; raises DocumentUnknownError."""
    return _stored(load(connection, document_id, version=version))


def opened_to_change(connection: sa.Connection, document_id: str) -> StoredIntake:
    """The newest version, kept from others until the transaction ends: two open tabs lose no answer of each other."""
    person_id = load(connection, document_id).person_id
    connection.execute(sa.select(people.c.id).where(people.c.id == person_id).with_for_update())
    return opened(connection, document_id)


def newest(connection: sa.Connection, person_id: str) -> StoredIntake | None:
    """The form begun last; None when the patient was never asked."""
    found = newest_of_each(connection, kind=KIND, person_id=person_id)
    return _stored(found[0]) if found else None


def every(connection: sa.Connection, person_id: str) -> tuple[StoredIntake, ...]:
    """Every form of a patient, the one begun last first."""
    return tuple(_stored(one) for one in newest_of_each(connection, kind=KIND, person_id=person_id))


def _stored(document: Document) -> StoredIntake:
    return StoredIntake(
        document_id=document.document_id,
        version=document.version,
        person_id=document.person_id,
        intake=intake_from_json(document.body),
        saved_at=datetime.fromisoformat(document.body["answered_at"]),
        scores=scores_in(document.body),
        said_at=_moments(document.body.get("said_at", {})),
        given_at=_moments(document.body.get("given_at", {})),
        marked=Stop(document.body.get("stop", Stop.EVERYTHING.value)),
    )


def _moments(kept: Mapping[str, str]) -> dict[str, datetime]:
    return {key: datetime.fromisoformat(at) for key, at in kept.items()}
