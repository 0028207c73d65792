"""Claims: a page that was opened before somebody else's change undoes that change only once it was seen: a plan that
was kept, signed or agreed to stays in force, and who may open a restricted chart stays as it was set last."""

import html
import re
from collections.abc import Callable
from dataclasses import replace
from threading import Thread
from typing import Any

import pytest
import sqlalchemy as sa

from care_course import answer_intake, consent_fields, plan_fields
from clinic_apps import ADDRESS, Browser
from spondyl.clinic.care.adjustment_gate import chart_gate
from spondyl.clinic.care.plan_record import StoredPlan, latest_plan, plans_of
from spondyl.clinic.care.visit_note import StoredNote, keep_note
from spondyl.clinic.chart.accounts import Account, add_account
from spondyl.clinic.chart.guard import named_for
from spondyl.clinic.chart.people import Person, PersonDetails, add_person
from spondyl.clinic.chart.roles import Role
from spondyl.clinic.chart.sessions import open_session
from spondyl.clinic.chart.transaction import reading, writing
from spondyl.clinic.web import create_app
from spondyl.clinic.web.cookies import session_cookie
from spondyl.clinic.web.services import Services

Open = Callable[[Role], Browser]
ADJUSTED = {"chosen": "instrument-manipulation", "because-instrument-manipulation": "Less pain after it."}


@pytest.fixture
def asked(services: Services, patient: Person) -> Person:
    answer_intake(services, patient, pain=6, roland=14)
    return patient


def hidden(page: str) -> dict[str, str]:
    """What the plan's form carries unseen."""
    form = page.split('class="stack plan-form"')[1]
    found = re.findall(
        r'<input type="hidden" name="(key|seen|document_id|after_version)" value="([^"]*)"', form
    )
    return {name: html.unescape(value) for name, value in found}


def newest(services: Services, patient: Person) -> StoredPlan:
    with reading(services.engine) as connection:
        stored = latest_plan(connection, patient.id)
    assert stored is not None
    return stored


def test_a_plan_begun_twice_at_once_leaves_the_agreed_one_in_force_and_loses_nothing(
    browser: Open, services: Services, asked: Person
) -> None:
    first, second, address = browser(Role.CLINICIAN), browser(Role.CLINICIAN), f"/patients/{asked.id}/plan"
    opened = [hidden(one.get(address).text) for one in (first, second)]
    assert first.submit(address, **plan_fields(**ADJUSTED), **opened[0]).status_code == 303
    assert first.submit(f"{address}/consent", **consent_fields(services, asked)).status_code == 303
    typed = plan_fields(problem="Another view of it.", home_exercise="Swim.", action="keep")
    late = second.submit(address, **typed, **opened[1])
    assert late.status_code == 409 and "last one written by Test Clinician" in late.text
    assert "Another view of it." in late.text and "Swim." in late.text
    with reading(services.engine) as connection:
        assert chart_gate(connection, asked.id).consent.value == "yes"
    assert second.submit(address, **typed, **hidden(late.text)).status_code == 303, "seen, and meant"
    assert newest(services, asked).plan.home_exercise == "Swim."


def test_a_change_written_while_the_version_was_signed_or_agreed_to_waits(
    browser: Open, services: Services, asked: Person
) -> None:
    first, second, address = browser(Role.CLINICIAN), browser(Role.CLINICIAN), f"/patients/{asked.id}/plan"
    first.submit(address, **plan_fields(action="keep"))
    change, stored = plan_fields(visits="4", action="keep"), newest(services, asked)
    opened = hidden(second.get(f"{address}/edit").text)
    assert first.submit(f"{address}/sign", version="1", digest=stored.digest).status_code == 303
    late = second.submit(address, **change, **opened)
    assert late.status_code == 409 and re.search('name="visits"[^>]* value="4"', late.text)
    assert first.submit(f"{address}/consent", **consent_fields(services, asked)).status_code == 303
    late = second.submit(address, **change, **hidden(late.text))
    assert late.status_code == 409 and newest(services, asked).version == 1
    assert second.submit(address, **change, **hidden(late.text)).status_code == 303
    assert newest(services, asked).version == 2


def test_back_and_send_again_begins_no_second_plan(browser: Open, services: Services, asked: Person) -> None:
    clinician, address = browser(Role.CLINICIAN), f"/patients/{asked.id}/plan"
    opened = hidden(clinician.get(address).text)
    for _ in range(2):
        assert clinician.submit(address, **plan_fields(), **opened).status_code == 303
    other = clinician.submit(address, **plan_fields(visits="3"), **opened)
    assert other.status_code == 409 and "kept already, in other words" in other.text
    with reading(services.engine) as connection:
        assert [one.version for one in plans_of(connection, asked.id)] == [1]
    assert clinician.submit(address, **plan_fields(visits="3"), **hidden(other.text)).status_code == 303
    assert (newest(services, asked).version, newest(services, asked).plan.visits) == (2, 3)


