"""Claims: administration works as a person uses it; a restricted chart stays shut; an erased one is gone."""

import html
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from audit_rows import entries
from clinic_apps import Browser
from clinic_bookings import slot_at
from clinic_charts import Clock
from practices import two_offices, utc
from spondyl.booking import Wish
from spondyl.clinic.chart import documents
from spondyl.clinic.chart.accounts import Account, account, all_accounts
from spondyl.clinic.chart.appointments import book
from spondyl.clinic.chart.audit import record, verify
from spondyl.clinic.chart.free_times import next_free
from spondyl.clinic.chart.guard import glass_break_list, named_for, restrict, shut_for
from spondyl.clinic.chart.passkeys import add_passkey
from spondyl.clinic.chart.people import Person, change_person
from spondyl.clinic.chart.practice import save_practice
from spondyl.clinic.chart.roles import Role
from spondyl.clinic.chart.tables import accounts, people
from spondyl.clinic.chart.tables.column_types import new_id
from spondyl.clinic.chart.transaction import reading, writing
from spondyl.clinic.messages import FolderSender, send_due
from spondyl.clinic.web.services import Services

Open = Callable[[Role], Browser]
PASSWORD = "four unrelated words here"


def test_a_new_colleague_signs_in_and_changes_the_password(browser: Open, services: Services) -> None:
    admin = browser(Role.ADMINISTRATOR)
    admin.submit("/admin/accounts", name="New", full_name="New One", role="clinician", password=PASSWORD)
    new = browser(Role.NOBODY)
    assert new.submit("/sign-in", name="new", password=PASSWORD).headers["location"] == "/today"
    refused = new.submit("/account/password", present="wrong", password="another four words")
    assert refused.status_code == 422
    before = new.cookies["spondyl_session"]
    assert new.submit("/account/password", present=PASSWORD, password="another four words").status_code == 303
    assert new.cookies["spondyl_session"] != before
    assert new.get("/today").status_code == 200
    with reading(services.engine) as connection:
        assert {one.action for one in entries(connection)} >= {"add account", "sign in", "set password"}


def test_an_account_without_a_password_is_not_said_to_be_able_to_sign_in(browser: Open) -> None:
    admin = browser(Role.ADMINISTRATOR)
    made = admin.submit("/admin/accounts", name="new", full_name="New One", role="clinician")
    shown = admin.get(made.headers["location"]).text
    assert "cannot sign in yet" in shown and "Set the password" in shown
    assert "no password yet" in admin.get("/admin/accounts").text
    admin.submit(made.headers["location"] + "/password", password=PASSWORD)
    row = admin.get("/admin/accounts").text.split("New One</a>")[1].split("</tr>")[0]
    assert "may sign in" in row


def test_ending_an_access_ends_its_session_at_once(browser: Open, staff: dict[Role, Account]) -> None:
    desk, admin = browser(Role.FRONT_DESK), browser(Role.ADMINISTRATOR)
    assert desk.get("/today").status_code == 200
    admin.submit(f"/admin/accounts/{staff[Role.FRONT_DESK].id}", role="front_desk", active="no")
    assert desk.get("/today").status_code == 303


def shown_in(page: str) -> str:
    """What the form of an account says that it showed."""
    found = re.search(r'name="seen" value="([^"]+)"', page)
    assert found
    return html.unescape(found[1])


def test_a_page_left_open_does_not_give_a_dismissed_person_access_again(
    browser: Open, staff: dict[Role, Account], services: Services
) -> None:
    admin, one = browser(Role.ADMINISTRATOR), f"/admin/accounts/{staff[Role.FRONT_DESK].id}"
    earlier = shown_in(admin.get(one).text)
    admin.submit(one, role="front_desk", active="no", seen=earlier)
    late = admin.submit(one, role="clinician", active="yes", seen=earlier)
    assert late.status_code == 422 and "changed this account while the page was open" in late.text
    assert '<option value="no" selected>' in late.text
    with reading(services.engine) as connection:
        assert not account(connection, staff[Role.FRONT_DESK].id).active
    assert admin.submit(one, role="clinician", active="yes", seen=shown_in(late.text)).status_code == 303


