"""Claims: a patient is found however the name was typed, exact names first; who is known gets no second chart."""

import html
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
import sqlalchemy as sa

from clinic_apps import Browser
from clinic_bookings import slot_at
from practices import two_offices, utc
from spondyl.clinic.chart.accounts import Account
from spondyl.clinic.chart.appointments import book
from spondyl.clinic.chart.guard import restrict
from spondyl.clinic.chart.known_person import called_alike, find_or_add, perhaps_same
from spondyl.clinic.chart.migrations import upgrade
from spondyl.clinic.chart.people import PersonDetails, add_person, find_people
from spondyl.clinic.chart.practice import save_practice
from spondyl.clinic.chart.roles import Role
from spondyl.clinic.chart.tables import people
from spondyl.clinic.chart.transaction import reading, writing
from spondyl.clinic.web.services import Services

PHONE = "714 555 0100"
AMELIA = PersonDetails(
    given_name="Amelia",
    family_name="Demo-Hart",
    birth_date=date(1980, 4, 12),
    phone=PHONE,
    email="Amelia@example.org",
)


def add(connection: sa.Connection, given: str, family: str) -> str:
    details = PersonDetails(given_name=given, family_name=family, phone=PHONE)
    return add_person(connection, details, actor="desk").id


def add_lilianas(connection: sa.Connection) -> None:
    for number in range(60):
        add(connection, "Liliana", f"Alvarez {number}")


@pytest.mark.parametrize("typed", ["An Li", "li an", "Li"])
def test_an_exact_name_comes_before_names_that_only_hold_the_letters(engine: sa.Engine, typed: str) -> None:
    with writing(engine) as connection:
        add_lilianas(connection)
        li = add(connection, "An", "Li")
        assert find_people(connection, typed)[0].id == li


def test_a_short_name_among_many_longer_ones_gets_no_second_chart(engine: sa.Engine) -> None:
    with writing(engine) as connection:
        add_lilianas(connection)
        li = add(connection, "An", "Li")
        again = PersonDetails(given_name="An", family_name="Li", phone="+1 (714) 555-0100")
        assert find_or_add(connection, again, actor="public").id == li


def test_a_second_surname_or_given_name_more_or_less_is_called_alike(engine: sa.Engine) -> None:
    with writing(engine) as connection:
        names = ("García", "García López", "García-López", "Garcia de Ruiz")
        alike = [add(connection, "María", family) for family in names]
        alike.append(add(connection, "Maria Elena", "GARCÍA"))
        for given, family in (("Rosa", "García"), ("María", "Garcíaparra"), ("María", "López García")):
            add(connection, given, family)
        for family in ("García", "garcia  lopez", "García-Pérez"):
            asked = PersonDetails(given_name="maría", family_name=family, phone="+1 (714) 555-0100")
            assert [one.id for one in called_alike(connection, asked)] == alike
        for odd in ("-", "´"):
            assert called_alike(connection, PersonDetails(given_name="-", family_name=odd, phone=PHONE)) == []


@pytest.mark.parametrize(
    ("kept", "typed"),
    [
        (("Sean", "O’Neil"), ("Sean", "O'Neil")),
        (("Sean", "OʼNeil"), ("sean", "O‘Neil")),
        (("José", "Ruiz"), ("Jose", "Ruiz")),
        (("Ana  Maria", "Ruiz"), ("Ana Maria", "Ruiz")),
        (("Ana Maria", "Ruiz"), ("Ana", "Maria Ruiz")),
    ],
)
def test_another_way_to_write_a_name_is_the_same_patient(
    engine: sa.Engine, kept: tuple[str, str], typed: tuple[str, str]
) -> None:
    with writing(engine) as connection:
        known = add(connection, *kept)
        assert [one.id for one in find_people(connection, " ".join(typed))] == [known]
        again = PersonDetails(given_name=typed[0], family_name=typed[1], phone=PHONE)
        assert find_or_add(connection, again, actor="public").id == known