def test_a_mistake_on_a_page_of_before_does_not_make_it_one_of_now(
    browser: Open, services: Services, asked: Person
) -> None:
    first, second, address = browser(Role.CLINICIAN), browser(Role.CLINICIAN), f"/patients/{asked.id}/plan"
    opened = hidden(second.get(address).text)
    first.submit(address, **plan_fields(**ADJUSTED))
    assert first.submit(f"{address}/consent", **consent_fields(services, asked)).status_code == 303
    wrong = second.submit(address, **plan_fields(review_on="soon"), **opened)
    assert wrong.status_code == 409 and "last one written by Test Clinician" in wrong.text
    wrong = second.submit(address, **plan_fields(review_on="soon"), **hidden(wrong.text))
    assert wrong.status_code == 422 and "is no day" in wrong.text
    assert second.submit(address, **plan_fields(), **hidden(wrong.text)).status_code == 303, "seen, and meant"


def test_back_a_mistake_and_send_again_makes_no_next_version_unsaid(
    browser: Open, services: Services, asked: Person
) -> None:
    clinician, address = browser(Role.CLINICIAN), f"/patients/{asked.id}/plan"
    opened = hidden(clinician.get(address).text)
    clinician.submit(address, **plan_fields(), **opened)
    wrong = clinician.submit(address, **plan_fields(visits="many"), **opened)
    assert wrong.status_code == 422
    other = clinician.submit(address, **plan_fields(visits="3"), **hidden(wrong.text))
    assert other.status_code == 409 and "kept already, in other words" in other.text
    assert newest(services, asked).version == 1


def test_back_and_sign_is_refused_as_on_the_plans_page_once_a_flag_is_said(
    browser: Open, services: Services, asked: Person
) -> None:
    clinician, address = browser(Role.CLINICIAN), f"/patients/{asked.id}/plan"
    opened = hidden(clinician.get(address).text)
    clinician.submit(address, **plan_fields(**ADJUSTED, action="keep"), **opened)
    answer_intake(services, asked, pain=6, roland=14, saddle_numbness="yes")
    assert clinician.submit(address, **plan_fields(**ADJUSTED), **opened).status_code == 303
    assert not newest(services, asked).is_signed
    page = clinician.get(address).text
    assert "NOT signed. Why stands here." in page and "Not to be signed now" in page


def test_a_plan_is_behind_nothing_where_there_is_none(
    browser: Open, services: Services, asked: Person
) -> None:
    """The page of another version of the program marks otherwise what it was made from."""
    clinician, address = browser(Role.CLINICIAN), f"/patients/{asked.id}/plan"
    assert clinician.submit(address, **plan_fields(), seen="another mark").status_code == 303
    assert newest(services, asked).is_signed
    page = f"/patients/{asked.id}/exam"
    assert clinician.submit(page, text="first", action="sign", seen="another mark").status_code == 303


def test_of_two_notes_kept_at_once_the_second_is_shown_the_first(
    services: Services, postgres_engine: sa.Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The embedded file has one writer at a time; PostgreSQL has many."""
    app = create_app(replace(services, engine=postgres_engine))
    with writing(postgres_engine) as connection:
        account = add_account(
            connection, sign_in_name="dr", full_name="Dr", role=Role.CLINICIAN, password=None, actor="t"
        )
        tokens = [open_session(connection, account.id) for _ in range(2)]
        who = add_person(connection, PersonDetails(given_name="Ana", family_name="Test-Ruiz"), actor="t")
    address, answers, others = f"/patients/{who.id}/exam", list[int](), list[Thread]()
    first, second = (Browser(app, base_url=ADDRESS, follow_redirects=False) for _ in tokens)
    for client, token in zip((first, second), tokens, strict=True):
        client.cookies.set(session_cookie(services.settings), token)
        client.csrf()
    seen = first.get(address).text.split('name="seen" value="')[1].split('"', maxsplit=1)[0]

    def beside(*given: Any, **named: Any) -> StoredNote:
        if not others:
            sent = {"seen": seen, "text": "second", "action": "sign"}
            others.append(
                Thread(target=lambda: answers.append(second.submit(address, **sent).status_code), daemon=True)
            )
            others[0].start()
            others[0].join(0.5)
        return keep_note(*given, **named)

    monkeypatch.setattr("spondyl.clinic.web.exam.routes.keep_note", beside)
    assert first.submit(address, seen=seen, text="first", action="sign").status_code == 303
    others[0].join(60.0)
    assert answers == [409]


def test_who_may_open_a_chart_is_not_set_back_by_a_page_of_before(
    browser: Open, services: Services, patient: Person, staff: dict[Role, Account]
) -> None:
    desk, dr, admin = (staff[one].id for one in (Role.FRONT_DESK, Role.CLINICIAN, Role.ADMINISTRATOR))
    first, second, address = browser(Role.ADMINISTRATOR), browser(Role.CLINICIAN), f"/restrict/{patient.id}"

    def seen(page: str) -> str:
        return page.split('name="seen" value="')[1].split('"', maxsplit=1)[0]

    first.submit(address, account=[admin, dr, desk], seen=seen(first.get(address).text))
    opened = seen(second.get(address).text)
    assert first.submit(address, account=[admin, dr], seen=opened).status_code == 303
    late = second.submit(address, account=[admin, dr, desk], seen=opened)
    assert late.status_code == 409 and "nothing of yours was saved" in late.text
    with reading(services.engine) as connection:
        assert named_for(connection, patient.id) == {admin, dr}
    for _ in range(2):  # sent again, what is wanted is so
        assert second.submit(address, account=[dr], seen=seen(late.text)).status_code == 303
    with reading(services.engine) as connection:
        assert named_for(connection, patient.id) == {dr}
