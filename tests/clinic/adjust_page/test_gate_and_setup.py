"""Claims: nothing can be begun while anything is unknown, present or unset; the page says what; a dry run is marked."""

import os
import re
import signal
import socket
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from threading import Event, Thread

import pytest

from adjust_course import consented, filled, no_to_all
from audit_rows import entries
from care_course import answer_intake
from clinic_apps import ADDRESS, Browser
from clinic_charts import Clock
from live_sessions import plan_of
from served_instrument import simulator
from spondyl.assessment.intake import answered, open_flags
from spondyl.assessment.screening import Answer
from spondyl.clinic.adjust.answers import AnswerRefused, Proposal
from spondyl.clinic.adjust.desk import Desk
from spondyl.clinic.adjust.live_session import Finished
from spondyl.clinic.care.adjustment_gate import ASKED, chart_gate
from spondyl.clinic.care.adjustment_record import adjustments_of, keep_begun, keep_finished
from spondyl.clinic.care.consent_record import consents_of, withdraw
from spondyl.clinic.care.flag_review import add_review
from spondyl.clinic.care.intake_record import begin, keep
from spondyl.clinic.chart.accounts import Account
from spondyl.clinic.chart.audit import record
from spondyl.clinic.chart.people import Person
from spondyl.clinic.chart.roles import Role
from spondyl.clinic.chart.sessions import open_session
from spondyl.clinic.chart.tables.column_types import new_id
from spondyl.clinic.chart.transaction import reading, writing
from spondyl.clinic.web import create_app
from spondyl.clinic.web.adjust import session_routes
from spondyl.clinic.web.cookies import session_cookie
from spondyl.clinic.web.services import Services
from spondyl.instrument import CONTRAINDICATIONS, State
from spondyl.instrument.drivers import TcpLink, WireInstrument
from spondyl.instrument.gate import check_gate
from spondyl.instrument.protocol import STOP_BYTES
from spondyl.treatment.adjustment import Action, Decision, Delivered, Outcome, StopBecause, read_record

Open = Callable[[Role], Browser]
PATIENCE_S = 60.0
"""Of these tests: the machine may be busy."""


@pytest.fixture
def ready(services: Services, patient: Person) -> Person:
    return consented(services, patient)


def begun(services: Services, patient: Person) -> int:
    with reading(services.engine) as connection:
        return len(adjustments_of(connection, patient.id))


def test_the_page_asks_every_contraindication_of_the_kernel_and_answers_none(
    browser: Open, ready: Person
) -> None:
    page = browser(Role.CLINICIAN).get(f"/patients/{ready.id}/adjust").text
    assert len(ASKED) == len(CONTRAINDICATIONS)
    assert all(f'name="answer-{one.key}"' in page for one in ASKED)
    answered = re.findall(r'name="answer-[^"]*" value="[^"]*" checked', page)
    assert answered == []
    assert re.search(r'name="maximum_n"[^>]*value="0"', page)
    assert "cervical 50 N, thoracic and lumbar 150 N" in page
    assert 'type="range"' not in page
    assert page.index("Pain-guided") < page.index("Stiffness-guided") < page.index("Chosen by the clinician")
    assert re.search(r'name="instrument" value="dry" checked', page)


@pytest.mark.parametrize("question", [one.key for one in ASKED])
def test_one_unknown_answer_blocks_and_so_does_one_yes(
    services: Services, ready: Person, question: str
) -> None:
    with reading(services.engine) as connection:
        gate = chart_gate(connection, ready.id)
    said = {one.key: Answer.NO for one in ASKED}
    assert gate.problems(said) == () and check_gate(gate.gate(said)) is None
    unknown = {key: value for key, value in said.items() if key != question}
    assert gate.problems(unknown) and check_gate(gate.gate(unknown)) is not None
    present = {**said, question: Answer.YES}
    assert gate.problems(present) and check_gate(gate.gate(present)) is not None


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"maximum_n": "0"}, "nothing may be delivered"),
        ({"maximum_n": ""}, "nothing may be delivered"),
        ({"maximum_n": "60." + "0" * 200}, "has 203 characters; it holds at most 6"),
        ({"maximum_n": "151"}, "between 0 and 150 N"),
        ({"maximum_n": "nan"}, "is not a number"),
        ({"maximum_n": "6_0"}, "is not a number"),
        ({"maximum_n": "4e1"}, "is not a number"),
        ({"maximum_n": "-5"}, "between 0 and 150 N"),
        ({"maximum_n": "forty"}, "is not a number"),
        ({"answer-recent_trauma": ""}, "1 question has no answer"),
        ({"answer-recent_trauma": "yes"}, "do not treat with impulses"),
        ({"answer-recent_trauma": "unknown"}, "1 question has no answer"),
        ({"first": "L5", "last": "L1"}, "from head to foot"),
        ({"chosen": "T7"}, "Choose one among them"),
        ({"rule": "pain", "pain-L4": "11"}, "not a number from 0 to 10"),
        ({"rule": "pain"}, "no pain on pressing was recorded"),
        ({"rule": "pain", "pain-L4": "5", "pain-L5": "5"}, "L4, L5 hurt equally"),
        ({"rule": "pain", "pain-L4": "2"}, "below 3 nothing is treated"),
        ({"rule": "pain", "pain-L1": "6"}, "no pain on pressing was recorded"),
        ({"rule": "stiffness"}, "Fewer than three segments are to be read"),
        ({"instrument": "address"}, "No instrument is set up"),
    ],
)
def test_what_cannot_be_begun_is_refused_and_nothing_is_kept(
    services: Services, browser: Open, ready: Person, changes: dict[str, str], says: str
) -> None:
    answer = browser(Role.CLINICIAN).submit(f"/patients/{ready.id}/adjust", **filled(**changes))
    assert answer.status_code == 422
    assert says in answer.text
    assert begun(services, ready) == 0


