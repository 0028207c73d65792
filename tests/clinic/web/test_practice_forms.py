"""Claims: an administrator changes the practice by forms; what is wrong stands beside its field; what a change means
for booked visits is listed before it is saved, and no visit is lost."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from html import unescape

import pytest

from clinic_apps import Browser
from clinic_charts import Clock
from spondyl.booking import OpenSpan, Practice, Shift, Wish
from spondyl.clinic.chart.accounts import Account
from spondyl.clinic.chart.appointment_rows import appointment, appointments_of
from spondyl.clinic.chart.appointments import book
from spondyl.clinic.chart.free_times import next_free
from spondyl.clinic.chart.people import Person
from spondyl.clinic.chart.practice import practice_of, save_practice
from spondyl.clinic.chart.roles import Role
from spondyl.clinic.chart.transaction import reading, writing
from spondyl.clinic.sample_practice import beginning_practice, sample_practice
from spondyl.clinic.web.services import Services

PAGE = "/calendar/practice"
FORMS = (
    "offices/yorba-linda",
    "offices/orange",
    "providers/lind",
    "providers/park",
    "visits/consultation",
    "visits/adjustment",
    "general",
)


@pytest.fixture
def described(services: Services, clock: Clock) -> Services:
    """A clinic with the sample's practice."""
    clock.advance(timedelta(hours=-1))  # Monday 2 March 2026, 07:00 in California
    with writing(services.engine) as connection:
        save_practice(connection, sample_practice(), actor="test")
    return services


@pytest.fixture
def admin(browser: Callable[[Role], Browser], described: Services) -> Browser:
    assert described
    return browser(Role.ADMINISTRATOR)


def fields(text: str) -> dict[str, str]:
    """What the browser would send of a page's first form with a version."""
    form = next(one for one in re.findall(r"<form.*?</form>", text, re.S) if 'name="version"' in one)
    sent: dict[str, str] = {}
    for tag in re.findall(r"<input[^>]*>", form):
        name, value = re.search(r' name="([^"]+)"', tag), re.search(r' value="([^"]*)"', tag)
        if name and ('type="checkbox"' not in tag or " checked" in tag):
            sent[name[1]] = unescape(value[1]) if value else ""
    for name, choices in re.findall(r'<select[^>]* name="([^"]+)"[^>]*>(.*?)</select>', form, re.S):
        chosen = re.search(r'<option value="([^"]*)" selected', choices)
        sent[name] = chosen[1] if chosen else re.findall(r'value="([^"]*)"', choices)[0]
    return sent


def send(admin: Browser, form: str, sent: dict[str, str], step: str):
    return admin.post(f"{PAGE}/{form}", data={**sent, "csrf": admin.csrf(), "step": step})


def changed(admin: Browser, form: str, **new: str) -> tuple[dict[str, str], str]:
    """The form's fields with some changed, and the page that answers."""
    sent = fields(admin.get(f"{PAGE}/{form}").text) | {
        name.replace("__", "-"): value for name, value in new.items()
    }
    return sent, unescape(send(admin, form, sent, "preview").text)


def saved(admin: Browser, form: str, **new: str) -> None:
    sent, _ = changed(admin, form, **new)
    answer = send(admin, form, sent, "save")
    assert answer.status_code == 303, answer.text


def now_of_practice(services: Services) -> Practice:
    with reading(services.engine) as connection:
        return practice_of(connection)


@pytest.fixture
def visit(described: Services, patient: Person) -> str:
    """The patient is booked with Dr Lind at Yorba Linda, first thing on the day that is free."""
    with writing(described.engine) as connection:
        wish = Wish(visit_type="follow-up", office="yorba-linda", provider="lind", person=patient.id)
        return book(connection, next_free(connection, wish)[0], person=patient.id, actor="test").key


@pytest.mark.parametrize("form", FORMS)
def test_a_form_that_is_sent_as_it_came_changes_nothing(
    admin: Browser, services: Services, form: str
) -> None:
    before = now_of_practice(services)
    _, shown = changed(admin, form)
    assert "this is how it stands already" in shown
    saved(admin, form)
    assert now_of_practice(services) == before


