"""Claims: a page and a red line tell whom a film's header names; a film goes to nobody by itself on a doubtful word."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from clinic_apps import Browser
from clinic_films import film_arrives
from spondyl.clinic.chart.films import films_of
from spondyl.clinic.chart.people import Person, PersonDetails, add_person
from spondyl.clinic.chart.roles import Role
from spondyl.clinic.chart.transaction import reading, writing
from spondyl.clinic.films.owner import header_names, likely_owners, owner_warning
from spondyl.clinic.films.service import FilmService
from spondyl.clinic.films.take_in import take_arrivals
from spondyl.clinic.web.services import Services
from spondyl.radiograph import FilmHeader

BORN, ELSE, FILMED = date(1970, 5, 3), date(1970, 3, 5), date(2026, 5, 2)


@pytest.fixture
def rosa(services: Services) -> Person:
    details = PersonDetails(given_name="Rosa", family_name="Test-Vega", birth_date=BORN, synthetic=True)
    with writing(services.engine) as connection:
        return add_person(connection, details, actor="test")


def sent(films: FilmService, services: Services, phantoms: Path, **header: str) -> None:
    """A lateral film from the X-ray unit with such a header, taken in and read."""
    film_arrives(films, phantoms / "phantom_0003_lateral.dcm", **header)
    assert take_arrivals(services.engine, films.store) == 1
    while films.worker.work_once():
        pass


def test_number_and_name_do_not_outweigh_another_birth_or_age(
    films: FilmService, services: Services, rosa: Person, phantoms: Path
) -> None:
    fits = {"PatientName": "TEST-VEGA^ROSA", "PatientID": str(rosa.record_number)}
    for born, age, hers in (("19700305", "", 0), ("19700503", "", 1), ("", "", 2), ("", "003Y", 2)):
        sent(films, services, phantoms, PatientBirthDate=born, PatientAge=age, **fits)
        with reading(services.engine) as connection:
            assert len(films_of(connection, rosa.id)) == hers
    with reading(services.engine) as connection:
        assert len(films_of(connection, None)) == 2
    films.stop()


def test_the_desk_is_told_whom_the_header_names_and_who_that_may_be(
    films: FilmService,
    services: Services,
    rosa: Person,
    patient: Person,
    browser: Callable[[Role], Browser],
    phantoms: Path,
) -> None:
    sent(films, services, phantoms, PatientName="TEST-VEGA^ROSE", PatientID="7^<b>", PatientSex="F")
    page = browser(Role.FRONT_DESK).get("/films").text
    assert "header names <strong>TEST-VEGA ROSE, number 7^&lt;b&gt;</strong>" in page
    may_mean, others = page.split('label="The header may mean"')[1].split("</optgroup>")[:2]
    assert f'value="{rosa.id}">Rosa Test-Vega' in may_mean and "born 3 May 1970" in may_mean
    assert patient.full_name.split()[0] not in may_mean and patient.id in others
    films.stop()


def test_likely_are_those_of_number_then_name_then_family(
    services: Services, rosa: Person, patient: Person
) -> None:
    def likely(number: str | None, name: str | None) -> list[str]:
        with reading(services.engine) as connection:
            found = likely_owners(connection, FilmHeader(patient_id=number, patient_name=name))
        return [one.id for one in found]

    assert likely(str(patient.record_number), "Vega^Rosa") == [patient.id, rosa.id]
    assert likely(None, "TEST-VEGA^R") == [rosa.id]
    assert likely("99999999", "^") == likely(None, None) == []


@pytest.mark.parametrize(
    ("header", "words"),
    [
        (FilmHeader(), None),
        (FilmHeader(patient_name="Test-Vega^Rosa", birth_date=BORN), None),
        (FilmHeader(patient_name="Test-Vega^Rosa"), None),
        (
            FilmHeader(patient_name="Vega^Rosa", birth_date=BORN),
            "header names Vega Rosa, but this is the chart",
        ),
        (
            FilmHeader(patient_name="Test-Vega^Rosa", birth_date=ELSE),
            "says born 5 March 1970, but the chart of Rosa",
        ),
        (FilmHeader(birth_date=ELSE), "Test-Vega says 3 May 1970. Make sure"),
        (FilmHeader(age_years=53.0, study_date=FILMED), None),  # she was 55
        (FilmHeader(age_years=57.5, study_date=FILMED), "says 57 years of age, but by the day of birth"),
        (FilmHeader(age_years=52.9, study_date=FILMED), "Rosa Test-Vega was 55 when it was taken. Make sure"),
        (FilmHeader(age_years=30.0), None),
        (
            FilmHeader(study_date=date(1970, 5, 2)),
            "taken on 2 May 1970, but the chart of Rosa Test-Vega says",
        ),
    ],
)
def test_a_red_line_where_the_header_is_of_somebody_else(
    rosa: Person, header: FilmHeader, words: str | None
) -> None:
    told = owner_warning(header, rosa)
    assert told is None if words is None else told is not None and words in told


def test_a_header_in_words() -> None:
    assert (
        header_names(FilmHeader()) == header_names(FilmHeader(patient_name="^", patient_id=" ")) == "nobody"
    )
    named = FilmHeader(patient_name="Vega^Rosa^^Dr", patient_id="A-7", birth_date=BORN)
    assert header_names(named) == "Vega Rosa Dr, number A-7, born 3 May 1970"
