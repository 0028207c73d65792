"""Claims: every answer is saved at once and survives; a red flag stops the visit path and is seen by the front desk."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from care_course import answer_intake
from clinic_apps import ADDRESS, Browser
from clinic_charts import Clock
from spondyl.assessment.intake import INTAKE, ITEMS, Intake, ItemKind, Stop
from spondyl.booking import VisitType
from spondyl.clinic.care.booking_block import booking_block
from spondyl.clinic.care.intake_record import begin, newest
from spondyl.clinic.care.scores import scores_of_person
from spondyl.clinic.chart.accounts import Account
from spondyl.clinic.chart.booking_stop import booking_stop
from spondyl.clinic.chart.people import Person, change_person
from spondyl.clinic.chart.practice import save_practice
from spondyl.clinic.chart.roles import Role
from spondyl.clinic.chart.sessions import open_session
from spondyl.clinic.chart.tables import audit
from spondyl.clinic.chart.transaction import reading, writing
from spondyl.clinic.sample_practice import sample_practice
from spondyl.clinic.web import create_app
from spondyl.clinic.web.cookies import session_cookie
from spondyl.clinic.web.intake.form_link import intake_link
from spondyl.clinic.web.services import Services

Open = Callable[[Role], Browser]
CONSULTATION = VisitType(key="first", name="Consultation", name_es="Consulta", duration_min=30)
ADJUSTMENT = VisitType(key="adjust", name="Adjustment", name_es="Ajuste", duration_min=20, instrument=True)


@pytest.fixture
def link(services: Services, patient: Person) -> str:
    with writing(services.engine) as connection:
        return intake_link(services, begin(connection, patient.id, actor="test"))


def send(client: Browser, link: str, item: str, *marks: str) -> dict[str, object]:
    csrf = client.csrf(link)
    sent = client.post(f"{link}/answer", json={"item": item, "marks": list(marks)}, headers={"X-CSRF": csrf})
    return {"status": sent.status_code, **sent.json()}


def kept(services: Services, patient: Person) -> Intake:
    with reading(services.engine) as connection:
        stored = newest(connection, patient.id)
    assert stored is not None
    return stored.intake


def test_the_link_needs_no_account_and_each_answer_is_there_at_once(
    browser: Open, services: Services, patient: Person, link: str
) -> None:
    phone = browser(Role.NOBODY)
    assert send(phone, link, "complaint", "It aches <b>low</b>")["status"] == 200
    assert send(phone, link, "where", "low_back", "left_calf")["saved"] is True
    intake = kept(services, patient)
    assert intake.one("complaint") == "It aches <b>low</b>"
    assert intake.of("where") == ("low_back", "left_calf")
    again = phone.get(link).text
    assert "It aches &lt;b&gt;low&lt;/b&gt;" in again


def test_a_wrong_answer_is_refused_and_nothing_changes(
    browser: Open, services: Services, patient: Person, link: str
) -> None:
    phone = browser(Role.NOBODY)
    assert send(phone, link, "pain_week", "11")["status"] == 422
    assert send(phone, link, "no_such_item", "yes")["status"] == 422
    assert kept(services, patient) == Intake()
    assert phone.post(f"{link}/answer", json={"item": "fever", "marks": ["yes"]}).status_code == 403


def test_a_link_that_is_old_damaged_or_for_something_else_opens_nothing(
    browser: Open, link: str, clock: Clock
) -> None:
    phone = browser(Role.NOBODY)
    assert phone.get(link[:-3]).status_code == 404
    assert phone.get(link).status_code == 200
    clock.advance(timedelta(days=15))
    late = phone.get(link)
    assert late.status_code == 404 and "too old" in late.text


def test_saddle_numbness_calls_for_the_page_and_the_front_desk_sees_it(
    browser: Open, services: Services, patient: Person, link: str
) -> None:
    phone, desk = browser(Role.NOBODY), browser(Role.FRONT_DESK)
    assert "wait for a clinician" not in desk.get("/today").text
    assert send(phone, link, "saddle_numbness", "yes")["message"] == "nerves"
    assert "emergency care now" in desk.get("/today").text
    assert patient.full_name.split()[0] in desk.get("/today").text
    send(phone, link, "saddle_numbness", "no")
    assert "Answered yes, then changed" in desk.get("/today").text
    with reading(services.engine) as connection:
        assert booking_block(connection, patient.id).stop is Stop.EVERYTHING


def test_only_a_clinician_with_a_reason_lifts_the_block(
    browser: Open, services: Services, patient: Person, link: str
) -> None:
    phone, desk, clinician = browser(Role.NOBODY), browser(Role.FRONT_DESK), browser(Role.CLINICIAN)
    for item in ITEMS.values():
        if item.kind is ItemKind.YES_NO:
            send(phone, link, item.key, "no")
    send(phone, link, "fever", "yes")
    review = f"/patients/{patient.id}/intake/review"
    said = {"cleared": "fever", "reason": "Flu last week, 36.6 now, no spine tenderness."}
    assert desk.submit(review, **said).status_code == 403
    assert clinician.submit(review, cleared="fever", reason="ok").status_code == 422
    with reading(services.engine) as connection:
        assert booking_block(connection, patient.id).stop is Stop.EVERYTHING
        assert "Nothing may be booked" in (booking_stop(connection, patient.id, CONSULTATION) or "")
    assert clinician.submit(review, **said).status_code == 303
    with reading(services.engine) as connection:
        assert booking_block(connection, patient.id).stop is Stop.NOTHING
        assert booking_stop(connection, patient.id, ADJUSTMENT) is None
    assert "Flu last week" in clinician.get(f"/patients/{patient.id}/intake").text


def test_a_form_that_asks_again_is_not_covered_by_an_old_look(
    browser: Open, services: Services, patient: Person, link: str, clock: Clock
) -> None:
    phone, clinician = browser(Role.NOBODY), browser(Role.CLINICIAN)
    send(phone, link, "both_legs", "yes")
    everything = [item.key for item in ITEMS.values() if item.kind is ItemKind.YES_NO]
    csrf = clinician.csrf()
    clinician.post(
        f"/patients/{patient.id}/intake/review",
        data={
            "csrf": csrf,
            "cleared": [
                key
                for key in everything
                if key not in ("pregnant", "dependence", "stomach_bleed", "heart_or_kidney")
            ],
            "reason": "Examined: power 5/5, no saddle numbness.",
        },
    )
    clock.advance(timedelta(days=1))
    with writing(services.engine) as connection:
        assert booking_block(connection, patient.id).stop is Stop.NOTHING
        again = begin(connection, patient.id, actor="test", again=True)
        assert booking_block(connection, patient.id).stop is Stop.TREATMENT
    assert send(phone, intake_link(services, again), "both_legs", "yes")["message"] == "nerves"
    with reading(services.engine) as connection:
        assert booking_block(connection, patient.id).stop is Stop.EVERYTHING


@pytest.mark.parametrize(
    ("born", "said"), [(date(1956, 3, 2), "yes"), (date(1956, 3, 3), "no"), (None, "no")]
)
def test_the_charts_date_of_birth_stands_over_an_answer_about_age(
    services: Services, patient: Person, born: date | None, said: str
) -> None:
    """It is 2 March 2026: who was born on that day of 1956 is 70 today."""
    with writing(services.engine) as connection:
        change_person(connection, patient.id, replace(patient.details, birth_date=born), actor="test")
    stored = answer_intake(services, patient, pain=5, roland=10, older_age="no")
    assert stored.intake.one("older_age") == said
    with reading(services.engine) as connection:
        stop = booking_block(connection, patient.id).stop
    assert stop is (Stop.TREATMENT if said == "yes" else Stop.NOTHING)


@pytest.mark.parametrize(("born", "stop"), [("1956-03-02", Stop.TREATMENT), ("1956-03-03", Stop.NOTHING)])
def test_a_date_of_birth_that_comes_after_the_form_counts_as_well(
    browser: Open, services: Services, patient: Person, born: str, stop: Stop
) -> None:
    with writing(services.engine) as connection:
        change_person(connection, patient.id, replace(patient.details, birth_date=None), actor="test")
    answered = answer_intake(services, patient, pain=5, roland=10, older_age="no")
    desk, page = browser(Role.FRONT_DESK), f"/patients/{patient.id}/details"
    sent = {"given_name": "Ann", "family_name": "Other", "birth_date": born}
    assert desk.submit(page, **sent).status_code == 303
    with reading(services.engine) as connection:
        assert booking_block(connection, patient.id).stop is stop
        found = newest(connection, patient.id)
    assert found and found.saved_at == answered.saved_at, "the patient answered nothing just now"
    assert desk.submit(page, **sent).status_code == 303
    with reading(services.engine) as connection:
        assert newest(connection, patient.id) == found


def test_what_an_earlier_form_said_is_told_at_the_end_of_a_new_one_and_in_the_letter(
    browser: Open, services: Services, patient: Person, clock: Clock
) -> None:
    answer_intake(services, patient, pain=5, roland=10, fever="yes")
    clock.advance(timedelta(minutes=5))
    newer = answer_intake(services, patient, pain=5, roland=10, again=True)
    link, phone = intake_link(services, newer), browser(Role.NOBODY)
    assert "<p data-flags>The clinician will ask you more" in phone.get(link).text
    last = {"group": INTAKE[-1].key}
    said = phone.post(f"{link}/next", json=last, headers={"X-CSRF": phone.csrf(link)}).json()
    assert (said["finished"], said["held"]) == (True, True)
    letter = browser(Role.CLINICIAN).get(f"/patients/{patient.id}/plan/referral").text
    assert "Yes. (Said in an earlier form.)" in letter


def test_the_link_of_before_leads_to_the_form_that_is_open_now(
    browser: Open, services: Services, patient: Person, clock: Clock
) -> None:
    old = intake_link(services, answer_intake(services, patient, pain=5, roland=10))
    phone, tablet = browser(Role.NOBODY), browser(Role.FRONT_DESK)
    handed = tablet.submit(f"/patients/{patient.id}/intake/hand-over").headers["location"]
    assert phone.get(old).status_code == 200
    clock.advance(timedelta(days=10))
    with writing(services.engine) as connection:
        begin(connection, patient.id, actor="test", again=True)
    led = phone.get(old)
    assert led.status_code == 303 and led.headers["location"] != old
    newer = led.headers["location"]
    form = phone.get(newer).text
    assert 'data-start="complaint"' in form and "1</span> of 9" in form
    assert 'data-start="done"' in tablet.get(handed).text, "a device is handed over for one form"
    clock.advance(timedelta(days=5))
    assert phone.get(newer).status_code == 404, "it works no longer than the link that led there"
    clock.advance(timedelta(days=-5))
    answer_intake(services, patient, pain=5, roland=10)
    assert phone.get(old).status_code == 200, "none is open"


def test_the_form_works_without_scripts(
    browser: Open, services: Services, patient: Person, link: str
) -> None:
    phone = browser(Role.NOBODY)
    answers = {
        item.key: {"yes_no": "no", "scale": "4"}.get(
            item.kind.value, item.options[0].code if item.options else "text"
        )
        for item in ITEMS.values()
    }
    sent = phone.post(link, data={"csrf": phone.csrf(link), **answers, "all": "yes"})
    assert sent.status_code == 303
    assert "The form is complete" in phone.get(link).text
    intake = kept(services, patient)
    assert intake.next_group is None
    assert intake.one("pain_week") == "4"
    assert len(intake.finished) == len(INTAKE)


def test_without_scripts_an_early_save_scores_no_questionnaire_that_nobody_read(
    browser: Open, services: Services, patient: Person, link: str
) -> None:
    """Roland-Morris is a list of ticks: empty, it scores 0 once its screens are finished, and not before."""
    phone = browser(Role.NOBODY)

    def save(**fields: str) -> set[str]:
        assert phone.post(link, data={"csrf": phone.csrf(link), **fields}).status_code == 303
        with reading(services.engine) as connection:
            return {one.instrument for one in scores_of_person(connection, patient.id)}

    assert save(complaint="It hurts") == set()
    assert kept(services, patient).finished == frozenset()
    assert "Questions that still need one: " in phone.get(link).text
    assert save(complaint="It hurts", all="yes", function_first="1") == set(), "questions are open"
    harmless = {item.key: "no" for item in ITEMS.values() if item.kind is ItemKind.YES_NO}
    chosen = {item.key: item.options[0].code for item in ITEMS.values() if item.kind is ItemKind.CHOICE}
    whole = {**harmless, **chosen, "pain_week": "4"}
    assert save(**whole) == {"nrs"}
    assert "Send the form when you have read everything" in phone.get(link).text
    assert save(**whole, all="yes") == {"nrs", "rmdq"}
    assert kept(services, patient).next_group is None


def test_the_form_speaks_the_patients_language(browser: Open, link: str) -> None:
    phone = browser(Role.NOBODY)
    english_words = '<blockquote lang="en">My answers point to cauda equina syndrome.</blockquote>'
    english = phone.get(link).text
    assert '<html lang="en"' in english and english_words not in english
    phone.post(f"{link}/language", data={"csrf": phone.csrf(link), "language": "es"})
    spanish = phone.get(link).text
    assert (
        '<html lang="es"' in spanish and "¿Qué le trae aquí?" in spanish and "llame al 911" in spanish.lower()
    )
    assert english_words in spanish, "for whoever is shown the page and reads no Spanish"


@pytest.mark.parametrize(("read", "is_own"), [("es", True), ("en", False)])
def test_a_score_is_marked_by_the_language_that_was_read_in_intake_and_outcomes(
    browser: Open, patient: Person, link: str, read: str, is_own: bool
) -> None:
    phone, clinician = browser(Role.NOBODY), browser(Role.CLINICIAN)
    headers = {"X-CSRF": phone.csrf(link)}

    def turn(language: str) -> None:
        phone.post(f"{link}/language", data={"csrf": headers["X-CSRF"], "language": language})

    def leave(group: str, language: str) -> None:
        body = {"group": group, "language": language}
        assert phone.post(f"{link}/next", json=body, headers=headers).status_code == 200

    tick = {"item": "function_first", "marks": ["1"], "unmarked": [], "language": read}
    assert phone.post(f"{link}/answer", json=tick, headers=headers).status_code == 200
    turn("es" if read == "en" else "en")  # what was read waits on the telephone, and arrives after the turn
    leave("function_first", read)
    leave("function_second", read)
    leave("function_third", "en")
    for shown in ("es", "en"):
        turn(shown)
        for page in ("intake", "outcomes"):
            told = clinician.get(f"/patients/{patient.id}/{page}").text
            assert ("own Spanish translation" in told) is is_own, (page, shown)


def test_every_answer_leaves_a_trace_in_the_log(services: Services, browser: Open, link: str) -> None:
    send(browser(Role.NOBODY), link, "goal", "Sleep through")
    with reading(services.engine) as connection:
        rows = connection.execute(
            sa.select(audit.c.action, audit.c.actor).where(audit.c.action == "save intake")
        ).all()
    assert (rows[-1].action, rows[-1].actor) == ("save intake", "patient by link")


@pytest.mark.parametrize("text", ['"\\ud800"', '"a\\u0000b"', '"' + "x" * 1001 + '"', "7", "null"])
def test_no_text_that_a_browser_can_send_breaks_the_form(
    browser: Open, services: Services, patient: Person, link: str, text: str
) -> None:
    phone = browser(Role.NOBODY)
    headers = {"X-CSRF": phone.csrf(link), "Content-Type": "application/json"}
    sent = phone.post(
        f"{link}/answer", content=f'{{"item": "complaint", "marks": [{text}]}}', headers=headers
    )
    assert sent.status_code in (200, 422)
    assert phone.get(link).status_code == 200
    assert len(kept(services, patient).one("complaint")) <= 1000


def test_questions_still_to_come_are_counted_and_not_shown_as_flags(
    browser: Open, patient: Person, link: str
) -> None:
    phone, desk, clinician = browser(Role.NOBODY), browser(Role.FRONT_DESK), browser(Role.CLINICIAN)
    page = f"/patients/{patient.id}/intake"
    untouched = desk.get(page).text
    assert "safety questions not answered yet" in untouched
    assert "emergency care now" not in untouched and "Tell one now" not in untouched
    assert "Answer from your examination instead" in clinician.get(page).text
    send(phone, link, "saddle_numbness", "unknown")
    assert desk.get(page).text.count("emergency care now") == 1
    send(phone, link, "saddle_numbness", "yes")
    asked = desk.get(page).text
    assert "said yes" in asked and "fetch a clinician, now" in asked and "Tell one now" in asked
    send(phone, link, "saddle_numbness", "no")
    assert "not known" in desk.get(page).text  # taken back by the patient, not by a clinician


def test_an_answer_that_stops_everything_stands_above_the_days_visits(
    browser: Open, services: Services, link: str
) -> None:
    with writing(services.engine) as connection:
        save_practice(connection, sample_practice(), actor="test")
    send(browser(Role.NOBODY), link, "saddle_numbness", "yes")
    day = browser(Role.FRONT_DESK).get("/today").text
    assert day.index("Answers that wait for a clinician") < day.index("Open the calendar")
    assert re.search(r'class="tag stop">emergency care now<', day)


def test_the_day_s_page_says_what_has_to_be_done_today(
    browser: Open, services: Services, patient: Person
) -> None:
    answer_intake(services, patient, pain=6, roland=14, fever="yes")
    assert re.search(r'class="tag stop">look at it today<', browser(Role.FRONT_DESK).get("/today").text)
    clinician = browser(Role.CLINICIAN).get(f"/patients/{patient.id}/intake").text
    assert "Look at it today:" in clinician


def test_who_hands_the_device_over_is_signed_out_and_the_form_ends_with_giving_it_back(
    browser: Open, patient: Person, link: str
) -> None:
    tablet, page = browser(Role.FRONT_DESK), f"/patients/{patient.id}/intake"
    assert "signs you out here first" in tablet.get(page).text
    handed = tablet.submit(f"{page}/hand-over")
    assert handed.status_code == 303 and handed.headers["location"].startswith("/intake/")
    assert tablet.get(page).headers["location"].startswith("/sign-in")
    form = tablet.get(handed.headers["location"]).text
    assert "give this device back" in form and "put the phone away" not in form
    tablet.cookies.delete("spondyl_session")  # which this client, unlike a browser, keeps
    tablet.submit(f"{handed.headers['location']}/language", language="es")
    assert "Devuelva este aparato" in tablet.get(handed.headers["location"]).text
    assert "guardar el teléfono" in browser(Role.NOBODY).get(link).text, "their own telephone they keep"


def test_nothing_is_handed_over_without_a_form(browser: Open, patient: Person) -> None:
    desk, page = browser(Role.FRONT_DESK), f"/patients/{patient.id}/intake"
    assert desk.submit(f"{page}/hand-over").headers["location"] == page
    assert "There is no form yet" in desk.get(page).text


def test_the_link_for_the_patient_is_under_the_address_that_patients_reach(
    services: Services, staff: dict[Role, Account], patient: Person, link: str
) -> None:
    del link
    mail = replace(services.settings.mail, pages_address="https://book.clinic.example/")
    settings = replace(services.settings, mail=mail, behind_tls_proxy=True)
    desk = Browser(create_app(replace(services, settings=settings)), base_url=ADDRESS, follow_redirects=False)
    with writing(services.engine) as connection:
        desk.cookies.set(session_cookie(settings), open_session(connection, staff[Role.FRONT_DESK].id))
    shown = desk.get(f"/patients/{patient.id}/intake").text
    assert 'value="https://book.clinic.example/intake/' in shown
