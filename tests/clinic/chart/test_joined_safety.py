"""Claims: what is known of safety in one chart of a person is never lost to the other, whatever comes first: the flag,
the join, a clinician's look, an answer by a link, a new form, a separation.

The reference is the single chart: held, cautions and gate must be just as if everything stood in one.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from itertools import permutations
from pathlib import Path

import pytest
import sqlalchemy as sa

from adjust_course import consented
from care_course import answer_intake
from clinic_apps import services_of
from clinic_charts import Clock
from practices import two_offices
from spondyl.assessment.exam import Deviation, Exam, Side
from spondyl.assessment.intake import Stop, answered
from spondyl.assessment.screening import Answer
from spondyl.clinic.care.adjustment_gate import ASKED, ChartGate, chart_gate
from spondyl.clinic.care.booking_block import booking_block, waiting_for_a_look
from spondyl.clinic.care.consent_record import consents_of, keep_consent, withdraw
from spondyl.clinic.care.flag_review import ReviewRefused, add_review
from spondyl.clinic.care.intake_record import begin, keep, newest, opened_to_change
from spondyl.clinic.care.plan_record import latest_plan, situation_of
from spondyl.clinic.care.scores import add_score, scores_of_person
from spondyl.clinic.care.visit_note import VisitNote, keep_note, notes_of
from spondyl.clinic.chart.booking_stop import booking_stop
from spondyl.clinic.chart.documents import sign
from spondyl.clinic.chart.engine import is_embedded, now_of
from spondyl.clinic.chart.joining import join_charts, separate_charts
from spondyl.clinic.chart.people import Person, PersonDetails, add_person, change_person
from spondyl.clinic.chart.practice import clinic_day, save_practice
from spondyl.clinic.chart.same_person import kept_chart
from spondyl.clinic.chart.transaction import reading, writing
from spondyl.clinic.web.services import Services

REASON = "Asked and examined: sensation and power are whole."
ADJUSTMENT, FOLLOW_UP = (
    next(one for one in two_offices().visit_types if one.key == key) for key in ("adjust", "follow")
)
ALL_NO = {one.key: Answer.NO for one in ASKED}


@pytest.fixture
def chart(engine: sa.Engine, clock: Clock, tmp_path: Path) -> Services:
    """The same clinic on either database."""
    with writing(engine) as connection:
        save_practice(connection, two_offices(), actor="test")
    return services_of(engine, clock, tmp_path)


def added(chart: Services) -> Person:
    details = PersonDetails(given_name="Ana", family_name="Ruiz", synthetic=True)
    with writing(chart.engine) as connection:
        return add_person(connection, details, actor="test")


def join(chart: Services, kept: Person, closed: Person) -> None:
    with writing(chart.engine) as connection:
        join_charts(connection, kept=kept.id, closed=closed.id, actor="desk")


def separate(chart: Services, closed: Person) -> None:
    with writing(chart.engine) as connection:
        separate_charts(connection, closed.id, actor="desk")


def look(chart: Services, patient: Person, *items: str) -> None:
    """A clinician opens the page now and lets these pass; nobody has been asked: nothing to look at."""
    with writing(chart.engine) as connection:
        if stored := newest(connection, patient.id):
            add_review(
                connection,
                stored,
                cleared=frozenset(items),
                reason=REASON,
                actor="lind",
                seen_at=now_of(connection),
            )


def stop_now(chart: Services, patient: Person) -> Stop:
    """What is blocked; booking, the day's page and the plan say the same."""
    with reading(chart.engine) as connection:
        stop = booking_block(connection, patient.id).stop
        assert (booking_stop(connection, patient.id, FOLLOW_UP) is None) is (stop is not Stop.EVERYTHING)
        if newest(connection, patient.id):
            assert situation_of(connection, patient.id).stop is stop
        waits = [one.person.id for one in waiting_for_a_look(connection)]
        assert waits.count(kept_chart(connection, patient.id)) <= 1
        assert kept_chart(connection, patient.id) in waits or stop is not Stop.EVERYTHING
    return stop


