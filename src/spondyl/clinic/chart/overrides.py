"""Staff may book over something else, with a reason: the database then keeps both, each in a lane of its own.

In lane 0 nothing overlaps. What is booked over something takes lane 0 where the resource is free and the next lane
where it is not, so that a third visit is still refused. When the first one goes, the one above comes down.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import pairwise

import sqlalchemy as sa

from spondyl.booking import Claim, clash
from spondyl.clinic.chart.claims import in_the_way, put_down, standing_claims, take_away


def put_down_over(connection: sa.Connection, appointment: str, wanted: Sequence[Claim]) -> list[str]:
    """Claim although something is in the way; returns the appointments that are."""
    others = [one for one in in_the_way(connection, wanted) if one[0] != appointment]
    parts = [part for claim in wanted for part in _parts(claim, [(c, lane) for _, c, lane in others])]
    put_down(connection, appointment, [claim for claim, _ in parts], [lane for _, lane in parts])
    return sorted({key for key, _, _ in others})


def come_down(connection: sa.Connection, freed: Sequence[Claim]) -> None:
    """Bring down to lane 0 what was booked over claims that are gone now; call it before anything new is put there.

    Whatever stands over the freed time, or over something that stands over it, is taken away and put down again: lane 0
    has no hole under a higher lane, or the database would let somebody into it.
    """
    above = _all_above(connection, freed)
    take_away(connection, above)
    for appointment, wanted in above.items():
        put_down_over(connection, appointment, wanted)


def _all_above(connection: sa.Connection, freed: Sequence[Claim]) -> dict[str, list[Claim]]:
    found: dict[str, list[Claim]] = {}
    below = list(freed)
    while below:
        keys = sorted({key for key, _, lane in in_the_way(connection, below) if lane > 0} - found.keys())
        found |= {key: standing_claims(connection, key) for key in keys}
        below = [claim for key in keys for claim in found[key]]
    return found


def _parts(claim: Claim, others: Iterable[tuple[Claim, int]]) -> Iterable[tuple[Claim, int]]:
    """Yield the claim cut where another begins or ends, each part with the lowest lane above all that overlap it."""
    over = [(other, lane) for other, lane in others if clash(claim, other)]
    cuts = sorted({claim.start, claim.end, *_inner_cuts(claim, over)})
    for start, end in pairwise(cuts):
        part = replace(claim, start=start, end=end)
        yield part, max((lane + 1 for other, lane in over if clash(part, other)), default=0)


def _inner_cuts(claim: Claim, over: Iterable[tuple[Claim, int]]) -> Iterable[datetime]:
    return (cut for other, _ in over for cut in (other.start, other.end) if claim.start < cut < claim.end)
