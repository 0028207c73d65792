"""What a practice offers while nobody is booked or away, remembered: whoever books is asked this every time."""

from datetime import date, datetime, timedelta

from spondyl.booking.claim import Placement
from spondyl.booking.diary import Slot, Wish, diary_of, free_starts, is_to_come, serves
from spondyl.booking.grid import Horizon, union
from spondyl.booking.practice import CELL_MIN, Practice

MOST_DAYS = 5000
_CELL = timedelta(minutes=CELL_MIN)


class Timetable:
    """The starts of one practice, which is never changed; a day is worked out when it is first asked about."""

    def __init__(self, practice: Practice) -> None:
        self.practice = practice
        self._days: dict[tuple[str, Placement, date], tuple[datetime, int]] = {}

    def offers(self, slot: Slot, now: datetime) -> bool:
        """Say whether ``why_never`` has nothing against a slot; LookupError where it names what is not there."""
        if not is_to_come(self.practice.office(slot.placement.office), slot, now):
            return False
        asked = slot.visit_type, slot.placement, slot.wall.date()
        begins, starts = self._days.get(asked) or self._remembered(slot, asked)
        bit, beside = divmod(slot.start - begins, _CELL)
        return not beside and bool(starts >> bit & 1)

    def _remembered(self, slot: Slot, asked: tuple[str, Placement, date]) -> tuple[datetime, int]:
        if len(self._days) >= MOST_DAYS:
            self._days.clear()
        found = self._days[asked] = _day_of(self.practice, slot)
        return found


def _day_of(practice: Practice, slot: Slot) -> tuple[datetime, int]:
    """The instant of bit 0, and the bits of the starts on the slot's day in its place."""
    horizon, place = Horizon(first_day=slot.wall.date(), days=1), slot.placement
    if not serves(practice, slot):
        return horizon.start, 0
    wish = Wish(visit_type=slot.visit_type, office=place.office, provider=place.provider)
    return horizon.start, union(free_starts(diary_of(practice, horizon, ()), wish).values())
