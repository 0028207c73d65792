"""Claims: a patient is found however the name was typed, exact names first; who is known gets no second chart."""

from collections.abc import Callable

import pytest
import sqlalchemy as sa

from clinic_apps import Browser
from spondyl.clinic.chart.known_person import find_or_add
from spondyl.clinic.chart.migrations import upgrade
from spondyl.clinic.chart.people import PersonDetails, add_person, find_people
from spondyl.clinic.chart.roles import Role
from spondyl.clinic.chart.tables import people
from spondyl.clinic.chart.transaction import reading, writing
from spondyl.clinic.web.services import Services

PHONE = "714 555 0100"


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


def test_the_list_says_when_more_patients_fit_than_it_shows(
    browser: Callable[[Role], Browser], services: Services
) -> None:
    with writing(services.engine) as connection:
        add_lilianas(connection)
    desk = browser(Role.FRONT_DESK)
    assert "Only the first 50 are shown" in desk.get("/patients?q=alvarez").text
    assert "Only the first" not in desk.get("/patients?q=alvarez 7").text
