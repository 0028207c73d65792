"""Claims: who reads Spanish is answered in it to the end, and who writes both surnames passes no red flag by it."""

import email
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from email.policy import default
from pathlib import Path

import pytest

from care_course import answer_intake
from clinic_apps import Browser
from clinic_bookings import slot_at
from clinic_charts import Clock
from practices import two_offices, utc
from public_pages import held_address, offered
from spondyl.assessment.intake import PatientLanguage
from spondyl.booking import WaitEntry
from spondyl.clinic.care.intake_record import begin
from spondyl.clinic.care.patient_words import visits_words
from spondyl.clinic.chart.people import (
    Person,
    PersonDetails,
    add_person,
    change_person,
    find_people,
    person,
    speak_to,
)
from spondyl.clinic.chart.practice import save_practice
from spondyl.clinic.chart.roles import Role
from spondyl.clinic.chart.transaction import reading, writing
from spondyl.clinic.chart.waitlist import join_waitlist, offer_free_time
from spondyl.clinic.messages import FolderSender, send_due
from spondyl.clinic.messages.links import hold_token
from spondyl.clinic.messages.when import hour_words
from spondyl.clinic.web.intake.form_link import intake_link
from spondyl.clinic.web.public.words import WORDS
from spondyl.clinic.web.services import Services

PHONE = "714 555 0100"
GARCIA = PersonDetails(given_name="María", family_name="García", phone=PHONE, email="maria@example.org")
BOOK_WORD = "Reservar una cita"


@pytest.fixture
def visitor(browser: Callable[[Role], Browser], services: Services) -> Browser:
    with writing(services.engine) as connection:
        save_practice(connection, two_offices(), actor="test")
    return browser(Role.NOBODY)


def add(services: Services, details: PersonDetails = GARCIA) -> Person:
    with writing(services.engine) as connection:
        return add_person(connection, details, actor="test")


def kept_time(visitor: Browser, day: str = "2026-03-05", lang: str = "es") -> str:
    return held_address(visitor, **offered(visitor.get(f"/book/times?office=yl&day={day}&lang={lang}").text))


def language_of(services: Services, who: Person) -> str:
    with reading(services.engine) as connection:
        return person(connection, who.id).details.language


@pytest.mark.parametrize(
    ("given", "family", "in_chart", "contact"),
    [
        ("María", "García López", "García", PHONE),
        ("maria", "Garcia-Lopez", "García", "Maria@example.org"),
        ("María", "García", "García-López", "+1 (714) 555-0100"),
        ("María", "García de Ruiz", "García López", PHONE),
        ("María Elena", "García López", "García", PHONE),
    ],
)
def test_a_second_name_passes_no_red_flag(
    visitor: Browser, services: Services, given: str, family: str, in_chart: str, contact: str
) -> None:
    answer_intake(
        services,
        add(services, replace(GARCIA, family_name=in_chart)),
        pain=4,
        roland=4,
        saddle_numbness="yes",
    )
    kept = kept_time(visitor)
    refused = visitor.submit(f"{kept}/confirm", given=given, family=family, contact=contact, lang="es")
    assert refused.status_code == 409 and "Esta cita no se puede reservar aquí" in refused.text
    assert "respuestas" not in refused.text
    with reading(services.engine) as connection:
        assert len(find_people(connection, "Garcia")) == 1, "and no second chart is begun"


@pytest.mark.parametrize(
    ("given", "family", "contact"),
    [
        ("Rosa", "García López", PHONE),  # a daughter on the same telephone
        ("María", "López", PHONE),
        ("María", "García López", "714 555 0199"),
    ],
)
def test_somebody_else_is_booked_in_spite_of_it(
    visitor: Browser, services: Services, given: str, family: str, contact: str
) -> None:
    answer_intake(services, add(services), pain=4, roland=4, saddle_numbness="yes")
    kept = kept_time(visitor)
    booked = visitor.submit(f"{kept}/confirm", given=given, family=family, contact=contact)
    assert booked.status_code == 303


def test_without_a_stop_two_surnames_are_booked(visitor: Browser, services: Services) -> None:
    add(services)
    kept = kept_time(visitor)
    sent = {"given": "María", "family": "García López", "contact": PHONE}
    assert visitor.submit(f"{kept}/confirm", **sent).status_code == 303


