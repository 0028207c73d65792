"""Two offices as a beginning: the demo's practice, and the form that an administrator changes."""

from dataclasses import replace

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
WEEKDAYS = (0, 1, 2, 3, 4)


def sample_practice() -> Practice:
    """Yorba Linda and Orange, half an hour apart: two providers who change offices, X-ray and an instrument at both."""
    return Practice(
        offices=(
            Office(
                key="yorba-linda",
                name="Yorba Linda",
                zone=ZONE,
                hours=_hours(8, 18),
                address="Demo Street 1",
                telephone="714-555-0101",
            ),
            Office(
                key="orange",
                name="Orange",
                zone=ZONE,
                hours=_hours(8, 18),
                address="Demo Plaza 2",
                telephone="714-555-0102",
            ),
        ),
        providers=(
            Provider(
                key="lind",
                name="Dr Mara Lind",
                shifts=_shifts("yorba-linda", (0, 2, 4), 8, 17) + _shifts("orange", (1, 3), 9, 18),
            ),
            Provider(
                key="ortega",
                name="Dr Luis Ortega",
                shifts=_shifts("orange", (0, 2, 4), 8, 17) + _shifts("yorba-linda", (1, 3), 9, 18),
            ),
            Provider(
                key="park",
                name="Dr Jun Park",
                shifts=_shifts("yorba-linda", WEEKDAYS, 8, 12) + _shifts("orange", WEEKDAYS, 13, 18),
            ),
        ),
        rooms=tuple(
            Room(key=f"{short}-{key}", office=office, name=name, kind=kind)
            for office, short in (("yorba-linda", "yl"), ("orange", "or"))
            for key, name, kind in (
                ("xray", "X-ray room", RoomKind.XRAY),
                ("1", "Room 1", RoomKind.TREATMENT),
                ("2", "Room 2", RoomKind.TREATMENT),
            )
        ),
        instruments=(
            AdjustingInstrument(key="yl-instrument", office="yorba-linda", name="Adjusting instrument"),
            AdjustingInstrument(key="or-instrument", office="orange", name="Adjusting instrument"),
        ),
        visit_types=_visit_types(),
        travel=(Travel(offices=("yorba-linda", "orange"), minutes=30),),
    )


def beginning_practice() -> Practice:
    """The same for a real clinic to begin with: nothing is said that is not so, and no patient books before it is."""
    sample = sample_practice()
    return replace(
        sample,
        offices=tuple(replace(one, address="", telephone="") for one in sample.offices),
        visit_types=tuple(replace(one, public=False) for one in sample.visit_types),
    )


def _visit_types() -> tuple[VisitType, ...]:
    return (
        VisitType(
            key="consultation",
            name="Consultation with X-ray",
            name_es="Consulta con radiografía",
            duration_min=45,
            after_min=10,
            room=RoomKind.XRAY,
            public=True,
        ),
        VisitType(key="follow-up", name="Follow-up", name_es="Control", duration_min=20, after_min=5),
        VisitType(
            key="adjustment",
            name="Adjustment",
            name_es="Ajuste",
            duration_min=20,
            after_min=5,
            instrument=True,
        ),
    )


def _hours(from_hour: int, to_hour: int) -> tuple[OpenSpan, ...]:
    return tuple(OpenSpan(weekday=day, from_min=60 * from_hour, to_min=60 * to_hour) for day in WEEKDAYS)


def _shifts(office: str, weekdays: tuple[int, ...], from_hour: int, to_hour: int) -> tuple[Shift, ...]:
    return tuple(
        Shift(office=office, span=OpenSpan(weekday=day, from_min=60 * from_hour, to_min=60 * to_hour))
        for day in weekdays
    )
