"""Claims: an erasure leaves no file and no typed word about the patient, and nothing is written after it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from adjust_course import consented
from audit_rows import entries
from clinic_apps import Browser
from practices import two_offices
from spondyl.booking import Absence, Wish
from spondyl.clinic.care.intake_record import begin
from spondyl.clinic.chart import documents
from spondyl.clinic.chart.absences import note_absence
from spondyl.clinic.chart.accounts import Account
from spondyl.clinic.chart.appointments import book, cancel
from spondyl.clinic.chart.free_times import next_free
from spondyl.clinic.chart.guard import glass_break_list
from spondyl.clinic.chart.people import Person, PersonErasedError, change_person
from spondyl.clinic.chart.practice import save_practice
from spondyl.clinic.chart.roles import Role
from spondyl.clinic.chart.tables import audit, people
from spondyl.clinic.chart.transaction import reading, writing
from spondyl.clinic.messages import FolderSender, Letter, send_due
from spondyl.clinic.messages.send import letter_file
from spondyl.clinic.web import create_app
from spondyl.clinic.web.admin import erasure
from spondyl.clinic.web.intake.form_link import intake_link
from spondyl.clinic.web.services import Services

Open = Callable[[Role], Browser]


class EndedError(Exception):
    """The server is ended here."""


def erase(browser: Open, patient: Person) -> None:
    answer = browser(Role.ADMINISTRATOR).submit(
        f"/admin/retention/{patient.id}",
        record_number=str(patient.record_number),
        ground="order",
    )
    assert answer.status_code == 303, answer.text


def test_the_records_of_adjustments_go_with_the_chart_and_nobody_elses(
    browser: Open, patient: Person, services: Services
) -> None:
    folder = services.data_dir / "adjustments"
    mine, other = folder / patient.id / "session-1.tar", folder / "another" / "session-1.tar"
    for path in (mine, other):
        path.parent.mkdir(parents=True)
        path.write_bytes(b"record")
    assert "records of adjustments" in browser(Role.ADMINISTRATOR).get(f"/admin/retention/{patient.id}").text
    erase(browser, patient)
    assert (mine.exists(), other.exists()) == (False, True)


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_server_that_ends_in_the_middle_of_an_erasure_finishes_it_at_its_start_or_leaves_all(
    browser: Open, patient: Person, services: Services, monkeypatch: pytest.MonkeyPatch, when: str
) -> None:
    """Ended before the commit there is still a chart, and its files stay; after it they go."""
    path = services.data_dir / "adjustments" / patient.id / "session-1.tar"
    path.parent.mkdir(parents=True)
    path.write_bytes(b"record")
    ends = {"before": "erasure.list_files", "after": "erasure.delete_listed"}[when]
    whole = erasure.list_files

    def ended(data_dir: Path, person_id: str, *files: list[Path]) -> None:
        for listed in files:
            whole(data_dir, person_id, listed)
        raise EndedError

    monkeypatch.setattr(f"spondyl.clinic.web.admin.{ends}", ended)
    with pytest.raises(EndedError):
        erase(browser, patient)
    assert path.exists()
    monkeypatch.undo()
    with Browser(create_app(services)):  # the next start
        assert path.exists() == (when == "before")
        assert path.parent.exists() == (when == "before")
        assert list((services.data_dir / "erasing").iterdir()) == []


def test_no_typed_name_stays_in_the_log_or_in_a_review(
    browser: Open, patient: Person, services: Services, staff: dict[Role, Account]
) -> None:
    dr, desk, admin = browser(Role.CLINICIAN), browser(Role.FRONT_DESK), browser(Role.ADMINISTRATOR)
    family = patient.details.family_name
    assert dr.get("/fhir/R4B/Patient", params={"name": family}).status_code == 200
    dr.submit(f"/restrict/{patient.id}", account=staff[Role.CLINICIAN].id)
    desk.submit(f"/break-glass/{patient.id}", reason=f"{family} collapsed at the desk")
    with reading(services.engine) as connection:
        (waiting,) = glass_break_list(connection, reviewed=False)
    admin.submit(f"/admin/openings/{waiting.id}", finding=f"{family} agreed")
    assert f"{family} agreed" in admin.get("/admin/openings").text.replace("&#39;", "'")
    erase(browser, patient)
    with reading(services.engine) as connection:
        (opening,) = glass_break_list(connection, reviewed=True)
        assert (opening.reason, opening.finding) == ("erased", "erased")
        assert opening.person_name == f"Erased patient {patient.record_number}"
        details = " ".join(connection.execute(sa.select(audit.c.detail)).scalars())
        (search,) = entries(connection, action="search FHIR Patient")
    assert family not in details
    assert '"found":1' in str(search.detail).replace(" ", "").replace("'", '"')


def test_who_agreed_and_why_somebody_is_away_stand_in_the_chart_and_not_in_the_log(
    patient: Person, services: Services
) -> None:
    consented(services, patient)
    family, now = patient.details.family_name, services.clock()
    ill = Absence(provider="ben", start=now, end=now + timedelta(hours=1), reason=f"{family} hurt him")
    with writing(services.engine) as connection:
        note_absence(connection, ill, actor="desk", change="c1")
        (agreed,) = documents.newest_of_each(connection, kind="consent", person_id=patient.id)
        details = " ".join(connection.execute(sa.select(audit.c.detail)).scalars())
    assert family in agreed.signatures[0].meaning
    assert agreed.digest in details and "reason_digest" in details and family not in details


def test_a_letter_that_was_being_written_while_the_chart_was_erased_goes_too(
    browser: Open, patient: Person, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    with writing(services.engine) as connection:
        change_person(connection, patient.id, replace(patient.details, email="ana@example.org"), actor="t")
        save_practice(connection, two_offices(), actor="test")
        (slot,) = next_free(connection, Wish(visit_type="consult", office="yl"))
        cancel(connection, book(connection, slot, person=patient.id, actor="desk").key, actor="desk")
    sender, write = FolderSender(folder=services.data_dir / "letters"), FolderSender.send
    written = list[bool]()

    def erased_meanwhile(one: FolderSender, letter: Letter, *, message_id: str) -> None:
        erase(browser, patient)
        write(one, letter, message_id=message_id)
        written.append(letter_file(one.folder, message_id).is_file())

    monkeypatch.setattr(FolderSender, "send", erased_meanwhile)
    send_due(services.engine, sender, key=bytes(32), base="http://localhost")
    assert written == [True] and list(sender.folder.iterdir()) == []


def test_words_of_a_time_booked_over_another_go_with_the_chart(
    browser: Open, patient: Person, services: Services
) -> None:
    family = patient.details.family_name
    with writing(services.engine) as connection:
        save_practice(connection, two_offices(), actor="test")
        (slot,) = next_free(connection, Wish(visit_type="consult", office="yl"))
        visit = book(connection, slot, person=patient.id, reason=f"{family} is in pain", actor="desk")
        assert visit.override_reason
        cancel(connection, visit.key, actor="desk")
    erase(browser, patient)
    with reading(services.engine) as connection:
        details = " ".join(connection.execute(sa.select(audit.c.detail)).scalars())
    assert "reason_digest" in details and family not in details


def test_a_reason_typed_into_an_older_page_is_not_kept(browser: Open, patient: Person) -> None:
    admin, family = browser(Role.ADMINISTRATOR), patient.details.family_name
    page, number = f"/admin/retention/{patient.id}", str(patient.record_number)
    assert admin.submit(page, record_number=number, ground=f"{family} asked").status_code == 422
    refused = admin.submit(page, record_number=number, reason=f"{family} asked for it")
    assert refused.status_code == 422 and "choose why" in refused.text
    assert admin.submit(page, record_number=number, ground="request").status_code == 303


def test_a_page_left_open_saves_nothing_about_an_erased_patient(
    browser: Open, patient: Person, services: Services
) -> None:
    dr = browser(Role.CLINICIAN)
    erase(browser, patient)
    exam = dr.submit(f"/patients/{patient.id}/exam", pain="5", **{"g-motion": "examined"}, action="sign")
    sent = {"given_name": "Ana", "family_name": "Ruiz", "phone": "714 555 0100", "sex": "female"}
    details = dr.submit(f"/patients/{patient.id}/details", **sent)
    for answer in (exam, details):
        assert answer.status_code == 409
        assert "was erased while the page was open" in answer.text
    with reading(services.engine) as connection:
        row = connection.execute(sa.select(people).where(people.c.id == patient.id)).one()
        assert (row.given_name, row.phone, row.folded_name) == ("erased", "", "")
        assert documents.latest(connection, kind="exam", person_id=patient.id) is None


def test_every_page_of_an_erased_chart_says_that_it_is_erased(browser: Open, patient: Person) -> None:
    """Whoever goes back, or follows the audit log's link, found an empty chart that asked for an intake."""
    erase(browser, patient)
    dr, admin, chart = browser(Role.CLINICIAN), browser(Role.ADMINISTRATOR), f"/patients/{patient.id}"
    tabs = (
        "",
        "/details",
        "/visits",
        "/intake",
        "/exam",
        "/films",
        "/plan",
        "/adjust",
        "/outcomes",
        "/records",
    )
    pages = [dr.get(f"{chart}{tab}") for tab in tabs] + [admin.get(f"/admin/retention/{patient.id}")]
    for page in pages:
        assert (page.status_code, "This chart is erased" in page.text) == (410, True), page.url
    assert f"Erased patient {patient.record_number}" in admin.get("/admin/audit").text


