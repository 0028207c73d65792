"""Claim: whatever is held, booked, moved, overridden, undone or let lapse, the chart does what a plain list does.

The model keeps a list of appointments and tries every pair of claims; it shares no query, index or trigger with it.
"""

import shutil
import tempfile
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from clinic_bookings import prepared, slot_at
from clinic_charts import SECRET, Clock
from practices import two_offices, utc
from spondyl.booking import (
    Appointment,
    Claim,
    Slot,
    Status,
    StepRefusedError,
    claims_of,
    claims_over,
    clashes,
)
from spondyl.clinic.chart.appointment_rows import appointments_between
from spondyl.clinic.chart.appointments import (
    book,
    cancel,
    confirm_hold,
    hold_slot,
    let_lapse,
    reschedule,
)
from spondyl.clinic.chart.audit import verify
from spondyl.clinic.chart.booking_changes import UndoRefusedError
from spondyl.clinic.chart.claims import TimeTakenError
from spondyl.clinic.chart.engine import embedded_url, open_engine
from spondyl.clinic.chart.tables import claims
from spondyl.clinic.chart.tables.column_types import new_id
from spondyl.clinic.chart.transaction import reading, writing
from spondyl.clinic.chart.undo_change import undo

PRACTICE = two_offices()
PLACES = [("ana", "t1"), ("ana", "t2"), ("ana", "t3"), ("ben", "t1"), ("ben", "t2")]


def wanted(one: Appointment) -> tuple[Claim, ...]:
    rule = claims_over if one.override_reason else claims_of
    return rule(PRACTICE, PRACTICE.visit_type(one.visit_type), one.placement, one.start, one.person)


slots = st.builds(
    lambda quarter, place: slot_at(utc(3, 17, 15) + timedelta(minutes=15 * quarter), *place),
    st.integers(0, 13),
    st.sampled_from(PLACES),
)
persons = st.integers(0, 2)
picks = st.integers(0, 99)