@pytest.mark.parametrize("moved", [False, True], ids=["as booked", "moved before the letter went"])
def test_a_known_patient_who_books_in_spanish_is_written_to_in_spanish_and_the_chart_stays(
    visitor: Browser, services: Services, clock: Clock, tmp_path: Path, moved: bool
) -> None:
    maria = add(services)
    kept = kept_time(visitor, "2026-03-12")
    sent = {"given": "María", "family": "García", "contact": "maria@example.org", "lang": "es"}
    visit = visitor.submit(f"{kept}/confirm", **sent).headers["location"].split("?")[0]
    assert language_of(services, maria) == "en", "a name and an address change nothing in a chart"
    if moved:
        later = offered(visitor.get(f"{visit}/move?day=2026-03-12").text)
        assert visitor.submit(f"{visit}/move", **later).status_code == 303
    assert "Su cita" in visitor.get(visit).text, "as the letter's link opens it"
    key = services.key_for("patient link")
    for days in (0, 9.1):  # the letter, and the reminder
        clock.advance(timedelta(days=days))
        folder = tmp_path / str(days)
        assert send_due(services.engine, FolderSender(folder=folder), key=key, base="")[0] == 1
        (file,) = folder.iterdir()
        mail = email.message_from_bytes(file.read_bytes(), policy=default)
        assert "cita" in mail["Subject"] and "Hola, María" in mail.get_body().get_content()  # type: ignore[union-attr]
        (calendar,) = mail.iter_attachments()  # type: ignore[attr-defined]
        assert "SUMMARY:Consulta con radiografía" in str(calendar.get_content())


def booked_in(visitor: Browser, lang: str) -> str:
    """The address of the visit that somebody books who knows María's name and number."""
    sent = {"given": "María", "family": "García", "contact": PHONE, "lang": lang}
    return (
        visitor.submit(f"{kept_time(visitor, lang=lang)}/confirm", **sent).headers["location"].split("?")[0]
    )


def test_the_language_pressed_on_the_intake_is_that_of_a_visit_booked_before_in_the_other(
    visitor: Browser, services: Services
) -> None:
    maria = add(services, replace(GARCIA, language="es"))
    visit = booked_in(visitor, "en")
    assert "Your visit" in visitor.get(visit).text
    with writing(services.engine) as connection:
        link = intake_link(services, begin(connection, maria.id, actor="test"))
    visitor.submit(f"{link}/language", language="es")
    assert "Su cita" in visitor.get(visit).text


def test_the_language_that_the_front_desk_sets_is_that_of_visits_booked_before(
    visitor: Browser, services: Services
) -> None:
    maria = add(services)
    visit = booked_in(visitor, "es")
    for lang, words in (("es", "Su cita"), ("en", "Your visit")):
        with writing(services.engine) as connection:
            change_person(connection, maria.id, replace(maria.details, language=lang), actor="desk")
        assert words in visitor.get(visit).text


def test_the_calendar_file_has_the_language_of_its_page(visitor: Browser) -> None:
    kept = kept_time(visitor, lang="en")
    sent = {"given": "Rosa", "family": "Test-Vega", "contact": "rosa@example.org", "lang": "en"}
    visit = visitor.submit(f"{kept}/confirm", **sent).headers["location"].split("?")[0]
    link = re.search(r'href="([^"]+visit\.ics[^"]*)"', visitor.get(f"{visit}?lang=es").text)
    assert link and "SUMMARY:Consulta con radiografía" in visitor.get(link[1]).text


def test_the_language_pressed_on_the_intake_is_that_of_letters_and_consent(
    visitor: Browser, services: Services
) -> None:
    maria = add(services)
    with writing(services.engine) as connection:
        link = intake_link(services, begin(connection, maria.id, actor="test"))
    visitor.submit(f"{link}/language", language="es")
    assert language_of(services, maria) == "es"


def offer(services: Services, who: Person) -> str:
    """The address of the page that offers Tuesday at ten."""
    now = services.clock()
    entry = WaitEntry(
        key="w1",
        person=who.id,
        visit_type="follow",
        offices=("yl",),
        earliest=now,
        latest=utc(20, 8),
        since=now,
    )
    with writing(services.engine) as connection:
        join_waitlist(connection, entry, actor="test")
        hold = offer_free_time(connection, slot_at(utc(3, 18), room="t1", visit="follow"))
    assert hold is not None
    return f"/book/{hold_token(hold, key=services.key_for('patient link'))}"


def test_an_offer_opens_in_the_language_of_its_letter_and_its_switch_is_kept(
    visitor: Browser, services: Services
) -> None:
    maria = add(services)
    with writing(services.engine) as connection:
        speak_to(connection, maria.id, "es", actor="test")
    address = offer(services, maria)
    assert "Tomar esta hora" in visitor.get(address).text
    assert "Take this time" in visitor.submit(f"{address}/language", into="en").text
    assert language_of(services, maria) == "en"
    assert "Take this time" in visitor.get(address).text


