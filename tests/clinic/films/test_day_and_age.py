"""Claims: of a film whose file does not say when it was taken a person can say it, and where the header says no age the
chart's day of birth gives it; both are told as what they are, what was signed stays, and a day that cannot be is not
kept. Ages are counted by hand."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from io import BytesIO

import pytest
from pydicom import dcmread

from audit_rows import entries
from clinic.films.test_signed_films import accept, sign
from clinic_apps import Browser
from spondyl.clinic.care.signed_films import signed_films
from spondyl.clinic.chart.films import Film, films_of, reports_of, save_outcome
from spondyl.clinic.chart.people import Person, change_person
from spondyl.clinic.chart.roles import Role
from spondyl.clinic.chart.transaction import reading, writing
from spondyl.clinic.films.service import FilmService
from spondyl.clinic.web.services import Services

BORN = date(1966, 3, 3)
OLD_NOTE = "Age 59 years was counted from the day of birth in the chart; the header says none."
DAY_NOTE = "That the film was taken on 2 March 2026 was stated by a person; the header does not say when."
UNKNOWN = "the day of birth in the chart gives none."
Undated = Callable[..., Film]


@pytest.fixture
def undated(services: Services, measured: Callable[..., Film], patient: Person) -> Undated:
    """A film in the chart of somebody born on 3 March 1966, whose header says neither age nor birth, nor a day unless
    it is given."""
    with writing(services.engine) as connection:
        change_person(connection, patient.id, replace(patient.details, birth_date=BORN), actor="test")

    def made(stem: str = "phantom_0003_ap", **header: object) -> Film:
        film = measured(stem)
        assert film.facts is not None
        said = {**film.facts["header"], "age_years": None, "birth_date": None, "study_date": None, **header}
        with writing(services.engine) as connection:
            return save_outcome(
                connection,
                film,
                facts=film.facts | {"header": said},
                original=film.original,
                summary=film.summary,
                refusal=None,
            )

    return made


def say(client: Browser, film: Film, day: str) -> str:
    """Say the film's day as the list's form does; what the list says then."""
    form = {"day": day, "csrf": client.csrf()}
    answer = client.post(f"/films/{film.id}/day", data=form)
    assert answer.status_code == 303, answer.text
    return client.get(answer.headers["location"]).text


def reports(films: FilmService, services: Services, film: Film) -> dict[str, bytes]:
    """The files of the newest report."""
    with reading(services.engine) as connection:
        return {name: films.store.get(sha) for name, sha in reports_of(connection, film.id).items()}


def test_the_age_is_that_of_the_chart_on_the_day_of_the_film(films: FilmService, undated: Undated) -> None:
    days = (("phantom_0003_ap", "2026-03-02", 59.0), ("phantom_0004_ap", "2026-03-03", 60.0))
    for stem, day, years in days:
        film = undated(stem, study_date=day)
        facts = films.desk.open(film.id).facts
        assert facts.context.age_years == years
        assert sum("counted from the day of birth in the chart" in note for note in facts.notes) == 1


def test_what_the_header_says_of_the_age_stays(films: FilmService, undated: Undated) -> None:
    facts = films.desk.open(undated(study_date="2026-03-02", age_years=58.0).id).facts
    assert facts.context.age_years == 58.0
    assert not any("chart" in note for note in facts.notes)


def test_a_chart_without_a_day_of_birth_or_a_film_of_nobody_gives_none(
    films: FilmService, services: Services, undated: Undated, patient: Person
) -> None:
    film = undated(study_date="2026-03-02")
    with writing(services.engine) as connection:
        change_person(connection, patient.id, replace(patient.details, birth_date=None), actor="test")
    facts = films.desk.open(film.id).facts
    assert facts.context.age_years is None and not any("chart" in note for note in facts.notes)


def test_a_day_that_was_said_orders_names_and_ages_the_film_and_is_told(
    films: FilmService,
    services: Services,
    browser: Callable[[Role], Browser],
    undated: Undated,
    patient: Person,
) -> None:
    desk, clinician = browser(Role.FRONT_DESK), browser(Role.CLINICIAN)
    other, film = undated("phantom_0004_ap", study_date="2026-03-01"), undated()
    assert films.desk.open(film.id).facts.notes[-1].endswith(UNKNOWN)
    assert "AP film, date unknown" in desk.get(f"/patients/{patient.id}/films").text
    shown = say(desk, film, "2026-03-02")
    assert "AP film of 2 March 2026" in shown and "stated by hand" in shown and 'value="2026-03-02"' in shown
    with reading(services.engine) as connection:
        assert [one.id for one in films_of(connection, patient.id)] == [film.id, other.id]
    facts = films.desk.open(film.id).facts
    assert (facts.context.age_years, facts.notes[-2:]) == (59.0, (DAY_NOTE, OLD_NOTE))
    earlier = clinician.get(f"/api/v1/films/{film.id}/state").json()["earlier"]
    assert [one["title"] for one in earlier] == ["AP film of 1 March 2026"]
    assert "date unknown" in say(desk, film, "")
    with reading(services.engine) as connection:
        told = [one.detail for one in entries(connection) if one.action == "state film's day"][::-1]
    assert told == [{"day": "2026-03-02", "was": None}, {"day": None, "was": "2026-03-02"}]


def test_the_report_tells_both_and_a_signed_one_stays(
    films: FilmService,
    services: Services,
    browser: Callable[[Role], Browser],
    undated: Undated,
    patient: Person,
) -> None:
    client, film = browser(Role.CLINICIAN), undated()
    say(client, film, "2026-03-02")
    sign(client, film, accept(client, film))
    files = reports(films, services, film)
    page = files["html"].decode()
    assert "59 years" in page and DAY_NOTE in page and OLD_NOTE in page
    assert "AP film of 2 March 2026" in page and "the age is unknown" not in page
    structured = dcmread(BytesIO(files["sr"]))
    with films.store.opened(film.content_sha256) as path:
        assert structured.StudyDate == dcmread(path).StudyDate, "of the study, as the file says it"
    with reading(services.engine) as connection:
        (read,) = signed_films(connection, patient.id)
    assert read.seen_on == date(2026, 3, 2)
    assert not any("age is unknown" in one.prevalence for one in read.findings)
    assert "AP film of 1 February 2025" in say(client, film, "2025-02-01")
    assert reports(films, services, film) == files


@pytest.mark.parametrize(
    ("day", "words"),
    [
        ("2026-03-03", "lies in the future"),
        ("1895-11-07", "before the first X-ray picture (1895-11-08)"),
        ("1966-03-02", "before the patient's birth (1966-03-03)"),
        ("2 March", "is no date; write it as 2026-12-31"),
    ],
)
def test_a_day_that_cannot_be_is_not_kept(
    services: Services,
    browser: Callable[[Role], Browser],
    undated: Undated,
    patient: Person,
    day: str,
    words: str,
) -> None:
    film, client = undated(), browser(Role.FRONT_DESK)
    assert words in say(client, film, day).replace("&#39;", "'")
    with reading(services.engine) as connection:
        assert films_of(connection, patient.id)[0].stated_day is None


def test_a_film_that_says_its_day_takes_no_other(
    services: Services, browser: Callable[[Role], Browser], undated: Undated, patient: Person
) -> None:
    film, client = undated(study_date="2026-03-01"), browser(Role.FRONT_DESK)
    assert 'name="day"' not in client.get(f"/patients/{patient.id}/films").text
    assert "own file says when it was taken" in say(client, film, "2026-03-02").replace("&#39;", "'")
    with reading(services.engine) as connection:
        assert films_of(connection, patient.id)[0].stated_day is None