def test_a_rule_that_can_find_nothing_keeps_what_was_typed_and_only_reading_is_taken(
    browser: Open, ready: Person
) -> None:
    clinician, where = browser(Role.CLINICIAN), f"/patients/{ready.id}/adjust"
    sent = filled(rule="pain", maximum_n="55") | {"pain-L4": "2"}
    page = clinician.submit(where, **sent).text
    assert re.search(r'name="pain-L4" value="2"', page) and re.search(
        r'name="maximum_n"[^>]*value="55"', page
    )
    assert "Change this, choose another rule, or tick" in page
    begun = clinician.submit(where, **sent, only_probe="yes")
    assert begun.status_code == 303
    clinician.app.state.desk.of_run(begun.headers["location"].rpartition("/")[2]).press_stop("the test")


def test_no_answers_at_all_block(browser: Open, ready: Person) -> None:
    sent = {key: value for key, value in filled().items() if key not in no_to_all()}
    answer = browser(Role.CLINICIAN).submit(f"/patients/{ready.id}/adjust", **sent)
    assert answer.status_code == 422
    assert f"{len(ASKED)} questions have no answer" in answer.text


def test_without_consent_or_with_one_taken_back_nothing_is_begun(
    services: Services, browser: Open, ready: Person
) -> None:
    with writing(services.engine) as connection:
        for one in consents_of(connection, ready.id):
            withdraw(connection, ready.id, one, actor="lind")
    answer = browser(Role.CLINICIAN).submit(f"/patients/{ready.id}/adjust", **filled())
    assert answer.status_code == 422
    assert "has not consented" in answer.text
    assert begun(services, ready) == 0


def test_without_an_intake_or_with_a_red_flag_nothing_is_begun(
    services: Services, browser: Open, patient: Person, clock: Clock
) -> None:
    clinician = browser(Role.CLINICIAN)
    page = clinician.submit(f"/patients/{patient.id}/adjust", **filled())
    assert page.status_code == 422 and "The questions of safety have not been answered" in page.text
    consented(services, patient)
    clock.advance(timedelta(minutes=1))
    answer_intake(services, patient, pain=6, roland=14, saddle_numbness="yes")
    page = clinician.submit(f"/patients/{patient.id}/adjust", **filled())
    assert page.status_code == 422 and "clear this first" in page.text
    assert begun(services, patient) == 0


def test_an_unfinished_intake_is_one_line_with_its_count_and_the_way_to_it(
    services: Services, browser: Open, patient: Person
) -> None:
    with writing(services.engine) as connection:
        stored = begin(connection, patient.id, actor="test")
        intake = answered(stored.intake, "fever", ("yes",))
        keep(connection, stored, intake, actor="test")
    left = len(open_flags(intake)) - 1
    clinician = browser(Role.CLINICIAN)
    page = clinician.get(f"/patients/{patient.id}/adjust").text
    held = re.findall(r"<li>([^<]+)</li>", page.split('class="held"')[1].split("</ul>")[0])
    assert len(held) == 2 and "fever" in held[0]
    assert left > 10 and held[1] == f"{left} safety questions of the intake have no answer"
    assert f'href="/patients/{patient.id}/intake">Open the intake' in page
    refused = clinician.submit(f"/patients/{patient.id}/adjust", **filled()).text
    assert f"<li>{held[1]}: clear this first.</li>" in refused and "3 things stand in the way" in refused