def test_the_chart_itself_refuses_to_write_about_an_erased_patient(
    browser: Open, patient: Person, services: Services
) -> None:
    erase(browser, patient)
    with pytest.raises(PersonErasedError), writing(services.engine) as connection:
        documents.save(connection, kind="exam", person_id=patient.id, body={}, actor="dr")
    with pytest.raises(PersonErasedError), writing(services.engine) as connection:
        change_person(connection, patient.id, patient.details, actor="dr")


@pytest.mark.parametrize(("language", "said"), [("en", "nothing was saved"), ("es", "ya no sirve")])
def test_a_patient_whose_chart_is_erased_meanwhile_reads_that_the_link_does_not_work(
    browser: Open,
    patient: Person,
    services: Services,
    monkeypatch: pytest.MonkeyPatch,
    language: str,
    said: str,
) -> None:
    def erased_meanwhile(*_: object, **__: object) -> None:
        raise PersonErasedError

    with writing(services.engine) as connection:
        link = intake_link(services, begin(connection, patient.id, actor="test"))
    phone = browser(Role.NOBODY)
    csrf = phone.csrf(link)
    monkeypatch.setattr("spondyl.clinic.care.intake_record.save", erased_meanwhile)
    answer = phone.post(
        f"{link}/answer?lang={language}",
        json={"item": "complaint", "marks": ["low"]},
        headers={"X-CSRF": csrf},
    )
    assert answer.status_code == 404
    assert said in answer.text and "add them as a new patient" not in answer.text
