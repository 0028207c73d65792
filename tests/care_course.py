"""A patient's course for tests: an intake answered at once, and the fields of a plan as its page sends them."""

from dataclasses import replace

from spondyl.assessment.intake import INTAKE, ITEMS, ItemKind, answered
from spondyl.clinic.care.intake_record import StoredIntake, begin, keep
from spondyl.clinic.care.plan_record import latest_plan
from spondyl.clinic.chart.people import Person
from spondyl.clinic.chart.transaction import reading, writing
from spondyl.clinic.web.services import Services


def answer_intake(
    services: Services,
    patient: Person,
    *,
    pain: int,
    roland: int,
    again: bool = False,
    **answers: str | tuple[str, ...],
) -> StoredIntake:
    """A finished intake, ``again`` a second form: every question of safety answered with no, unless told otherwise."""
    with writing(services.engine) as connection:
        stored = begin(connection, patient.id, actor="test", again=again)
        intake = stored.intake
        for item in ITEMS.values():
            if item.kind is ItemKind.YES_NO:
                intake = answered(intake, item.key, ("no",))
        ticked = [str(number) for number in range(1, roland + 1)]
        for key, numbers in (
            ("function_first", range(1, 9)),
            ("function_second", range(9, 17)),
            ("function_third", range(17, 25)),
        ):
            intake = answered(intake, key, tuple(one for one in ticked if int(one) in numbers))
        given = {"pain_week": str(pain), "since": "3_to_12_months", "course": "same", **answers}
        for key, value in given.items():
            intake = answered(intake, key, (value,) if isinstance(value, str) else value)
        whole = replace(intake, finished=frozenset(group.key for group in INTAKE))
        return keep(connection, stored, whole, actor="test")


def plan_fields(**changes: object) -> dict[str, object]:
    """A plan that can stand: exercise, from 14 to 9 points of Roland-Morris within six weeks."""
    return {
        "problem": "Your low back moves less than usual.",
        "chosen": "exercise",
        "order-exercise": "1",
        "goal": "rmdq",
        "before-rmdq": "14",
        "points-rmdq": "5",
        "visits": "6",
        "days_between": "7",
        "home_exercise": "Walk ten minutes twice a day.",
        "starts_on": "2026-03-02",
        "review_on": "2026-04-13",
        "action": "sign",
        **changes,
    }


def consent_fields(services: Services, patient: Person, **changes: object) -> dict[str, object]:
    """A consent as its page sends it, opened now: to the newest version of the plan."""
    with reading(services.engine) as connection:
        stored = latest_plan(connection, patient.id)
    assert stored is not None
    read = {"plan_version": str(stored.version), "plan_digest": stored.digest}
    return {"language": "en", "agreed_by": "Ana Ruiz", **read, **changes}