def test_a_session_is_made_ready_marked_simulated_and_logged(
    services: Services, browser: Open, ready: Person
) -> None:
    clinician = browser(Role.CLINICIAN)
    answer = clinician.submit(f"/patients/{ready.id}/adjust", **filled())
    assert answer.status_code == 303, answer.text
    page = clinician.get(answer.headers["location"]).text
    assert "Simulated:" in page and "data-stop" in page
    with reading(services.engine) as connection:
        (kept,) = adjustments_of(connection, ready.id)
        actions = [one.action for one in entries(connection, subject=ready.subject)]
    assert kept.is_simulated and kept.outcome is None
    assert kept.plan["limits"]["maximum_n"] == 60.0
    assert "save adjustment" in actions and "open adjustment" in actions
    # A second one is refused while the first stands.
    again = clinician.submit(f"/patients/{ready.id}/adjust", **filled())
    assert again.status_code == 422 and "runs already" in again.text
    lane = re.search(r'data-lane="([^"]+)"', page)
    assert lane and clinician.post(f"{lane[1]}/stop").json()["stopped"] is True


def test_a_session_whose_process_dies_shows_what_it_delivered_and_gives_its_record(
    browser: Open, ready: Person
) -> None:
    clinician = browser(Role.CLINICIAN)
    where = clinician.submit(f"/patients/{ready.id}/adjust", **filled()).headers["location"]
    lane = re.search(r'data-lane="([^"]+)"', clinician.get(where).text)
    desk: Desk = clinician.app.state.desk
    live = desk.of_run(where.rpartition("/")[2])
    assert lane and live is not None and live.pid is not None
    end_s = time.monotonic() + PATIENCE_S
    while not live.watched.delivered and time.monotonic() < end_s:
        assert clinician.post(f"{lane[1]}/beat").json()["runs"] is True
        time.sleep(0.05)
    os.kill(live.pid, signal.SIGKILL)
    while not live.feed.is_over and time.monotonic() < end_s:
        time.sleep(0.05)
    page = clinician.get(where).text
    assert "ended unexpectedly (code -9)" in page and "The record has no end" in page
    given = re.search(r"<dt>Delivered</dt><dd>(\d+) pulses?, (0\.\d+) N", page)
    assert given and int(given[1]) >= len(live.watched.delivered) and float(given[2]) > 0.0
    record = clinician.get(f"{where}/record")
    assert record.status_code == 200
    assert len(read_record(record.content).waveforms) == int(given[1])


