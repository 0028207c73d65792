"""Claims: consent taken back, or a red flag raised, while a session runs stops it within seconds, and a dose that waits
is not given on the consent of before."""

import re
import time
from collections.abc import Callable
from datetime import timedelta

import pytest

from adjust_course import consented, filled
from care_course import answer_intake
from clinic_apps import Browser
from clinic_charts import Clock
from spondyl.clinic.adjust.answers import Proposal
from spondyl.clinic.adjust.session_process import SessionProcess
from spondyl.clinic.chart.people import Person
from spondyl.clinic.chart.roles import Role
from spondyl.clinic.web.adjust import gate_watch
from spondyl.clinic.web.services import Services

pytestmark = pytest.mark.alone  # heartbeats run in real time
Open = Callable[[Role], Browser]
PATIENCE_S = 60.0
"""Of these tests: the machine may be busy."""


@pytest.fixture
def ready(services: Services, patient: Person) -> Person:
    return consented(services, patient)


def running(clinician: Browser, patient: Person) -> tuple[str, str, SessionProcess]:
    """Where a session is, the lane of its page, and the session: its page has come."""
    where = clinician.submit(f"/patients/{patient.id}/adjust", **filled()).headers["location"]
    lane = re.search(r'data-lane="([^"]+)"', clinician.get(where).text)
    live = clinician.app.state.desk.of_run(where.rpartition("/")[2])
    assert lane and live is not None
    assert clinician.post(f"{lane[1]}/beat").json()["runs"] is True
    return where, lane[1], live


def take_back(clinician: Browser, _services: Services, patient: Person, _clock: Clock) -> None:
    assert clinician.submit(f"/patients/{patient.id}/plan/consent/withdraw").status_code == 303


def raise_a_flag(_clinician: Browser, services: Services, patient: Person, clock: Clock) -> None:
    clock.advance(timedelta(minutes=1))
    answer_intake(services, patient, pain=6, roland=14, saddle_numbness="yes")


@pytest.mark.parametrize(
    ("shut", "said"), [(take_back, "has not consented"), (raise_a_flag, "clear this first")]
)
def test_a_gate_that_shuts_while_a_session_runs_stops_it(
    browser: Open,
    services: Services,
    ready: Person,
    clock: Clock,
    shut: Callable[[Browser, Services, Person, Clock], None],
    said: str,
) -> None:
    clinician = browser(Role.CLINICIAN)
    _, lane, live = running(clinician, ready)
    shut(clinician, services, ready, clock)
    end_s = time.monotonic() + PATIENCE_S
    while clinician.post(f"{lane}/beat").json()["runs"] and time.monotonic() < end_s:
        time.sleep(0.1)
    assert "the gate, which shut" in live.stop.by and said in live.stop.by
    assert live.has_ended.wait(PATIENCE_S)


class Watched:
    """A session that lasts for so many looks, or until it is stopped."""

    def __init__(self, looks: int) -> None:
        self.left, self.by = looks, ""
        self.has_ended = self

    def wait(self, _seconds: float) -> bool:
        self.left -= 1
        return self.left < 0

    def press_stop(self, by: str) -> None:
        self.by = by


@pytest.mark.parametrize(
    ("looks", "by"),
    [
        ("fffo", "the gate, which shut: the chart could not be read 3 times in a row (pool timeout)"),
        ("ffoffo", ""),
        ("fs", "the gate, which shut: consent was taken back"),
    ],
)
def test_a_look_that_fails_is_followed_by_another_and_three_in_a_row_stop_the_session(
    services: Services, monkeypatch: pytest.MonkeyPatch, looks: str, by: str
) -> None:
    coming = iter(looks)

    def look(_services: Services, _person_id: str) -> str:
        match next(coming):
            case "f":
                raise TimeoutError("pool timeout\nand more")
            case "s":
                return "consent was taken back."
            case _:
                return ""

    monkeypatch.setattr(gate_watch, "why_shut", look)
    session = Watched(len(looks))
    gate_watch._watch(services, "somebody", session)  # type: ignore[arg-type]
    assert session.by == by


def test_a_dose_is_not_accepted_on_a_consent_that_was_taken_back(
    browser: Open, services: Services, ready: Person, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gate_watch, "LOOK_S", 1000.0)
    clinician = browser(Role.CLINICIAN)
    where, _, live = running(clinician, ready)

    def given(_number: int, *, accepts: bool) -> Proposal:
        raise AssertionError(f"accepted: {accepts}")

    monkeypatch.setattr(live, "answer", given)
    take_back(clinician, services, ready, clock)
    answer = clinician.submit(f"{where}/dose", number=1, accepts=True)
    assert answer.status_code == 409 and "has not consented" in answer.text
    assert live.stop.is_set() and "the gate, which shut" in live.stop.by
    assert live.has_ended.wait(PATIENCE_S)