def say(chart: Services, document_id: str, item: str, mark: str = "yes") -> None:
    """The patient answers by the link that was sent for this form."""
    with writing(chart.engine) as connection:
        stored = opened_to_change(connection, document_id)
        keep(connection, stored, answered(stored.intake, item, (mark,)), actor="patient by link")


def born_long_ago(chart: Services, patient: Person) -> None:
    with writing(chart.engine) as connection:
        details = replace(patient.details, birth_date=date(1930, 1, 1))
        change_person(connection, patient.id, details, actor="desk")


def test_a_flag_of_the_closed_chart_holds_in_every_order_of_events(chart: Services, clock: Clock) -> None:
    """Flag by the link of a form in the closed chart, clean form in the kept one, join, a look at what the kept chart
    shows then: only a look after flag and join covers the flag. Where the clean form comes is tried on one database."""
    orders = [*permutations(("flag", "clean", "join", "look"))]
    for order in orders if is_embedded(chart.engine) else [one for one in orders if one[-1] == "clean"]:
        kept, closed = added(chart), added(chart)
        with writing(chart.engine) as connection:
            form = begin(connection, closed.id, actor="test").document_id
        steps: dict[str, Callable[[], object]] = {
            "flag": lambda form=form: say(chart, form, "saddle_numbness"),
            "clean": lambda kept=kept: answer_intake(chart, kept, pain=2, roland=3),
            "join": lambda kept=kept, closed=closed: join(chart, kept, closed),
            "look": lambda kept=kept: look(chart, kept, "saddle_numbness"),
        }
        for step in order:
            clock.advance(timedelta(minutes=1))
            steps[step]()
        is_seen = order.index("look") > max(order.index("flag"), order.index("join"))
        for who in (kept, closed):
            stop = stop_now(chart, who)
            assert (stop is Stop.EVERYTHING) is not is_seen, order
        separate(chart, closed)
        # A look made while they were one is no look at the other person.
        assert stop_now(chart, closed) is Stop.EVERYTHING, order
        assert stop_now(chart, kept) is Stop.NOTHING, order


def test_forms_and_notes_of_two_charts_are_weighed_as_those_of_one(chart: Services, clock: Clock) -> None:
    """A medicine said in the older form, a sign found by hand in one chart, a clean newer form in the other."""
    single, kept, closed = added(chart), added(chart), added(chart)
    for first, second in ((single, single), (closed, kept)):
        answer_intake(chart, first, pain=6, roland=14, blood_thinner="yes")
        note(chart, first, Deviation(test="babinski", side=Side.RIGHT, value="present"))
        clock.advance(timedelta(minutes=1))
        answer_intake(chart, second, pain=2, roland=3)
    join(chart, kept, closed)
    with reading(chart.engine) as connection:
        expected = situation_of(connection, single.id), chart_gate(connection, single.id)
        assert "blood_thinner" in expected[0].cautions and "upper_motor_neuron" in expected[1].found
        for who in (kept, closed):
            assert (situation_of(connection, who.id), chart_gate(connection, who.id)) == expected
    for who in (single, kept):  # a later examination, signed, takes the sign back as it does in one chart
        clock.advance(timedelta(days=1))
        note(chart, who)
    with reading(chart.engine) as connection:
        assert chart_gate(connection, kept.id) == chart_gate(connection, single.id)
        assert not chart_gate(connection, kept.id).found
        assert len(notes_of(connection, closed.id)) == 2
    separate(chart, closed)
    with reading(chart.engine) as connection:
        assert "upper_motor_neuron" in chart_gate(connection, closed.id).found
        assert "blood_thinner" in situation_of(connection, closed.id).cautions
        assert "blood_thinner" not in situation_of(connection, kept.id).cautions


def note(chart: Services, patient: Person, *found: Deviation) -> None:
    """The reflexes examined today, and signed."""
    with writing(chart.engine) as connection:
        exam = Exam(examined=frozenset({"upper_motor_neuron"}), deviations=found)
        kept = keep_note(
            connection, patient.id, VisitNote(exam=exam, on=clinic_day(connection)), actor="lind"
        )
        sign(connection, document_id=kept.document_id, version=1, actor="lind", digest=kept.digest)


