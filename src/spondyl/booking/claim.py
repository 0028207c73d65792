"""What a visit occupies: one claim for each resource, buffers inside, travel on both sides."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import chain

from spondyl.booking.practice import Practice, VisitType

LONGEST_CLAIM = timedelta(hours=24)
"""No claim is longer, so a search for what overlaps need not look further back."""


def is_utc(moment: datetime) -> bool:
    """Say whether an instant is given in UTC."""
    return moment.tzinfo is UTC or moment.utcoffset() == timedelta(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A resource is taken from ``start`` until just before ``end`` (UTC), at an office.

    ``exclusive`` claims of one resource never overlap. The other kind is travel: it only keeps claims of the *same*
    resource at *another* office away, and reaches on until that office could be reached.
    """

    resource: str
    office: str
    start: datetime
    end: datetime
    exclusive: bool = True

    def __post_init__(self) -> None:
        if not (is_utc(self.start) and is_utc(self.end)):
            raise ValueError(f"Claim on {self.resource!r} needs UTC times, got {self.start} to {self.end}.")
        if not self.start < self.end <= self.start + LONGEST_CLAIM:
            raise ValueError(
                f"Claim on {self.resource!r} from {self.start} to {self.end} is not within 24 hours."
            )


def clash(one: Claim, other: Claim) -> bool:
    """Say whether two claims cannot both stand. The database enforces this same rule."""
    if one.resource != other.resource or one.exclusive != other.exclusive:
        return False
    if not one.exclusive and one.office == other.office:
        return False
    return one.start < other.end and other.start < one.end


def clashes(claims: Iterable[Claim], others: Iterable[Claim]) -> tuple[Claim, ...]:
    """Return those of ``others`` that clash with any of ``claims``."""
    mine = tuple(claims)
    return tuple(other for other in others if any(clash(one, other) for one in mine))


def provider_resource(key: str) -> str:
    """Return the name under which a provider is claimed."""
    return f"provider:{key}"


def room_resource(key: str) -> str:
    """Return the name under which a room is claimed."""
    return f"room:{key}"


def instrument_resource(key: str) -> str:
    """Return the name under which an adjusting instrument is claimed."""
    return f"instrument:{key}"


def person_resource(key: str) -> str:
    """Return the name under which a patient is claimed: nobody is in two rooms at once."""
    return f"person:{key}"


def occupied(visit_type: VisitType, start: datetime) -> tuple[datetime, datetime]:
    """Return the UTC interval that the visit occupies, its buffers inside."""
    before, after = timedelta(minutes=visit_type.before_min), timedelta(minutes=visit_type.after_min)
    return start - before, start + timedelta(minutes=visit_type.duration_min) + after


@dataclass(frozen=True, slots=True, kw_only=True)
class Placement:
    """Where and with what a visit takes place."""

    office: str
    provider: str
    room: str
    instrument: str | None = None

    def resources(self) -> tuple[str, ...]:
        """Return the names of the resources, in the one order in which they are ever claimed."""
        names = [provider_resource(self.provider), room_resource(self.room)]
        return tuple(sorted(names + ([instrument_resource(self.instrument)] if self.instrument else [])))


def claims_of(
    practice: Practice,
    visit_type: VisitType,
    placement: Placement,
    start: datetime,
    person: str | None = None,
) -> tuple[Claim, ...]:
    """Return every claim of a visit: its resources, the patient if known, and the provider's ways to other offices."""
    begins, ends = occupied(visit_type, start)
    own = chain(placement.resources(), [person_resource(person)] if person else [])
    exclusive = [Claim(resource=name, office=placement.office, start=begins, end=ends) for name in own]
    return tuple(exclusive) + tuple(_ways(practice, placement, begins, ends))


def claims_over(
    practice: Practice,
    visit_type: VisitType,
    placement: Placement,
    start: datetime,
    person: str | None = None,
) -> tuple[Claim, ...]:
    """Return the claims of a visit that staff book over something: its provider is taken for the ways as well.

    A travel claim would not do here: one that stands at the same office does not keep a third visit away from it.
    """
    begins, ends = occupied(visit_type, start)
    way = timedelta(
        minutes=max((one.minutes for one in practice.travel if placement.office in one.offices), default=0)
    )
    provider = provider_resource(placement.provider)
    return tuple(
        replace(claim, start=begins - way, end=ends + way) if claim.resource == provider else claim
        for claim in claims_of(practice, visit_type, placement, start, person)
        if claim.exclusive
    )


def _ways(practice: Practice, placement: Placement, begins: datetime, ends: datetime) -> Iterable[Claim]:
    """Yield a travel claim a pair of offices: [start, end + way) at either overlaps exactly when one is late."""
    for way in practice.travel:
        if placement.office in way.offices and way.minutes:
            pair = "~".join(sorted(way.offices))
            yield Claim(
                resource=f"{provider_resource(placement.provider)}@{pair}",
                office=placement.office,
                start=begins,
                end=ends + timedelta(minutes=way.minutes),
                exclusive=False,
            )