def test_the_same_words_in_another_order_are_another_patient(engine: sa.Engine) -> None:
    with writing(engine) as connection:
        known = add(connection, "James", "Thomas")
        other = PersonDetails(given_name="Thomas", family_name="James", phone=PHONE)
        assert find_or_add(connection, other, actor="public").id != known


def test_names_kept_before_are_folded_anew_and_an_erased_one_stays_empty(engine: sa.Engine) -> None:
    with writing(engine) as connection:
        known, erased = add(connection, "Ana  Maria", "O’Neil"), add(connection, "erased", "erased")
        for one, name in ((known, "o’neil ana  maria"), (erased, "")):
            connection.execute(people.update().where(people.c.id == one).values(folded_name=name))
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '0007_hashed_resources'"))
    upgrade(engine)
    with reading(engine) as connection:
        assert [one.id for one in find_people(connection, "O'Neil")] == [known]
        rows = connection.execute(sa.select(people.c.id, people.c.folded_name)).all()
        names = {row.id: row.folded_name for row in rows}
        assert names == {known: "o'neil ana maria", erased: ""}


@pytest.mark.parametrize(
    "typed",
    [
        "Demo-Hart, Amelia",
        "demo-hart, a.",
        "12 April 1980",
        "1980-04-12",
        "Hart 12 Apr 1980",
        "(714) 555-0100",
        "7145550100",
        "555 0100",
        "amelia@example.org",
    ],
)
def test_a_patient_is_found_by_what_the_desk_knows(engine: sa.Engine, typed: str) -> None:
    with writing(engine) as connection:
        amelia = add_person(connection, AMELIA, actor="desk")
        born = date(1980, 4, 13)
        add_person(
            connection, PersonDetails(given_name="Rosa", family_name="Ruiz", birth_date=born), actor="desk"
        )
        assert find_people(connection, typed) == [amelia]


def test_a_record_number_comes_before_telephones_that_hold_its_digits(engine: sa.Engine) -> None:
    with writing(engine) as connection:
        add(connection, "Ana", "Alvarez")
        known = add(connection, "Rosa", "Ruiz")
        change = people.update().where(people.c.id == known)
        connection.execute(change.values(record_number=5550100))
        assert find_people(connection, "5550100")[0].id == known
        assert len(find_people(connection, "5550100")) == 2


@pytest.mark.parametrize(
    "again",
    [
        {"given_name": "amelia", "family_name": "Demo-Hart", "birth_date": "1980-04-12"},
        {"given_name": "Amelia", "family_name": "Demo-Hart"},
        {"given_name": "Amelia", "family_name": "Demo Hart Ruiz", "birth_date": "1980-04-12"},
        {"given_name": "Mia", "family_name": "Hart", "phone": "+1 (714) 555-0100"},
    ],
)
def test_the_desk_sees_who_may_be_this_patient_before_a_second_chart_is_made(
    browser: Callable[[Role], Browser], services: Services, again: dict[str, str]
) -> None:
    with writing(services.engine) as connection:
        known = add_person(connection, AMELIA, actor="desk")
    desk = browser(Role.FRONT_DESK)
    asked = desk.submit("/patients/new", **again)
    assert asked.status_code == 422
    assert f'href="/patients/{known.id}"' in asked.text and "Another person: add" in asked.text
    assert f'name="others" value="{known.record_number}"' in asked.text
    assert desk.submit("/patients/new", **again, others="999").status_code == 422
    assert desk.submit("/patients/new", **again, others=str(known.record_number)).status_code == 303


ANA = PersonDetails(given_name="Ana", family_name="Lopez", birth_date=date(1990, 5, 6), phone=PHONE)


