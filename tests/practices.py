"""A small practice of two offices for the tests of booking."""

from datetime import UTC, date, datetime

from spondyl.booking import (
    AdjustingInstrument,
    Office,
    OpenSpan,
    Practice,
    Provider,
    Room,
    RoomKind,
    Shift,
    Travel,
    VisitType,
)

ZONE = "America/Los_Angeles"
MONDAY = date(2026, 3, 2)
WEEK = tuple(OpenSpan(weekday=day, from_min=9 * 60, to_min=13 * 60) for day in range(5))


def shifts(office: str, *weekdays: int) -> tuple[Shift, ...]:
    return tuple(
        Shift(office=office, span=OpenSpan(weekday=day, from_min=9 * 60, to_min=13 * 60)) for day in weekdays
    )


def utc(day: int, hour: int, minute: int = 0, month: int = 3) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=UTC)


def two_offices() -> Practice:
    """Ana works at both offices on the same days, Ben at the first only; 40 minutes lie between them."""
    return Practice(
        offices=(
            Office(key="yl", name="Yorba Linda", zone=ZONE, hours=WEEK, closed=(date(2026, 3, 4),)),
            Office(key="or", name="Orange", zone=ZONE, hours=WEEK),
        ),
        providers=(
            Provider(
                key="ana", name="Dr. Ana", shifts=shifts("yl", 0, 1, 2, 3, 4) + shifts("or", 0, 1, 2, 3, 4)
            ),
            Provider(key="ben", name="Dr. Ben", shifts=shifts("yl", 0, 1, 2, 3, 4)),
        ),
        rooms=(
            Room(key="x1", office="yl", name="X-ray", kind=RoomKind.XRAY),
            Room(key="t1", office="yl", name="Room 1", kind=RoomKind.TREATMENT),
            Room(key="t2", office="yl", name="Room 2", kind=RoomKind.TREATMENT),
            Room(key="t3", office="or", name="Room 3", kind=RoomKind.TREATMENT),
        ),
        instruments=(AdjustingInstrument(key="i1", office="yl", name="Instrument"),),
        visit_types=(
            VisitType(
                key="consult",
                name="Consultation with X-ray",
                name_es="Consulta con radiografía",
                duration_min=45,
                after_min=10,
                room=RoomKind.XRAY,
                public=True,
            ),
            VisitType(
                key="follow", name="Follow-up", name_es="Control", duration_min=15, before_min=5, after_min=5
            ),
            VisitType(
                key="adjust",
                name="Adjustment",
                name_es="Ajuste",
                duration_min=20,
                after_min=5,
                instrument=True,
            ),
        ),
        travel=(Travel(offices=("yl", "or"), minutes=40),),
    )