def test_an_error_is_said_in_the_language_of_the_form_or_of_the_link(
    visitor: Browser, services: Services, clock: Clock
) -> None:
    kept = kept_time(visitor)
    too_old = visitor.post(f"{kept}/confirm", data={"csrf": "old", "lang": "es"})
    assert too_old.status_code == 403 and "No se cambió nada" in too_old.text
    unreadable = visitor.submit("/book/hold", office="yl", visit="consult", start="soon", lang="es")
    assert unreadable.status_code == 422 and "no se guardó nada" in unreadable.text
    maria = add(services)
    with writing(services.engine) as connection:
        speak_to(connection, maria.id, "es", actor="test")
        link = intake_link(services, begin(connection, maria.id, actor="test"))
    clock.advance(timedelta(days=15))
    late = visitor.get(link)
    assert late.status_code == 404 and BOOK_WORD in late.text and '<html lang="es"' in late.text


def test_a_form_that_cannot_be_read_still_says_whom_to_call(
    visitor: Browser, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    with writing(services.engine) as connection:
        link = intake_link(
            services, begin(connection, add_person(connection, GARCIA, actor="test").id, actor="test")
        )
    monkeypatch.setattr("spondyl.clinic.care.intake_record.intake_from_json", None)
    visitor._transport.raise_server_exceptions = False  # type: ignore[attr-defined]
    shown = visitor.get(link)
    assert shown.status_code == 500 and "The fault is ours" in shown.text and "Book a visit" in shown.text


def test_an_error_offers_the_other_language_and_a_way_to_its_text(visitor: Browser) -> None:
    page = visitor.get("/visit/nothing?lang=es&day=soon").text
    assert "Ir al contenido" in page and "Skip" not in page
    other = re.search(r'<a class="button" lang="en" hreflang="en" href="([^"]+)">English</a>', page)
    assert other
    english = visitor.get(other[1].replace("&amp;", "&")).text
    assert '<html lang="en"' in english and "Skip to the page" in english and ">Español</a>" in english


def test_the_language_of_the_offices_keeps_the_kind_of_visit(visitor: Browser, services: Services) -> None:
    practice = two_offices()
    kinds = tuple(replace(one, public=True) for one in practice.visit_types)
    with writing(services.engine) as connection:
        save_practice(connection, replace(practice, visit_types=kinds), actor="test")
    page = visitor.get("/book?visit=follow").text
    other = re.search(r'hreflang="es" href="([^"]+)"', page)
    assert other and "visit=follow" in other[1]
    assert 'name="visit" value="follow"' in visitor.get(other[1].replace("&amp;", "&")).text


def test_an_address_with_an_accent_is_refused_where_it_is_typed(visitor: Browser) -> None:
    kept = kept_time(visitor)
    sent = {"given": "José", "family": "Test-Peña", "contact": "josé@example.org", "lang": "es"}
    refused = visitor.submit(f"{kept}/confirm", **sent)
    assert refused.status_code == 422 and "sin acentos" in refused.text


@pytest.mark.parametrize(("free", "words"), [(0, "nada libre"), (1, "1 libre"), (2, "2 libres")])
def test_one_free_time_is_one(visitor: Browser, free: int, words: str) -> None:
    parts = visitor.app.state.templates.get_template("public/parts.html").module  # type: ignore[attr-defined]
    day = {"day": "2026-03-05", "words": "jue 5 mar", "free": free}
    assert f">{words}<" in parts.days([day], "", None, None, "/book/times?", WORDS["es"])


def test_an_hour_has_its_article_and_one_visit_is_one() -> None:
    hours = [hour_words(datetime(2026, 3, 5, hour, 5), "es") for hour in (1, 13, 14)]
    assert hours == ["la 1:05 a. m.", "la 1:05 p. m.", "las 2:05 p. m."]
    assert hour_words(datetime(2026, 3, 5, 13, 5), "en") == "1:05 pm"
    plans = [visits_words(visits, days, PatientLanguage.SPANISH) for visits, days in ((0, 7), (1, 7), (6, 1))]
    assert plans == ["No hay citas previstas.", "1 cita", "6 citas, una cada día"]
    assert visits_words(6, 3, PatientLanguage.SPANISH) == "6 citas, una cada 3 días"


def test_a_time_is_kept_until_an_hour_with_its_article(visitor: Browser) -> None:
    page = visitor.get(f"{kept_time(visitor)}?lang=es").text
    assert re.search(r"Guardada para usted hasta (la 1|las (?!1:)\d+):\d\d [ap]\. m\.", page)