def test_hours_telephone_address_closures_and_rooms_of_an_office(admin: Browser, services: Services) -> None:
    new = {
        "telephone": "(714) 555-0199",
        "address": "New Street 7",
        "hours__5__0__from": "09:00",
        "hours__5__0__to": "12:30",
        "hours__0__0__to": "12:00",
        "hours__0__1__from": "13:00",
        "hours__0__1__to": "18:00",
        "closed__0__from": "2026-12-24",
        "closed__0__to": "2026-12-26",
        "closed__1__from": "2026-07-03",
        "room__3__name": "Room 3",
        "instrument__1__name": "Second instrument",
    }
    _, shown = changed(admin, "offices/orange", **new)
    assert "8:00 am to 12:00 pm and 1:00 pm to 6:00 pm" in shown
    assert "3 Jul 2026, 24 Dec 2026 to 26 Dec 2026" in shown
    assert now_of_practice(services) == sample_practice()  # nothing is saved by looking
    saved(admin, "offices/orange", **new)
    after = now_of_practice(services)
    office = after.office("orange")
    assert (office.telephone, office.address) == ("(714) 555-0199", "New Street 7")
    assert OpenSpan(weekday=5, from_min=540, to_min=750) in office.hours
    assert office.closed == (date(2026, 7, 3), *(date(2026, 12, day) for day in (24, 25, 26)))
    assert [one.name for one in after.rooms if one.office == "orange"][-1] == "Room 3"
    assert len([one for one in after.instruments if one.office == "orange"]) == 2
    assert after.office("yorba-linda") == sample_practice().office("yorba-linda")


@pytest.mark.parametrize(
    ("form", "new", "field", "words"),
    [
        ("offices/orange", {"telephone": "call me"}, "telephone", "no number to dial"),
        ("offices/orange", {"name": " "}, "name", "Write the name"),
        ("offices/orange", {"zone": "Mars/Base"}, "zone", "not in tzdata"),
        ("offices/orange", {"hours__1__0__to": "07:00"}, "hours-1-0", "07:00 is not after 08:00"),
        ("offices/orange", {"hours__1__0__to": ""}, "hours-1-0", "from when until when"),
        ("offices/orange", {"hours__1__0__to": "17:03"}, "hours-1-0", "on five minutes"),
        ("offices/orange", {"hours__1__1__from": "10:00", "hours__1__1__to": "19:00"}, "hours-1-1", "before it ends"),
        ("offices/orange", {"closed__0__from": "2026-12-26", "closed__0__to": "2026-12-24"}, "closed-0", "be before"),
        ("providers/lind", {"at-orange__2__0__from": "09:00"}, "at-orange-2-0", "from when until when"),
        ("visits/follow-up", {"duration": "22"}, "duration", "22 is no number of minutes"),
        ("visits/follow-up", {"name_es": ""}, "name_es", "Write this"),
        ("visits/follow-up", {"name": "adjustment"}, "name", "Another kind of visit is named adjustment"),
        ("offices/new", {"name": "Órange"}, "name", "Another office is named Órange"),
        ("offices/orange", {"address": "Long Street " * 30}, "address", "has 359 characters; it holds at most 200"),
        ("providers/lind", {"name": "L" * 81}, "name", "it holds at most 80. Shorten it: nothing was cut off"),
        ("offices/orange", {"room__4__name": "x" * 400}, "rooms", f"“{'x' * 40}…” has 400 characters"),
        ("general", {"every": "25"}, "every", "do not divide the hour"),
        ("general", {"way-yorba-linda-orange": "x"}, "way-yorba-linda-orange", "no number of minutes"),
    ],
)  # fmt: skip
def test_what_is_wrong_stands_beside_its_field_and_nothing_is_saved(
    admin: Browser, services: Services, form: str, new: dict[str, str], field: str, words: str
) -> None:
    sent, shown = changed(admin, form, **new)
    problem = re.search(rf'id="p-{field}">(.*?)</p>', shown, re.S)
    assert problem and words in problem[1]
    assert rf'aria-describedby="p-{field}"' in shown or f"p-{field}" in shown
    assert send(admin, form, sent, "save").status_code == 422
    assert now_of_practice(services) == sample_practice()
    kept = fields(shown)
    assert {name: kept[name.replace("__", "-")] for name in new} == new  # what was typed is still there


