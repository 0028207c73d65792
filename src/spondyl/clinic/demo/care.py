"""The demo's courses of care: one that helped, one that did not, some that run, flags that wait, a form half filled.

Who has an adjustment booked has said yes to a plan with one: ``ADJUSTED`` names them, for the bookings too.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from spondyl.assessment.exam import EXAM, Deviation, Exam, Side
from spondyl.assessment.intake import INTAKE, ITEMS, Intake, ItemKind, PatientLanguage, answered, finished
from spondyl.booking import first_reach
from spondyl.clinic.care.consent_record import keep_consent
from spondyl.clinic.care.flag_review import add_review
from spondyl.clinic.care.intake_record import PATIENT, StoredIntake, begin, keep
from spondyl.clinic.care.leaflet import consent_leaflet
from spondyl.clinic.care.plan_record import keep_plan, latest_plan, ranked_for
from spondyl.clinic.care.scores import add_score
from spondyl.clinic.care.visit_note import VisitNote, keep_note
from spondyl.clinic.chart.documents import sign
from spondyl.clinic.chart.people import Person
from spondyl.clinic.chart.transaction import writing
from spondyl.clinic.demo.clinic import DemoClinic
from spondyl.clinic.sample_practice import sample_practice
from spondyl.treatment.plan import Plan, default_goals

CLINICIAN = "lind"
ADJUSTMENT = "instrument-manipulation"
MORNING_MIN = 10 * 60
"""When a patient came to the visit that the plan was made in, by the clinic's clock."""
_GROUPS = (
    ("function_first", range(1, 9)),
    ("function_second", range(9, 17)),
    ("function_third", range(17, 25)),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Course:
    """Weeks since the start, then pain (0 to 10) and Roland-Morris at the start and every two weeks after it."""

    weeks: int
    complaint: str
    goal: str
    scores: tuple[tuple[int, int], ...]
    also: str = ""
    """An option besides exercise."""
    visits: int = 4
    days_between: int = 14
    review_days: int = 42


COURSES = {
    "Amelia": _Course(
        weeks=7,
        complaint="Low back aches since I moved house",
        goal="Lift my daughter",
        scores=((6, 14), (5, 11), (4, 9), (3, 7)),
    ),
    "Esther": _Course(
        weeks=7,
        complaint="Stiff and sore in the morning",
        goal="Walk to the market",
        scores=((5, 12), (5, 12), (4, 11), (5, 11)),
    ),
    "Greta": _Course(
        weeks=3,
        complaint="Low back pain after long drives",
        goal="Drive to work",
        scores=((7, 16), (6, 13)),
        also=ADJUSTMENT,
    ),
    "Ines": _Course(
        weeks=1,
        complaint="My back locks when I stand up",
        goal="Dance again",
        scores=((6, 12),),
        also=ADJUSTMENT,
    ),
    "Liam": _Course(
        weeks=1, complaint="Sore after carrying", goal="Work a full shift", scores=((5, 11),), also=ADJUSTMENT
    ),
    "Owen": _Course(
        weeks=2, complaint="Stiff after golf", goal="Play nine holes", scores=((4, 9),), also=ADJUSTMENT
    ),
    "Priya": _Course(
        weeks=2,
        complaint="It aches at the desk",
        goal="Sit through a class",
        scores=((6, 10),),
        also=ADJUSTMENT,
    ),
    "Noor": _Course(
        weeks=1,
        complaint="Low back pain since the spring",
        goal="Garden for an hour",
        scores=((7, 15),),
        also=ADJUSTMENT,
        visits=12,
        days_between=5,
        review_days=77,
    ),
}
EARLIER: dict[str, tuple[int, tuple[tuple[int, int] | None, ...]]] = {
    "Bruno": (50, ((6, 15), (5, 12), (5, 13))),
    "Carmen": (46, ((7, 13), (4, 7), (3, 6))),
    "Felix": (41, ((5, 9), (5, 10), (6, 11))),
    "Hugo": (38, ((6, 12), (3, 5), (2, 4))),
    "Jonah": (35, ((4, 8), (2, 3), (2, 2))),
    "Keiko": (33, ((7, 18), (6, 15), (6, 16))),
    "Maya": (30, ((5, 7), (3, 4), None)),
    "Greta": (44, ((6, 14), (4, 8), (5, 10))),
    "Owen": (39, ((5, 11), (4, 9), (3, 7))),
    "Priya": (42, ((6, 12), None, None)),
}
"""Last year's scores on paper: weeks ago, pain and Roland-Morris at the start, after six and after twelve weeks.

With them the clinic's own outcomes have as many patients as they need to be shown."""
BOOKED_COURSE = "Noor"
"""All twelve visits of her plan are booked."""
ADJUSTED = frozenset(name for name, course in COURSES.items() if course.also == ADJUSTMENT)


def seed_care(clinic: DemoClinic) -> None:
    """Seed the courses by the given name of the demo's patients; the past is written with a clock of the past."""
    people = {person.details.given_name: person for person in clinic.people}
    now = clinic.services.clock()
    for name, course in COURSES.items():
        if name in people:
            _seed_course(clinic, people[name], course, now)
    for name, (weeks, scores) in EARLIER.items():  # after the courses, since they are entered today
        if name in people:
            _seed_earlier(clinic, people[name], now - timedelta(weeks=weeks), scores)
    if "Bruno" in people:
        _seed_intake(
            clinic,
            people["Bruno"],
            now,
            older_age="yes",
            blood_thinner="yes",
            complaint="Back pain on stairs",
        )
    if "Hugo" in people:
        _seed_intake(
            clinic,
            people["Hugo"],
            now,
            fever="yes",
            complaint="Me duele la espalda desde hace tres días",
            since="under_6_weeks",
        )
    if "Felix" in people:
        _begin_only(clinic, people["Felix"], now)


def _at(clinic: DemoClinic, moment: datetime) -> sa.Engine:
    return clinic.services.engine.execution_options(spondyl_clock=lambda: moment)


def _seed_course(clinic: DemoClinic, person: Person, course: _Course, now: datetime) -> None:
    zone = sample_practice().offices[0].zone
    start = first_reach(zone, (now - timedelta(weeks=course.weeks)).date(), MORNING_MIN)
    pain, roland = course.scores[0]
    age = person.age_years(start.date()) or 0
    stored = _seed_intake(
        clinic,
        person,
        start,
        pain=pain,
        roland=roland,
        complaint=course.complaint,
        goal=course.goal,
        older_age="yes" if age >= 70 else "no",
    )
    with writing(_at(clinic, start + timedelta(minutes=20))) as connection:
        if age >= 70:
            reason = "Asked and examined: no injury, no tenderness over a bone, no steroids."
            add_review(connection, stored, cleared=frozenset({"older_age"}), reason=reason, actor=CLINICIAN)
        _note(connection, person, start, pain)
    with writing(_at(clinic, start + timedelta(minutes=30))) as connection:
        _plan(connection, person, course, start)
    with writing(_at(clinic, now)) as connection:
        for number, (later_pain, later_roland) in enumerate(course.scores[1:], start=1):
            day = (start + timedelta(days=14 * number)).date()
            for code, value in (("nrs", later_pain), ("rmdq", later_roland)):
                add_score(connection, person.id, instrument=code, value=value, on=day, actor=CLINICIAN)


def _seed_earlier(
    clinic: DemoClinic, person: Person, start: datetime, scores: Sequence[tuple[int, int] | None]
) -> None:
    with writing(_at(clinic, clinic.services.clock())) as connection:
        for number, given in enumerate(scores):
            day = (start + timedelta(weeks=6 * number)).date()
            for code, value in zip(("nrs", "rmdq"), given or (), strict=False):
                add_score(connection, person.id, instrument=code, value=value, on=day, actor=CLINICIAN)


def _note(connection: sa.Connection, person: Person, start: datetime, pain: int) -> None:
    stiff = Deviation(test="trunk_flexion", side=Side.MIDLINE, value="limited_painful")
    exam = Exam(
        examined=frozenset(group.key for group in EXAM),
        deviations=(stiff,),
        impression="Low back pain without a sign of nerve or cord; bending forward is limited.",
    )
    note = VisitNote(exam=exam, on=start.date(), pain=pain, done=("exercise",), text="Showed the exercises.")
    stored = keep_note(connection, person.id, note, actor=CLINICIAN)
    sign(
        connection,
        document_id=stored.document_id,
        version=stored.version,
        actor=CLINICIAN,
        digest=stored.digest,
    )


def _plan(connection: sa.Connection, person: Person, course: _Course, start: datetime) -> None:
    pain, roland = course.scores[0]
    plan = Plan(
        problem="Your low back bends less than usual and hurts at the end. Nothing points to a nerve.",
        options=("exercise", *filter(None, [course.also])),
        because={"exercise": "Liked walking before; wants to begin at home."}
        | ({course.also: "Asks for it, and knows how weak the trials are."} if course.also else {}),
        goals=default_goals({"rmdq": float(roland), "nrs": float(pain)}),
        own_goal=course.goal,
        visits=course.visits,
        days_between=course.days_between,
        home_exercise="Walk ten minutes twice a day.\nBridge, ten times, morning and evening.",
        starts_on=start.date(),
        review_on=(start + timedelta(days=course.review_days)).date(),
    )
    stored = keep_plan(connection, person.id, plan, actor=CLINICIAN)
    sign(
        connection,
        document_id=stored.document_id,
        version=stored.version,
        actor=CLINICIAN,
        digest=stored.digest,
    )
    signed = latest_plan(connection, person.id)
    assert signed is not None
    leaflet = consent_leaflet(
        plan, ranked_for(connection, person.id), PatientLanguage(person.details.language)
    )
    keep_consent(connection, person.id, signed, leaflet, agreed_by=person.full_name, actor=CLINICIAN)


def _seed_intake(
    clinic: DemoClinic,
    person: Person,
    moment: datetime,
    *,
    pain: int = 5,
    roland: int = 10,
    **answers: str,
) -> StoredIntake:
    with writing(_at(clinic, moment)) as connection:
        stored = begin(connection, person.id, actor=CLINICIAN)
        intake = _filled(stored.intake, pain=pain, roland=roland, answers=answers)
        return keep(connection, stored, intake, actor=PATIENT)


def _filled(intake: Intake, *, pain: int, roland: int, answers: dict[str, str]) -> Intake:
    given = {item.key: "no" for item in ITEMS.values() if item.kind is ItemKind.YES_NO}
    given |= {"since": "3_to_12_months", "course": "same", "pain_week": str(pain), "where": "low_back"}
    for key, text in (given | answers).items():
        intake = answered(intake, key, (text,))
    for key, numbers in _GROUPS:
        intake = answered(intake, key, tuple(str(one) for one in numbers if one <= roland))
    for group in INTAKE:
        intake = finished(intake, group.key)
    return intake


def _begin_only(clinic: DemoClinic, person: Person, moment: datetime) -> None:
    with writing(_at(clinic, moment)) as connection:
        stored = begin(connection, person.id, actor=CLINICIAN)
        intake = answered(stored.intake, "complaint", ("A sharp pain when I bend",))
        keep(connection, stored, intake, actor=PATIENT)