def test_a_misspelt_full_name_is_corrected_and_the_log_says_from_what_to_what(
    browser: Open, staff: dict[Role, Account], services: Services
) -> None:
    admin, one = browser(Role.ADMINISTRATOR), f"/admin/accounts/{staff[Role.CLINICIAN].id}"
    known = {"role": "clinician", "active": "yes"}
    assert "full name is missing" in admin.submit(one, full_name=" ", **known).text
    assert admin.submit(one, full_name="Dr. Eva Lind", **known).status_code == 303
    with reading(services.engine) as connection:
        assert account(connection, staff[Role.CLINICIAN].id).full_name == "Dr. Eva Lind"
        (row,) = entries(connection, action="change account")
    assert (row.detail["name_before"], row.detail["name"]) == ("Test Clinician", "Dr. Eva Lind")
    assert "name before: Test Clinician" in admin.get("/admin/audit?action=change+account").text.replace(
        "_", " "
    )


@pytest.mark.parametrize("name", ["nobody", "Clinic", " demo "])
def test_nobody_signs_in_by_a_name_that_the_log_uses_for_somebody_without_an_account(
    browser: Open, name: str
) -> None:
    sent = {"name": name, "full_name": "New One", "role": "administrator", "password": PASSWORD}
    refused = browser(Role.ADMINISTRATOR).submit("/admin/accounts", **sent)
    assert refused.status_code == 422 and "choose another sign-in name" in refused.text


def test_an_accent_may_be_typed_in_either_way(browser: Open, services: Services) -> None:
    composed, apart = "ren\u00e9", "rene\u0301"
    sent = {"full_name": "René", "role": "clinician", "password": PASSWORD}
    admin = browser(Role.ADMINISTRATOR)
    assert admin.submit("/admin/accounts", name=apart, **sent).status_code == 303
    assert "is taken" in admin.submit("/admin/accounts", name=composed, **sent).text
    for typed in (composed, apart, apart.upper()):
        assert browser(Role.NOBODY).submit("/sign-in", name=typed, password=PASSWORD).status_code == 303
    # One that an earlier version kept as it was typed.
    with writing(services.engine) as connection:
        connection.execute(
            accounts.update().where(accounts.c.sign_in_name == composed).values(sign_in_name=apart)
        )
    assert browser(Role.NOBODY).submit("/sign-in", name=composed, password=PASSWORD).status_code == 303


def test_the_last_administrator_stays(browser: Open, staff: dict[Role, Account], services: Services) -> None:
    refused = browser(Role.ADMINISTRATOR).submit(
        f"/admin/accounts/{staff[Role.ADMINISTRATOR].id}", role="clinician", active="yes"
    )
    assert "last administrator" in refused.text
    with reading(services.engine) as connection:
        assert Role.ADMINISTRATOR in {one.role for one in all_accounts(connection)}


def test_an_administrator_who_cannot_sign_in_is_nobody_to_leave_the_clinic_to(
    browser: Open, staff: dict[Role, Account]
) -> None:
    admin, own = browser(Role.ADMINISTRATOR), f"/admin/accounts/{staff[Role.ADMINISTRATOR].id}"
    made = admin.submit("/admin/accounts", name="next", full_name="Next One", role="administrator")
    assert "last administrator who can sign in" in admin.submit(own, role="clinician", active="yes").text
    admin.submit(made.headers["location"] + "/password", password=PASSWORD)
    assert admin.submit(own, role="clinician", active="yes").status_code == 303


def test_a_lost_device_is_shut_out_but_not_the_last_administrator(
    browser: Open, staff: dict[Role, Account], services: Services
) -> None:
    desk, admin = browser(Role.FRONT_DESK), browser(Role.ADMINISTRATOR)
    with writing(services.engine) as connection:
        for role in (Role.FRONT_DESK, Role.ADMINISTRATOR):
            key = {
                "credential_id": f"key-{role.value}",
                "public_key": "a5",
                "sign_count": 0,
                "label": "Old phone",
            }
            add_passkey(connection, owner=staff[role], **key)  # type: ignore[arg-type]
    lost = f"/admin/accounts/{staff[Role.FRONT_DESK].id}"
    assert "Old phone" in admin.get(lost).text
    assert admin.submit(f"{lost}/passkeys/remove").status_code == 303
    assert "Old phone" not in admin.get(lost).text
    assert desk.get("/today").status_code == 303
    own = f"/admin/accounts/{staff[Role.ADMINISTRATOR].id}"
    for only in (f"{own}/passkeys/remove", f"/account/passkeys/key-{Role.ADMINISTRATOR.value}/remove"):
        refused = admin.submit(only)
        assert refused.status_code == 422 and "last administrator" in refused.text
    assert "Old phone" in admin.get("/account").text