def test_a_visit_that_would_stand_outside_is_listed_before_and_after_and_stays_booked(
    admin: Browser, services: Services, patient: Person, visit: str
) -> None:
    monday_off = {"at-yorba-linda__0__0__from": "", "at-yorba-linda__0__0__to": ""}
    _, shown = changed(admin, "providers/lind", **monday_off)
    assert (
        "1 booked visit would stand outside" in shown and "<h1>What this changes: Dr Mara Lind</h1>" in shown
    )
    assert f"/calendar/visits/{visit}" in shown and "does not work there then" in shown
    saved(admin, "providers/lind", **monday_off)
    overview = admin.get(PAGE).text
    assert "Visits outside the hours: 1" in overview and f"/calendar/visits/{visit}" in overview
    with reading(services.engine) as connection:
        (still,) = appointments_of(connection, patient.id)
    assert still.key == visit
    assert f"/calendar/visits/{visit}" in admin.get(f"/calendar?day={still.wall.date()}").text
    assert admin.get(f"/calendar/visits/{visit}").status_code == 200
    _, again = changed(admin, "offices/orange", address="Elsewhere 3")
    assert "0 booked visits would stand outside" in again  # that one stood outside before


@pytest.mark.usefixtures("visit")
def test_what_a_coming_visit_names_cannot_be_taken_out(admin: Browser, services: Services) -> None:
    version = fields(admin.get(f"{PAGE}/providers/lind").text)["version"]
    for form in ("offices/yorba-linda", "providers/lind", "visits/follow-up"):
        answer = admin.submit(f"{PAGE}/{form}", version=version, remove="yes", step="save")
        assert answer.status_code == 422 and "1 coming visit needs this" in answer.text, form
        assert fields(answer.text) == fields(admin.get(f"{PAGE}/{form}").text), form
    _, shown = changed(admin, "offices/yorba-linda", room__1__name="", room__2__name="")
    assert "1 coming visit needs Room 1: move or cancel it first" in shown
    assert now_of_practice(services) == sample_practice()


def test_what_only_past_visits_name_is_taken_out_and_they_keep_its_name(
    admin: Browser,
    browser: Callable[[Role], Browser],
    services: Services,
    clock: Clock,
    patient: Person,
    visit: str,
) -> None:
    with reading(services.engine) as connection:
        past = appointment(connection, visit)
    clock.moment = past.start + timedelta(days=7)
    admin, desk = browser(Role.ADMINISTRATOR), browser(Role.FRONT_DESK)
    rooms = [one for one in sample_practice().rooms if one.office == "yorba-linda"]
    row = [one.key for one in rooms].index(past.placement.room)
    saved(admin, "offices/yorba-linda", **{f"room__{row}__name": ""})
    version = fields(admin.get(f"{PAGE}/providers/lind").text)["version"]
    answer = admin.submit(f"{PAGE}/providers/lind", version=version, remove="yes", step="save")
    assert answer.status_code == 303
    after = now_of_practice(services)
    assert "lind" not in [one.key for one in after.providers]
    assert past.placement.room not in [one.key for one in after.rooms]
    shown = unescape(desk.get(f"/calendar/visits/{visit}").text)
    assert "Dr Mara Lind" in shown and rooms[row].name in shown
    for by in ("provider", "room", "office"):  # that day still has its column, the days to come do not
        assert f"/calendar/visits/{visit}" in desk.get(f"/calendar?day={past.wall.date()}&by={by}").text
    today = desk.get(f"/calendar?day={clock().date()}").text
    assert "Dr Mara Lind" not in today and "Dr Jun Park" in today
    offered, _, been = desk.get(f"/patients/{patient.id}/visits").text.partition("Past visits")
    assert "Dr Mara Lind" not in offered and "Dr Mara Lind" in been
    saved(admin, "providers/new", name="Dr Mara Lind")  # somebody else of that name
    assert "lind" not in [one.key for one in now_of_practice(services).providers]


