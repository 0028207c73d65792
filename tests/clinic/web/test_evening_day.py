"""Claims: in the evening, when UTC has the next day already, the day that is kept and shown is the clinic's own."""

import io
import json
import re
import zipfile
from collections.abc import Callable
from datetime import date, timedelta

import pytest

from adjust_course import consented
from clinic_apps import Browser
from clinic_charts import Clock
from practices import two_offices
from spondyl.clinic.care.adjustment_gate import chart_gate
from spondyl.clinic.care.consent_record import consents_of, withdraw
from spondyl.clinic.care.scores import scores_of_people, scores_of_person
from spondyl.clinic.care.visit_note import notes_of
from spondyl.clinic.chart.films import Film, FilmSource, NewFilm, add_film, reports_of
from spondyl.clinic.chart.people import Person
from spondyl.clinic.chart.practice import save_practice
from spondyl.clinic.chart.roles import Role
from spondyl.clinic.chart.transaction import reading, writing
from spondyl.clinic.films.desk import Signer, sent_as_kept
from spondyl.clinic.films.service import FilmService
from spondyl.clinic.records.everything import resources_of
from spondyl.clinic.records.export_films import film_files
from spondyl.clinic.web.services import Services

Open = Callable[[Role], Browser]
EVENING = timedelta(hours=11)
"""From the clock's Monday 2 March 2026, 16:00 UTC: seven in the evening in California, Tuesday in UTC."""


@pytest.fixture(autouse=True)
def in_the_evening(services: Services, clock: Clock) -> None:
    with writing(services.engine) as connection:
        save_practice(connection, two_offices(), actor="test")
    clock.advance(EVENING)


def test_a_note_bears_the_day_of_the_visit(browser: Open, services: Services, patient: Person) -> None:
    clinician = browser(Role.CLINICIAN)
    clinician.submit(f"/patients/{patient.id}/exam", pain="6", text="seen", action="keep")
    with reading(services.engine) as connection:
        (kept,) = notes_of(connection, patient.id)
    assert kept.note.on == date(2026, 3, 2)


def test_plan_and_consent_bear_the_day_they_were_made(
    browser: Open, services: Services, patient: Person
) -> None:
    consented(services, patient)
    page = browser(Role.CLINICIAN).get(f"/patients/{patient.id}/plan").text
    assert "Plan of 2 March 2026" in page and "consent of 2 March 2026" in page
    with reading(services.engine) as connection:
        assert chart_gate(connection, patient.id).consent_text.endswith("on 2 March 2026.")


def test_a_score_of_tomorrow_is_refused(browser: Open, patient: Person) -> None:
    sent = {"instrument": "nrs", "value": "5"}
    address = f"/patients/{patient.id}/outcomes"
    assert browser(Role.CLINICIAN).submit(address, **sent, on="2026-03-03").status_code == 422
    assert browser(Role.CLINICIAN).submit(address, **sent, on="2026-03-02").status_code == 303


def test_fhir_bears_the_clinics_days_and_instants_keep_their_offset(
    browser: Open, services: Services, patient: Person
) -> None:
    consented(services, patient)
    clinician = browser(Role.CLINICIAN)
    entries = clinician.get(f"/fhir/R4B/Patient/{patient.id}/$everything?_count=100").json()["entry"]
    found = {one["resource"]["resourceType"]: one["resource"] for one in entries}
    assert found["Consent"]["verification"][0]["verificationDate"] == "2026-03-02"
    assert re.fullmatch(r"2026-03-03T03:00:00(\.\d+)?\+00:00", found["Consent"]["dateTime"])
    assert found["Observation"]["effectiveDateTime"] == "2026-03-02"
    assert clinician.get("/fhir/R4B/metadata").json()["date"] == "2026-03-02"


def test_a_consent_that_was_taken_back_keeps_its_day_and_its_witness(
    services: Services, patient: Person, clock: Clock
) -> None:
    consented(services, patient)
    clock.advance(timedelta(days=9))
    with writing(services.engine) as connection:
        (given,) = consents_of(connection, patient.id)
        back = withdraw(connection, patient.id, given, actor="somebody else")
    with reading(services.engine) as connection:
        assert consents_of(connection, patient.id) == (back,)
        found = {
            one["resourceType"]: one for one in resources_of(connection, patient, as_of=date(2026, 3, 12))
        }
    assert (back.at, back.before, back.version) == (given.at, "lind", 2)
    assert back.withdrawn_at == clock()
    assert found["Consent"]["status"] == "inactive"
    assert found["Consent"]["verification"][0]["verificationDate"] == "2026-03-02"


def test_a_form_of_the_evening_counts_for_that_day(services: Services, patient: Person) -> None:
    consented(services, patient)
    with reading(services.engine) as connection:
        assert {one.on for one in scores_of_person(connection, patient.id)} == {date(2026, 3, 2)}
        (everybody,) = scores_of_people(connection, [patient.id]).values()
    assert {one.on for one in everybody} == {date(2026, 3, 2)}


def test_an_export_is_named_and_dated_by_the_clinics_day(browser: Open, patient: Person) -> None:
    sent = browser(Role.CLINICIAN).submit(f"/patients/{patient.id}/records/export")
    assert sent.headers["content-disposition"].endswith('-2026-03-02.zip"')
    with zipfile.ZipFile(io.BytesIO(sent.content)) as archive:
        assert json.loads(archive.read("manifest.json"))["as_of"] == "2026-03-02"
    sent = browser(Role.ADMINISTRATOR).submit("/admin/export", reason="to try whether the export works")
    assert 'filename="clinic-2026-03-02-1900.zip"' in sent.headers["content-disposition"]


def test_a_film_without_a_day_came_on_the_clinics_day(services: Services, patient: Person) -> None:
    new = NewFilm(
        content_sha256="0" * 64, size_bytes=1, source=FilmSource.UPLOAD, source_name="a", person_id=patient.id
    )
    with writing(services.engine) as connection:
        add_film(connection, new, actor="test")
        (files,) = film_files(connection, patient.id, under="films")
    assert files.day == "2026-03-02" and files.folder.startswith("films/2026-03-02-")


def test_a_signed_film_report_tells_the_clinics_hour(
    services: Services, films: FilmService, measured: Callable[..., Film]
) -> None:
    film, signer = measured("phantom_0003_ap"), Signer(actor="lind", name="Dr. Lind")
    desk = films.desk.accept(film.id, sent_as_kept(films.desk.open(film.id)), signer)
    films.desk.sign(film.id, version=desk.film.draft_version, signer=signer)
    with reading(services.engine) as connection:
        kept = reports_of(connection, film.id)
    page = films.store.get(kept["html"]).decode()
    assert "Dr. Lind, 2 March 2026, 19:00 UTC-08:00" in page