def test_a_fault_is_logged_without_the_secret_of_its_address(
    browser: Open, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("the test")

    monkeypatch.setattr("spondyl.clinic.web.public.visit.signed_link", broken)
    visitor = browser(Role.NOBODY)
    visitor._transport.raise_server_exceptions = False  # type: ignore[attr-defined]
    assert visitor.get("/visit/a-secret").status_code == 500
    (line,) = [one.getMessage() for one in caplog.records if "fault at" in one.getMessage()]
    assert line == "fault at GET /visit/{token}"


def test_another_person_at_the_provider_ends_the_accounts_sessions(
    browser: Open, staff: dict[Role, Account]
) -> None:
    desk, admin = browser(Role.FRONT_DESK), browser(Role.ADMINISTRATOR)
    assert desk.get("/today").status_code == 200
    admin.submit(f"/admin/accounts/{staff[Role.FRONT_DESK].id}/single-sign-on", subject="")
    assert desk.get("/today").status_code == 303


def test_the_log_is_shown_filtered(browser: Open, patient: Person) -> None:
    admin = browser(Role.ADMINISTRATOR)
    browser(Role.CLINICIAN).get(f"/patients/{patient.id}")
    assert "Opened the chart" in admin.get(f"/admin/audit?subject=person {patient.id}").text
    assert "No such row" in admin.get("/admin/audit?who=nobody-at-all").text


def rows_of(page: str) -> list[str]:
    """The rows of the log on a page, each as its words."""
    body = page.split("<tbody>")[1].split("</tbody>", maxsplit=1)[0] if "<tbody>" in page else ""
    return [re.sub(r"\s*<[^>]+>\s*", " ", one) for one in body.split("</tr>") if one.strip()]


def test_the_log_says_who_did_what_to_whom_and_when_in_words(
    browser: Open, patient: Person, services: Services
) -> None:
    admin = browser(Role.ADMINISTRATOR)
    with writing(services.engine) as connection:
        save_practice(connection, two_offices(), actor="administrator")
        saved = documents.save(connection, kind="exam", person_id=patient.id, body={}, actor="clinician")
    page = admin.get("/admin/audit?who=test+clin").text
    (row,) = rows_of(page)
    # The clock of these tests: Monday 2 March 2026, 16:00 UTC; the offices are in California.
    for words in ("2 March 2026, 8:00 am", "Test Clinician", "account clinician", "Wrote a visit note"):
        assert words in row
    assert patient.full_name in html.unescape(row)
    short, full = row.split(" row ")
    assert f"digest {saved.digest[:8]}…" in short and saved.digest not in short and saved.digest in full
    assert len(rows_of(admin.get("/admin/audit?action=save+exam").text)) == 1
    assert len(rows_of(admin.get("/admin/audit?patient=neil&day=2026-03-02").text)) == 2
    assert rows_of(admin.get("/admin/audit?patient=neil&day=2026-03-01").text) == []
    assert "That is no day" in admin.get("/admin/audit?day=yesterday").text


def test_each_choice_of_the_log_finds_its_rows_and_says_when_a_visit_is(
    browser: Open, patient: Person, services: Services
) -> None:
    """Also "undid a change", which stands for every action that begins so."""
    with writing(services.engine) as connection:
        save_practice(connection, two_offices(), actor="administrator")
        visit = book(connection, slot_at(utc(3, 20)), person=patient.id, actor="clinician")
        record(connection, actor="clinician", action="undo: moved", subject=f"appointment {visit.key}")
    admin = browser(Role.ADMINISTRATOR)
    choices = re.findall(r'<option value="([^"]+)"', admin.get("/admin/audit").text)
    assert "undo: " in choices
    for action in map(html.unescape, choices):
        assert rows_of(admin.get("/admin/audit", params={"action": action}).text), action
    booked = rows_of(admin.get("/admin/audit?action=book+visit").text)[0]
    assert "start: 3 March 2026, 12:00 pm" in booked.split(" row ")[0]


def test_the_log_hides_the_name_behind_a_chart_that_is_restricted_to_others(
    browser: Open, patient: Person, staff: dict[Role, Account]
) -> None:
    browser(Role.CLINICIAN).submit(f"/restrict/{patient.id}", account=staff[Role.CLINICIAN].id)
    page = browser(Role.ADMINISTRATOR).get("/admin/audit?action=restrict+chart").text
    assert "restricted chart" in page and patient.full_name not in html.unescape(page)


def test_who_looks_for_a_patient_in_the_log_stands_there_beside_the_patients_rows(
    browser: Open, patient: Person, staff: dict[Role, Account], services: Services
) -> None:
    browser(Role.CLINICIAN).submit(f"/restrict/{patient.id}", account=staff[Role.CLINICIAN].id)
    admin = browser(Role.ADMINISTRATOR)
    page = admin.get("/admin/audit?patient=neil").text
    assert "Looking for a patient is itself in the log" in page
    assert len(rows_of(page)) == 2 and "restricted chart" in page
    admin.get(f"/admin/audit?subject=person+{patient.id}&before=2030-01-01|1|0")
    admin.get("/admin/audit?patient=nobody-of-that-name")
    admin.get("/admin/audit?who=neil&day=2026-03-02")
    with reading(services.engine) as connection:
        kept = entries(connection, action="look for patient in audit")
    assert [one.subject for one in kept] == ["audit", patient.subject, patient.subject]
    assert {one.actor for one in kept} == {"administrator"}
    assert "neil" not in "".join(str(one.detail) for one in kept)
    assert "Looked for the patient in the audit log" in admin.get("/admin/audit?patient=neil").text


def test_a_subject_typed_by_hand_that_nobody_has_is_not_written_into_the_log(
    browser: Open, patient: Person, services: Services
) -> None:
    admin = browser(Role.ADMINISTRATOR)
    for typed in ("person Jane Doe has syphilis", f"person {patient.id}x", "film nothing"):
        assert admin.get("/admin/audit", params={"subject": typed}).status_code == 200
    admin.get("/admin/audit", params={"subject": patient.subject})
    with reading(services.engine) as connection:
        kept = entries(connection, action="look for patient in audit")
        everything = "".join(f"{one.subject} {one.detail}" for one in entries(connection))
    # That somebody looked is kept, what was typed is not.
    assert [one.subject for one in kept] == [patient.subject, "audit", "audit"]
    assert "Jane" not in everything and f"{patient.id}x" not in everything


def test_a_restricted_chart_opens_for_its_staff_and_in_an_emergency_with_a_reason(
    browser: Open, patient: Person, staff: dict[Role, Account], services: Services, clock: Clock
) -> None:
    desk, dr, admin = browser(Role.FRONT_DESK), browser(Role.CLINICIAN), browser(Role.ADMINISTRATOR)
    says = "Restricted: opens for named staff only"
    assert says not in dr.get(f"/patients/{patient.id}").text
    dr.submit(f"/restrict/{patient.id}", account=staff[Role.CLINICIAN].id)
    for page in ("", "/visits", "/plan"):
        assert says in dr.get(f"/patients/{patient.id}{page}").text
    for address in (f"/patients/{patient.id}", f"/patients/{patient.id}/details"):
        shut = desk.get(address)
        assert shut.status_code == 403
        assert patient.full_name not in shut.text
    assert desk.submit(f"/break-glass/{patient.id}", reason="short").status_code == 422
    assert desk.submit(f"/break-glass/{patient.id}", reason="Patient fainted at the desk").status_code == 303
    assert desk.get(f"/patients/{patient.id}").status_code == 200
    assert "Patient fainted" in admin.get("/admin/openings").text
    assert 'href="/admin/openings"' in admin.get("/today").text
    assert 'href="/admin/openings"' not in dr.get("/today").text + desk.get("/today").text
    with reading(services.engine) as connection:
        (waiting,) = glass_break_list(connection, reviewed=False)
    admin.submit(f"/admin/openings/{waiting.id}", finding="Justified; the ambulance came.")
    with reading(services.engine) as connection:
        assert glass_break_list(connection, reviewed=False) == []
    assert 'href="/admin/openings"' not in admin.get("/today").text
    clock.advance(timedelta(minutes=29))
    desk.get("/today")
    clock.advance(timedelta(minutes=29))
    desk.get("/today")
    clock.advance(timedelta(minutes=3))
    assert desk.get(f"/patients/{patient.id}").status_code == 403


@pytest.mark.parametrize("role", [Role.CLINICIAN, Role.ADMINISTRATOR])
def test_nobody_names_themselves_for_a_chart_that_is_shut_to_them(
    role: Role, browser: Open, patient: Person, staff: dict[Role, Account], services: Services
) -> None:
    with writing(services.engine) as connection:
        restrict(connection, patient.id, account_ids=[staff[Role.FRONT_DESK].id], actor="test")
    other, page = browser(role), f"/restrict/{patient.id}"
    shut = other.get(page)
    assert shut.status_code == 403 and patient.full_name not in html.unescape(shut.text)
    assert other.submit(page, account=staff[role].id).status_code == 403
    assert other.submit(page).status_code == 403, "nor opens it to all"
    assert other.get(f"/patients/{patient.id}").status_code == 403


@pytest.mark.parametrize("role", [Role.CLINICIAN, Role.ADMINISTRATOR])
def test_an_hour_of_emergency_is_no_right_to_say_who_may_open_a_chart(
    role: Role, browser: Open, patient: Person, staff: dict[Role, Account], services: Services
) -> None:
    treating = Role.ADMINISTRATOR if role is Role.CLINICIAN else Role.CLINICIAN
    browser(treating).submit(f"/restrict/{patient.id}", account=staff[treating].id)
    other, page = browser(role), f"/restrict/{patient.id}"
    other.submit(f"/break-glass/{patient.id}", reason="Its clinician is on holiday")
    shown = other.get(page).text
    assert staff[treating].full_name in shown and 'name="account"' not in shown
    for wanted in ({"account": staff[role].id}, {}):
        refused = other.submit(page, **wanted)
        assert refused.status_code == 403 and "staff named for this chart" in refused.text
    with reading(services.engine) as connection:
        assert named_for(connection, patient.id) == {staff[treating].id}


def test_an_administrator_names_others_when_none_is_left_and_the_review_shows_it(
    browser: Open, patient: Person, staff: dict[Role, Account], services: Services, clock: Clock
) -> None:
    clinician, page = staff[Role.CLINICIAN], f"/restrict/{patient.id}"
    browser(Role.CLINICIAN).submit(page, account=clinician.id)
    admin = browser(Role.ADMINISTRATOR)
    admin.submit(f"/admin/accounts/{clinician.id}", role="clinician", active="no")
    assert admin.submit(page, account=staff[Role.ADMINISTRATOR].id).status_code == 403, "the glass is whole"
    clock.advance(timedelta(minutes=1))
    admin.submit(f"/break-glass/{patient.id}", reason="Its clinician has left us")
    assert admin.submit(page, account=staff[Role.ADMINISTRATOR].id, seen=clinician.id).status_code == 303
    with reading(services.engine) as connection:
        assert named_for(connection, patient.id) == {staff[Role.ADMINISTRATOR].id}
    review = admin.get("/admin/openings").text.split("Changed meanwhile who may open it")
    assert len(review) == 2 and "Test Administrator" in review[1]


def test_glass_broken_by_a_clock_that_was_ahead_is_whole_when_it_is_set_right(
    browser: Open, patient: Person, staff: dict[Role, Account], clock: Clock, services: Services
) -> None:
    browser(Role.CLINICIAN).submit(f"/restrict/{patient.id}", account=staff[Role.CLINICIAN].id)
    clock.advance(timedelta(days=365))
    browser(Role.FRONT_DESK).submit(f"/break-glass/{patient.id}", reason="Patient fainted at the desk")
    assert browser(Role.FRONT_DESK).get(f"/patients/{patient.id}").status_code == 200
    clock.advance(timedelta(days=-165))
    assert browser(Role.FRONT_DESK).get(f"/patients/{patient.id}").status_code == 403
    with reading(services.engine) as connection:
        assert shut_for(connection, staff[Role.FRONT_DESK].id) == {patient.id}


def test_nobody_reviews_their_own_opening(
    browser: Open, patient: Person, staff: dict[Role, Account], services: Services
) -> None:
    admin = browser(Role.ADMINISTRATOR)
    browser(Role.CLINICIAN).submit(f"/restrict/{patient.id}", account=staff[Role.CLINICIAN].id)
    admin.submit(f"/break-glass/{patient.id}", reason="Looking for a lost film")
    with reading(services.engine) as connection:
        (waiting,) = glass_break_list(connection, reviewed=False)
    assert "Nobody reviews their own" in admin.submit(f"/admin/openings/{waiting.id}", finding="Fine").text
    assert 'href="/admin/openings"' not in admin.get("/today").text, "it waits for another administrator"


def test_a_chart_is_erased_only_with_number_and_reason_and_then_is_gone(
    browser: Open, patient: Person, services: Services
) -> None:
    admin = browser(Role.ADMINISTRATOR)
    with writing(services.engine) as connection:
        saved = documents.save(
            connection, kind="exam", person_id=patient.id, body={"secret": "sciatica"}, actor="dr"
        )
        documents.sign(connection, document_id=saved.document_id, version=1, actor="dr", digest=saved.digest)
    page, number = f"/admin/retention/{patient.id}", str(patient.record_number)
    assert "Type the record number" in admin.submit(page, record_number="1").text
    assert "must be kept through" in admin.submit(page, record_number=number).text
    assert admin.submit(page, record_number=number, ground="order").status_code == 303
    with reading(services.engine) as connection:
        assert documents.history(connection, saved.document_id) == []
        row = connection.execute(sa.select(people).where(people.c.id == patient.id)).one()
        assert (row.given_name, row.phone, row.folded_name) == ("erased", "", "")
        assert verify(connection).sound
        assert entries(connection)[0].action == "erase person"
    assert patient.full_name not in admin.get("/patients?q=neil").text


def test_a_chart_whose_time_is_over_is_listed(browser: Open, patient: Person, clock: Clock) -> None:
    admin = browser(Role.ADMINISTRATOR)
    assert "must still be kept" in admin.get("/admin/retention").text
    clock.advance(timedelta(days=11 * 366))
    admin = browser(Role.ADMINISTRATOR)
    assert patient.full_name.split()[0] in admin.get("/admin/retention").text


def test_a_chart_with_a_visit_must_be_kept_and_its_letters_go_with_it(
    browser: Open, patient: Person, clock: Clock, services: Services
) -> None:
    clock.advance(timedelta(days=11 * 366))
    with writing(services.engine) as connection:
        save_practice(connection, two_offices(), actor="test")
        (slot,) = next_free(connection, Wish(visit_type="consult", office="yl"))
        visit = book(connection, slot, person=patient.id, actor="desk", change=new_id())
        details = replace(patient.details, email="ana@example.org")
        change_person(connection, patient.id, details, actor="desk")
    folder = services.data_dir / "letters"
    send_due(services.engine, FolderSender(folder=folder), key=b"key", base="https://clinic.test")
    assert len(list(folder.iterdir())) == 1
    admin = browser(Role.ADMINISTRATOR)
    assert "must still be kept" in admin.get("/admin/retention").text
    page, number = f"/admin/retention/{patient.id}", str(patient.record_number)
    assert "must be kept through" in admin.submit(page, record_number=number).text
    assert "Still expected" in admin.get(page).text
    refused = admin.submit(page, record_number=number, ground="order")
    assert refused.status_code == 422
    assert "a visit is booked on" in refused.text and "Cancel it in the calendar first" in refused.text
    assert patient.full_name in html.unescape(admin.get(f"/patients/{patient.id}").text), "nothing was erased"
    admin.submit(f"/calendar/visits/{visit.key}/cancel")
    shown = admin.get(page).text
    assert "Still expected" not in shown and "One message to this patient waits to be sent" in shown
    send_due(services.engine, FolderSender(folder=folder), key=b"key", base="https://clinic.test")
    assert "waits to be sent" not in admin.get(page).text and len(list(folder.iterdir())) == 2
    assert admin.submit(page, record_number=number, ground="order").status_code == 303
    assert list(folder.iterdir()) == []


PAGES = ("/admin/accounts", "/admin/audit", "/admin/openings", "/admin/retention", "/account")


@pytest.mark.parametrize("address", PAGES)
def test_each_page_has_one_heading_and_says_what_to_do(browser: Open, address: str) -> None:
    shown = browser(Role.ADMINISTRATOR).get(address)
    assert shown.text.count("<h1") == 1
    assert "Next:" in shown.text


def test_a_reason_that_begins_like_a_moment_does_not_shut_the_log(browser: Open, services: Services) -> None:
    reasons = ("2026-03-02Tomorrow", "2026-13-45", "2026-03-02T99:99:99Z", "9999-12-31T23:59:59-12:00")
    with writing(services.engine) as connection:
        for reason in reasons:
            record(
                connection, actor="clinician", action="open chart", subject="chart", detail={"why": reason}
            )
    page = browser(Role.ADMINISTRATOR).get("/admin/audit")
    assert page.status_code == 200 and all(f"why: {reason}" in html.unescape(page.text) for reason in reasons)


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
def test_the_log_refuses_a_day_at_the_ends_of_the_calendar(
    browser: Open, services: Services, day: str
) -> None:
    with writing(services.engine) as connection:
        save_practice(connection, two_offices(), actor="administrator")
    page = browser(Role.ADMINISTRATOR).get(f"/admin/audit?day={day}")
    assert page.status_code == 200 and "That is no day" in page.text