def test_who_works_nowhere_any_more_is_no_column_and_no_choice_of_the_waitlist(
    browser: Callable[[Role], Browser], described: Services, patient: Person
) -> None:
    with writing(described.engine) as connection:
        practice = sample_practice()
        lind = replace(practice.provider("lind"), shifts=())
        others = (one for one in practice.providers if one.key != "lind")
        save_practice(connection, replace(practice, providers=(lind, *others)), actor="test")
    desk = browser(Role.FRONT_DESK)
    assert 'Away<span class="unseen">: Dr Mara Lind' not in desk.get("/calendar").text
    waiting = desk.get(f"/patients/{patient.id}/visits").text
    assert "Dr Jun Park</option>" in waiting and "Dr Mara Lind</option>" not in waiting


@pytest.mark.parametrize("step", ["preview", "save"])
@pytest.mark.parametrize("kind", ["offices", "providers", "visits"])
def test_what_is_not_kept_yet_is_not_taken_out(
    admin: Browser, services: Services, kind: str, step: str
) -> None:
    version = fields(admin.get(f"{PAGE}/{kind}/new").text)["version"]
    answer = admin.submit(f"{PAGE}/{kind}/new", version=version, remove="yes", step=step)
    assert answer.status_code == 422 and "nothing to take out" in answer.text
    assert now_of_practice(services) == sample_practice()


def test_things_that_no_visit_names_come_and_go(admin: Browser, services: Services) -> None:
    saved(admin, "offices/new", name="Brea Étage 2", zone="America/Los_Angeles", room__0__name="Room 1")
    saved(
        admin,
        "providers/new",
        name="Dr New",
        **{"at-brea-etage-2__1__0__from": "09:00", "at-brea-etage-2__1__0__to": "12:00"},
    )
    saved(admin, "visits/new", name="Advice", name_es="Consejo", duration="15", public="yes")
    grown = now_of_practice(services)
    assert [one.key for one in grown.offices] == ["yorba-linda", "orange", "brea-etage-2"]
    assert grown.provider("dr-new").shifts[0].office == "brea-etage-2"
    assert grown.visit_type("advice").public
    for form in ("offices/brea-etage-2", "providers/dr-new", "visits/advice"):
        version = fields(admin.get(f"{PAGE}/{form}").text)["version"]
        assert (
            "Take it out"
            in admin.submit(f"{PAGE}/{form}", version=version, remove="yes", step="preview").text
        )
        assert admin.submit(f"{PAGE}/{form}", version=version, remove="yes", step="save").status_code == 303
    assert now_of_practice(services) == sample_practice()


def test_every_stretch_of_a_day_is_shown_and_none_is_lost_on_save(admin: Browser, services: Services) -> None:
    thrice = tuple(
        OpenSpan(weekday=0, from_min=60 * begin, to_min=60 * end)
        for begin, end in ((8, 10), (11, 13), (15, 18))
    )
    practice = sample_practice()
    office = practice.office("orange")
    hours = tuple(
        sorted((*thrice, *(one for one in office.hours if one.weekday)), key=lambda one: one.weekday)
    )
    lind = practice.provider("lind")
    shifts = (*lind.shifts, *(Shift(office="orange", span=span) for span in thrice))
    with writing(services.engine) as connection:
        changed_practice = replace(
            practice,
            offices=tuple(replace(one, hours=hours) if one == office else one for one in practice.offices),
            providers=tuple(
                replace(one, shifts=shifts) if one == lind else one for one in practice.providers
            ),
        )
        save_practice(connection, changed_practice, actor="test")
    saved(admin, "offices/orange", telephone="714-555-0100")
    saved(admin, "providers/lind", name="Dr Mara Lind, DC")
    after = now_of_practice(services)
    assert after.office("orange").hours == hours
    assert set(after.provider("lind").shifts) == set(shifts)
    saved(admin, "offices/orange", hours__0__3__from="19:00", hours__0__3__to="20:00")
    mondays = [one for one in now_of_practice(services).office("orange").hours if one.weekday == 0]
    assert mondays == [*thrice, OpenSpan(weekday=0, from_min=19 * 60, to_min=20 * 60)]