def test_while_the_session_is_asked_for_a_dose_everybody_else_writes(
    services: Services, browser: Open, ready: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    clinician = browser(Role.CLINICIAN)
    where = clinician.submit(f"/patients/{ready.id}/adjust", **filled()).headers["location"]
    live = clinician.app.state.desk.of_run(where.rpartition("/")[2])

    def asked(_number: int, *, accepts: bool) -> Proposal:
        has_written = Event()

        def write() -> None:
            with writing(services.engine) as connection:
                record(connection, actor="test", action="meanwhile", subject=ready.subject)
            has_written.set()

        Thread(target=write, daemon=True).start()
        assert accepts and has_written.wait(5.0), "the end of the session could not have been kept"
        raise AnswerRefused("asked")

    monkeypatch.setattr(live, "waiting", waiting)
    monkeypatch.setattr(live, "answer", asked)
    answer = clinician.submit(f"{where}/dose", number=1, accepts=True)
    live.press_stop("the test")
    assert answer.status_code == 409 and "asked" in answer.text
    with reading(services.engine) as connection:
        (accepted,) = entries(connection, action="accept dose")
        (unconfirmed,) = entries(connection, action="accepted dose not confirmed")
    assert accepted.detail["reason"] == unconfirmed.detail["reason"] == "a test"
    assert unconfirmed.detail["problem"] == "asked"


def waiting(number: int) -> Proposal:
    decision = Decision(segment="L4", action=Action.TREAT, reason="a test", commanded_n=30.0)
    return Proposal(number=number, decision=decision, since_s=0.0)


def test_no_dose_is_accepted_that_cannot_be_logged(
    browser: Open, ready: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    clinician = browser(Role.CLINICIAN)
    where = clinician.submit(f"/patients/{ready.id}/adjust", **filled()).headers["location"]
    live = clinician.app.state.desk.of_run(where.rpartition("/")[2])
    answered: list[bool] = []

    def answer(number: int, *, accepts: bool) -> Proposal:
        answered.append(accepts)
        return waiting(number)

    def full(*_args: object, **_named: object) -> None:
        raise OSError("the disk is full")

    monkeypatch.setattr(live, "waiting", waiting)
    monkeypatch.setattr(live, "answer", answer)
    monkeypatch.setattr(session_routes, "record", full)
    for accepts in (True, False):
        with pytest.raises(OSError, match="full"):
            clinician.submit(f"{where}/dose", number=1, accepts=accepts)
    live.press_stop("the test")
    assert answered == [False], "a dose is declined without a log, and never accepted"


def given(segment: str, peak_n: float) -> Delivered:
    return Delivered(
        sequence=1,
        segment=segment,
        purpose="treat",
        peak_n=peak_n,
        impulse_ns=0.1,
        cap_n=60.0,
        preload_n=20.0,
        commanded_n=35.0,
        predicted_n=None,
        completed=True,
        simulated=False,
    )


def test_a_session_of_the_same_day_is_said_before_another_begins(
    services: Services, browser: Open, ready: Person, clock: Clock
) -> None:
    clinician, where = browser(Role.CLINICIAN), f"/patients/{ready.id}/adjust"
    pulses = (given("L4", 55.4), given("L4", 41.0), given("L5", 40.0))
    outcome = Outcome(
        decisions=(),
        delivered=pulses,
        stiffness=(),
        target="L4",
        stopped_because=StopBecause.FUTILITY,
        text="A change became unlikely.",
        is_safe=True,
    )
    runs = [(plan_of(session=number, simulated=number == 1), new_id()) for number in (1, 2, 3)]
    with writing(services.engine) as connection:
        for plan, run in runs:
            keep_begun(connection, ready.id, run, plan, source="a test", actor="lind")
    assert "2 sessions on the instrument within the last day. Every" in clinician.get(where).text
    with writing(services.engine) as connection:
        for plan, run in runs[:2]:
            end = Finished(outcome=outcome, digest="", stopped_by="")
            keep_finished(connection, run, plan, end, actor="lind")
    page = clinician.get(where).text
    assert "within the last day: 3 pulses at L4, L5, the highest 55 N. Every" in page
    assert "Of 1 no end is kept" in page
    clock.advance(timedelta(days=1, seconds=1))
    assert "Treated already" not in browser(Role.CLINICIAN).get(where).text


def test_a_stop_is_released_by_name_on_purpose_and_arms_nothing(
    services: Services, staff: dict[Role, Account], ready: Person
) -> None:
    with simulator("--port", "0") as address:
        host, port = address.removeprefix("tcp://").split(":")
        with socket.create_connection((host, int(port))) as link:
            link.sendall(STOP_BYTES)
            time.sleep(0.2)
        settings = replace(services.settings, instrument_address=address)
        client = Browser(
            create_app(replace(services, settings=settings)), base_url=ADDRESS, follow_redirects=False
        )
        with writing(services.engine) as connection:
            token = open_session(connection, staff[Role.CLINICIAN].id)
        client.cookies.set(session_cookie(settings), token)
        page = client.get(f"/patients/{ready.id}/adjust").text
        assert (
            f"Simulated instrument</strong> at {address}" in page
            or f"Simulated instrument at {address}" in page
        )
        assert "Release the stop as Test Clinician" in page
        assert client.submit(f"/patients/{ready.id}/adjust/release").status_code == 303
        instrument = WireInstrument(TcpLink(host, int(port)))
        instrument.identify()
        status = instrument.status()
        assert (status.state, status.maximum_n) == (State.SAFE, 0.0)
        instrument.close()
    with reading(services.engine) as connection:
        (entry,) = entries(connection, action="release stop")
    assert entry.detail["was_pressed"] is True


def test_the_next_step_names_what_holds_the_gate_and_open_questions_stay_in_sight(
    browser: Open, services: Services, patient: Person
) -> None:
    clinician, address = browser(Role.CLINICIAN), f"/patients/{patient.id}/adjust"
    assert "agree on a plan with an adjustment and sign the consent" in clinician.get(address).text
    consented(services, patient)
    sent = {key: value for key, value in filled(maximum_n="0").items() if key not in no_to_all()}
    refused = clinician.submit(address, **sent).text
    assert "Type a force above 0" in refused
    assert re.search(r"<details open>\s*<summary>Contraindications", refused)


def test_what_the_patient_said_yes_to_and_a_clinician_weighed_is_told_where_it_is_asked_again(
    browser: Open, services: Services, patient: Person
) -> None:
    consented(services, patient)
    stored = answer_intake(services, patient, pain=6, roland=14, blood_thinner="yes")
    with writing(services.engine) as connection:
        add_review(
            connection, stored, cleared=frozenset({"blood_thinner"}), reason="INR 2.1 today.", actor="lind"
        )
    page = browser(Role.CLINICIAN).get(f"/patients/{patient.id}/adjust").text
    assert "none open" in page
    asked = re.findall(r'<li class="ask"( data-told)?>.*?name="answer-(\w+)".*?</li>', page, re.DOTALL)
    assert [key for told, key in asked if told] == ["bleeding"]
    assert re.search(
        r"The patient said yes in the intake of \d+ \w+ \d{4}; [^<]+ weighed it: INR 2.1 today.", page
    )
    answer_intake(services, patient, pain=6, roland=14)
    assert "data-told" not in browser(Role.CLINICIAN).get(f"/patients/{patient.id}/adjust").text