def gate_of(chart: Services, patient: Person) -> ChartGate:
    with reading(chart.engine) as connection:
        return chart_gate(connection, patient.id)


@pytest.mark.parametrize("is_join_first", [True, False])
def test_a_consent_taken_back_in_either_chart_shuts_the_gate(chart: Services, is_join_first: bool) -> None:
    kept, closed = added(chart), added(chart)
    consented(chart, closed)
    steps = [lambda: join(chart, kept, closed), lambda: take_back(chart, kept if is_join_first else closed)]
    assert gate_of(chart, closed).problems(ALL_NO) == ()
    for step in steps if is_join_first else steps[::-1]:
        step()
    for who in (kept, closed):
        assert gate_of(chart, who).consent is Answer.UNKNOWN


def take_back(chart: Services, patient: Person) -> None:
    with writing(chart.engine) as connection:
        (given,) = consents_of(connection, patient.id)
        withdraw(connection, patient.id, given, actor="lind")


def test_a_consent_covers_no_newer_plan_of_the_other_chart(chart: Services, clock: Clock) -> None:
    kept, closed = added(chart), added(chart)
    consented(chart, kept)
    clock.advance(timedelta(minutes=1))
    consented(chart, closed)
    take_back(chart, closed)
    assert gate_of(chart, kept).consent is Answer.YES
    join(chart, kept, closed)
    assert gate_of(chart, kept).consent is Answer.UNKNOWN
    separate(chart, closed)
    assert gate_of(chart, kept).consent is Answer.YES


def test_no_consent_from_before_the_join_covers_a_plan_where_the_other_chart_has_one_too(
    chart: Services, clock: Clock
) -> None:
    """In the older chart consent was taken back after the patient had agreed in the newer one."""
    kept, closed = added(chart), added(chart)
    for who in (kept, closed):
        clock.advance(timedelta(minutes=1))
        consented(chart, who)
    clock.advance(timedelta(minutes=1))
    take_back(chart, kept)
    clock.advance(timedelta(minutes=1))
    assert gate_of(chart, closed).consent is Answer.YES
    join(chart, kept, closed)
    for who in (kept, closed):
        assert gate_of(chart, who).consent is Answer.UNKNOWN
    clock.advance(timedelta(minutes=1))
    with writing(chart.engine) as connection:
        plan, before = latest_plan(connection, kept.id), consents_of(connection, closed.id)[0]
        assert plan is not None
        leaflet, agreed_by = before.leaflet, before.agreed_by
        keep_consent(connection, kept.id, plan, leaflet, agreed_by=agreed_by, actor="lind")
    assert gate_of(chart, kept).consent is Answer.YES
    separate(chart, closed)
    assert gate_of(chart, kept).consent is Answer.UNKNOWN


@pytest.mark.parametrize("is_join_first", [True, False])
def test_a_plan_that_ended_stops_adjustments_in_the_kept_chart(
    chart: Services, clock: Clock, is_join_first: bool
) -> None:
    kept, closed = added(chart), added(chart)
    consented(chart, closed)
    if is_join_first:
        join(chart, kept, closed)
    clock.advance(timedelta(days=49))
    with writing(chart.engine) as connection:
        whose = kept if is_join_first else closed
        add_score(connection, whose.id, instrument="rmdq", value=14, on=clinic_day(connection), actor="test")
    if not is_join_first:
        join(chart, kept, closed)
    with reading(chart.engine) as connection:
        assert len(scores_of_person(connection, kept.id)) == len(scores_of_person(connection, closed.id)) > 0
        assert "this plan ends" in (booking_stop(connection, kept.id, ADJUSTMENT) or "")
        assert "this plan ends" in chart_gate(connection, kept.id).consent_text