@pytest.mark.parametrize(
    ("changed", "is_hinted"),
    [
        ({"family_name": "Lopez Garcia", "phone": ""}, True),
        ({"family_name": "López-Garcia", "birth_date": None, "phone": "+1 (714) 555-0100"}, True),
        ({"given_name": "Ana Maria", "birth_date": date(1990, 6, 5)}, True),
        ({"birth_date": None, "phone": ""}, True),
        ({"given_name": "Rosa", "birth_date": date(2015, 1, 2)}, False),
        ({"given_name": "Rosa", "birth_date": None}, False),
        ({"given_name": "Rosa"}, False),
        ({"birth_date": date(1970, 1, 2), "phone": ""}, False),
        ({"family_name": "Lopez Garcia", "birth_date": None, "phone": ""}, False),
        ({"given_name": "Rosa", "family_name": "Ruiz", "phone": ""}, False),
    ],
)
def test_a_chart_that_may_be_the_same_person_s_is_named_on_both(
    engine: sa.Engine, changed: dict[str, Any], is_hinted: bool
) -> None:
    with writing(engine) as connection:
        one = add_person(connection, ANA, actor="desk")
        other = add_person(connection, replace(ANA, **changed), actor="public")
        add_person(connection, AMELIA, actor="desk")
        found = perhaps_same(connection, [one, other], shut=())
    assert found == ({one.id: [other], other.id: [one]} if is_hinted else {})


def test_staff_see_on_the_overview_and_on_the_day_that_another_chart_may_be_this_patient_s(
    browser: Callable[[Role], Browser], services: Services, staff: dict[Role, Account]
) -> None:
    with writing(services.engine) as connection:
        one = add_person(connection, ANA, actor="desk")
        other = add_person(connection, replace(ANA, family_name="Lopez Garcia"), actor="public")
        save_practice(connection, two_offices(), actor="test")
        book(connection, slot_at(utc(2, 18)), person=other.id, actor="public")
    desk = browser(Role.FRONT_DESK)
    for here, there in ((one, other), (other, one)):
        shown = desk.get(f"/patients/{here.id}").text
        assert f'<a href="/patients/{there.id}"><strong>{there.full_name}, record' in shown
        assert "look at the intake and the plan of each before you treat" in shown
        assert "ask whether the other chart is this patient" in shown
    assert f'href="/patients/{other.id}">perhaps two charts</a>' in desk.get("/today").text
    with writing(services.engine) as connection:
        restrict(connection, one.id, account_ids=[staff[Role.CLINICIAN].id], actor="test")
    shut = desk.get(f"/patients/{other.id}")
    assert shut.status_code == 200 and one.id not in shut.text
    assert "perhaps two charts" not in desk.get("/today").text
    doctor = browser(Role.CLINICIAN)
    assert other.id in doctor.get(f"/patients/{one.id}").text
    assert "perhaps two charts" in doctor.get("/today?everyone=1").text


def test_one_of_the_same_name_born_on_another_day_is_added_at_once(
    browser: Callable[[Role], Browser], services: Services
) -> None:
    with writing(services.engine) as connection:
        add_person(connection, AMELIA, actor="desk")
    again = {"given_name": "Amelia", "family_name": "Demo-Hart", "birth_date": "2001-04-12"}
    assert browser(Role.FRONT_DESK).submit("/patients/new", **again).status_code == 303


def test_the_list_goes_on_where_more_patients_fit_than_a_page_shows(
    browser: Callable[[Role], Browser], services: Services
) -> None:
    with writing(services.engine) as connection:
        add_lilianas(connection)
    desk = browser(Role.FRONT_DESK)
    first = desk.get("/patients?q=alvarez").text
    assert "These are 1 to 50" in first
    link = re.search(r'href="(/patients\?q=alvarez[^"]+)"', first)
    assert link
    rest = desk.get(html.unescape(link[1])).text
    assert "These are 51 to 60" in rest
    shown = [re.findall(r'href="/patients/(\w{8,})"', text) for text in (first, rest)]
    assert len(set(shown[0]) | set(shown[1])) == 60
    assert "More patients fit" not in desk.get("/patients?q=alvarez 7").text