class Desk(RuleBasedStateMachine):
    """A front desk, a public page and a clock, at once."""

    empty: Path

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="spondyl-model-"))
        shutil.copy(self.empty, self.folder / "chart.db")
        self.clock = Clock()
        self.engine = open_engine(
            embedded_url(self.folder / "chart.db"), key=SECRET, clock=self.clock, survives_power_loss=False
        )
        self.people = prepared(self.engine, self.clock).people
        self.live: dict[str, Appointment] = {}
        self.changes: list[str] = []

    def teardown(self) -> None:
        with reading(self.engine) as connection:
            assert verify(connection).sound
        self.engine.dispose()
        shutil.rmtree(self.folder)

    def fits(self, slot: Slot, person: str | None, without: str | None = None) -> bool:
        """Try the slot against every claim of every appointment in the list."""
        new = claims_of(PRACTICE, PRACTICE.visit_type(slot.visit_type), slot.placement, slot.start, person)
        others = [claim for key, one in self.live.items() if key != without for claim in wanted(one)]
        return not clashes(new, others) and slot.wall.hour * 60 + slot.wall.minute <= 12 * 60 + 40

    def is_free(self, person: str, hold: Appointment) -> bool:
        """Try the person alone: the place is held already, even where staff have booked over it."""
        (own,) = (
            claim for claim in wanted(replace(hold, person=person)) if claim.resource.startswith("person")
        )
        return not clashes([own], [claim for one in self.live.values() for claim in wanted(one)])

    def pick(self, number: int, status: Status) -> Appointment | None:
        some = [one for one in self.live.values() if one.status is status]  # in the order made
        return some[number % len(some)] if some else None

    @rule(slot=slots)
    def hold(self, slot: Slot) -> None:
        fits = self.fits(slot, None)
        try:
            with writing(self.engine) as connection:
                made = hold_slot(connection, slot, actor="public")
        except TimeTakenError:
            assert not fits
        else:
            assert fits
            self.live[made.key] = made

    @rule(number=picks, person=persons)
    def confirm(self, number: int, person: int) -> None:
        one = self.pick(number, Status.HELD)
        if one is None:
            return
        over = one.held_until is not None and one.held_until <= self.clock()
        fits = self.is_free(self.people[person], one)
        try:
            with writing(self.engine) as connection:
                self.live[one.key] = confirm_hold(
                    connection, one.key, person=self.people[person], actor="public"
                )
        except StepRefusedError:
            assert over
        except TimeTakenError:
            assert not fits
        else:
            assert fits and not over

    @rule(slot=slots, person=persons, over=st.booleans())
    def book(self, slot: Slot, person: int, over: bool) -> None:
        fits = self.fits(slot, self.people[person])
        try:
            with writing(self.engine) as connection:
                reason = "squeezed in" if over else ""
                made = book(connection, slot, person=self.people[person], actor="desk", reason=reason)
        except TimeTakenError:
            assert not fits and not over
        else:
            assert fits or over
            self.live[made.key] = made

    @rule(number=picks, slot=slots)
    def move(self, number: int, slot: Slot) -> None:
        one = self.pick(number, Status.BOOKED)
        if one is None:
            return
        fits, change = self.fits(slot, one.person, without=one.key), new_id()
        try:
            with writing(self.engine) as connection:
                self.live[one.key] = reschedule(connection, one.key, slot, actor="desk", change=change)
        except TimeTakenError:
            assert not fits
        else:
            assert fits
            self.changes.append(change)

    @rule(number=picks, held=st.booleans())
    def cancel(self, number: int, held: bool) -> None:
        one = self.pick(number, Status.HELD if held else Status.BOOKED)
        if one is not None:
            with writing(self.engine) as connection:
                cancel(connection, one.key, actor="desk")
            del self.live[one.key]

    @precondition(lambda self: self.changes)
    @rule()
    def undo(self) -> None:
        try:
            with writing(self.engine) as connection:
                for one in undo(connection, self.changes.pop(), actor="desk"):
                    self.live[one.key] = one
        except (UndoRefusedError, TimeTakenError):
            pass  # the invariant below sees whether anything was left half done

    @rule(minutes=st.integers(1, 12))
    def wait(self, minutes: int) -> None:
        self.clock.advance(timedelta(minutes=minutes))
        with writing(self.engine) as connection:
            gone = {one.key for one in let_lapse(connection)}
        over = {
            key
            for key, one in self.live.items()
            if one.held_until is not None and one.held_until <= self.clock()
        }
        assert gone == over
        self.live = {key: one for key, one in self.live.items() if key not in over}

    @invariant()
    def the_chart_holds_what_the_list_holds(self) -> None:
        with reading(self.engine) as connection:
            stored = appointments_between(connection, _BEGIN, _END)
            rows = connection.execute(claims.select()).all()
        assert {one.key: one for one in stored} == self.live
        whole = {
            (key, claim.resource, int(claim.start.timestamp()), int(claim.end.timestamp()))
            for key, one in self.live.items()
            for claim in wanted(one)
        }
        spans: dict[tuple[str, str], list[tuple[int, int]]] = {}
        for row in rows:
            spans.setdefault((row.appointment, row.resource), []).append((row.starts_s, row.ends_s))
        assert {
            (*names, min(parts)[0], max(end for _, end in parts)) for names, parts in spans.items()
        } == whole

    @invariant()
    def only_an_override_stands_on_another(self) -> None:
        plain = [one for one in self.live.values() if not one.override_reason]
        for number, one in enumerate(plain):
            assert not clashes(wanted(one), [claim for other in plain[:number] for claim in wanted(other)])


_BEGIN, _END = datetime.fromisoformat("2026-01-01T00:00Z"), datetime.fromisoformat("2027-01-01T00:00Z")


def _run(empty_chart: Path, examples: int, steps: int) -> None:
    class Model(Desk):
        empty = empty_chart

    run_state_machine_as_test(
        Model,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_the_chart_does_what_a_plain_list_does(empty_chart: Path) -> None:
    _run(empty_chart, 8, 20)


@pytest.mark.nightly
@pytest.mark.timeout(3600)
def test_the_chart_does_what_a_plain_list_does_for_long(empty_chart: Path) -> None:
    _run(empty_chart, 300, 60)