def test_no_look_covers_flags_that_its_page_did_not_show(chart: Services, clock: Clock) -> None:
    kept, closed = added(chart), added(chart)
    answer_intake(chart, kept, pain=2, roland=3, saddle_numbness="yes")
    answer_intake(chart, closed, pain=2, roland=3, saddle_numbness="yes")
    opened_at = clock()
    clock.advance(timedelta(minutes=1))
    join(chart, kept, closed)
    clock.advance(timedelta(minutes=1))
    with writing(chart.engine) as connection:
        stored = newest(connection, kept.id)
        assert stored is not None
        seen = {"cleared": frozenset({"saddle_numbness"}), "reason": REASON, "actor": "lind"}
        with pytest.raises(ReviewRefused, match="joined to this one after you opened the page"):
            add_review(connection, stored, **seen, seen_at=opened_at)
    assert stop_now(chart, kept) is Stop.EVERYTHING
    look(chart, kept, "saddle_numbness")
    assert stop_now(chart, kept) is Stop.NOTHING


def test_a_look_in_one_chart_lets_nothing_pass_that_the_other_carried_over(
    chart: Services, clock: Clock
) -> None:
    """The short form does not ask again what the whole one said; in the other chart somebody let the same pass."""
    kept, closed = added(chart), added(chart)
    for who in (kept, closed):
        answer_intake(chart, who, pain=2, roland=3, conditions=("broken_bone",))
    clock.advance(timedelta(minutes=1))
    with writing(chart.engine) as connection:
        begin(connection, closed.id, actor="test", again=True)
    look(chart, kept, "conditions")
    assert stop_now(chart, kept) is Stop.NOTHING
    with reading(chart.engine) as connection:
        holding = situation_of(connection, closed.id).held
    join(chart, kept, closed)
    with reading(chart.engine) as connection:
        assert set(holding) <= set(situation_of(connection, kept.id).held)


def test_the_front_desk_sees_who_waits_after_a_join_and_after_a_separation(
    chart: Services, clock: Clock
) -> None:
    kept, closed = added(chart), added(chart)
    answer_intake(chart, closed, pain=2, roland=3, saddle_numbness="yes")
    clock.advance(timedelta(days=40))  # what waits longer is not on the page of the day by itself
    answer_intake(chart, kept, pain=2, roland=3)
    clock.advance(timedelta(minutes=1))
    assert stop_now(chart, kept) is Stop.NOTHING
    join(chart, kept, closed)
    assert stop_now(chart, kept) is Stop.EVERYTHING
    clock.advance(timedelta(minutes=1))
    look(chart, kept, "saddle_numbness")
    assert stop_now(chart, kept) is Stop.NOTHING
    separate(chart, closed)
    assert stop_now(chart, closed) is Stop.EVERYTHING
    assert stop_now(chart, kept) is Stop.NOTHING


@pytest.mark.parametrize("who_answered", ["kept", "closed"])
def test_an_age_that_only_the_other_chart_knew_counts_at_once(chart: Services, who_answered: str) -> None:
    kept, closed = added(chart), added(chart)
    answered_in, known_in = (kept, closed) if who_answered == "kept" else (closed, kept)
    born_long_ago(chart, known_in)
    answer_intake(chart, answered_in, pain=2, roland=3)
    assert stop_now(chart, answered_in) is Stop.NOTHING
    join(chart, kept, closed)
    assert stop_now(chart, kept) is Stop.TREATMENT


def test_an_answer_by_a_link_of_the_closed_chart_is_held_against_what_the_kept_one_knows(
    chart: Services,
) -> None:
    kept, closed = added(chart), added(chart)
    born_long_ago(chart, kept)
    with writing(chart.engine) as connection:
        form = begin(connection, closed.id, actor="test").document_id
    join(chart, kept, closed)
    say(chart, form, "older_age", "no")
    with reading(chart.engine) as connection:
        stored = newest(connection, kept.id)
    assert stored is not None and stored.intake.of("older_age") == ("yes",)


def test_of_two_days_of_birth_the_one_that_makes_older_counts(chart: Services) -> None:
    kept, closed = added(chart), added(chart)
    born_long_ago(chart, closed)
    with writing(chart.engine) as connection:
        change_person(connection, kept.id, replace(kept.details, birth_date=date(1990, 1, 1)), actor="desk")
    answer_intake(chart, kept, pain=2, roland=3)
    join(chart, kept, closed)
    assert stop_now(chart, kept) is Stop.TREATMENT