def test_two_administrators_do_not_overwrite_each_other(admin: Browser, services: Services) -> None:
    sent = fields(admin.get(f"{PAGE}/offices/orange").text)
    saved(admin, "offices/orange", telephone="714-555-0188")
    answer = send(admin, "offices/orange", sent | {"address": "Old 1"}, "save")
    assert answer.status_code == 422 and "Somebody changed the practice" in answer.text
    assert now_of_practice(services).office("orange").telephone == "714-555-0188"


def test_a_clinician_s_day_begins_with_their_own_visits(
    admin: Browser,
    browser: Callable[[Role], Browser],
    staff: dict[Role, Account],
    visit: str,
) -> None:
    clinician = browser(Role.CLINICIAN)
    assert f"/calendar/visits/{visit}" in clinician.get("/today").text
    saved(admin, "providers/park", account=staff[Role.CLINICIAN].id)
    own, everybody = clinician.get("/today").text, clinician.get("/today?everyone=true").text
    assert "Your next visits" in own or "You have no visits today" in own
    assert visit not in own and visit in everybody
    assert visit in browser(Role.FRONT_DESK).get("/today").text
    _, shown = changed(admin, "providers/lind", account=staff[Role.CLINICIAN].id)
    assert "belongs to Dr Jun Park" in shown


def test_a_clinic_without_a_practice_begins_with_the_sample(
    browser: Callable[[Role], Browser], services: Services
) -> None:
    admin = browser(Role.ADMINISTRATOR)
    assert "Begin with these two offices" in admin.get(PAGE).text
    assert admin.submit(PAGE).status_code == 303
    assert now_of_practice(services) == beginning_practice()
    assert admin.submit(PAGE).status_code == 409


def test_the_public_page_stays_closed_and_says_nothing_made_up_until_the_clinic_opens_it(
    browser: Callable[[Role], Browser],
) -> None:
    admin, visitor = browser(Role.ADMINISTRATOR), browser(Role.NOBODY)
    assert "Demo Street" not in admin.get(PAGE).text and "555-01" not in admin.get(PAGE).text
    admin.submit(PAGE)
    page = admin.get(PAGE).text
    assert "type the address and telephone of Yorba Linda and Orange, then set" in page
    assert "until then the public page is closed" in page
    closed = visitor.get("/book")
    assert closed.status_code == 200 and "Booking online is not open yet" in closed.text
    assert visitor.get("/book/times?office=orange").status_code == 404
    saved(admin, "offices/yorba-linda", address="12 Real Road", telephone="714-222-3344")
    saved(admin, "offices/orange", address="3 True Lane", telephone="714-222-3355")
    assert "Next:</strong> set &#34;Patients book it themselves&#34;" in admin.get(PAGE).text
    assert "not open yet" in visitor.get("/book").text
    saved(admin, "visits/consultation", public="yes")
    opened = visitor.get("/book").text
    assert "not open yet" not in opened and "12 Real Road" in opened and "Demo" not in opened
    assert "until then the public page is closed" not in admin.get(PAGE).text


def test_no_provider_shares_an_account() -> None:
    practice = sample_practice()
    twice = tuple(replace(one, account="a") for one in practice.providers)
    with pytest.raises(ValueError, match="same account"):
        replace(practice, providers=twice)
