"""Claims: every red line on the screen leaves with the signed film, in page, PDF, JSON, FHIR, structured report and
referral letter; each names the patient in whose chart the film lies; a signed reading stands until another is signed.

The phantom's header names PHANTOM SPINE, its chart another person; its names are right with 0.6, and T4 is unsure.
"""

import io
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest
from pydicom import Dataset, dcmread
from pypdf import PdfReader

from spondyl.assessment import Assessment
from spondyl.clinic.care.referral import referral_letter
from spondyl.clinic.care.signed_films import SignedFilm, signed_films
from spondyl.clinic.chart.films import Film, reports_of
from spondyl.clinic.chart.people import Person
from spondyl.clinic.chart.transaction import reading
from spondyl.clinic.films.desk import Signer, sent_as_kept
from spondyl.clinic.films.owner import owner_warning
from spondyl.clinic.films.report_files import report_files
from spondyl.clinic.films.service import FilmService
from spondyl.clinic.report.wording import FLAG_TEXT
from spondyl.clinic.result import ChartPatient
from spondyl.clinic.web.services import Services
from spondyl.provenance import Confirmation
from spondyl.radiograph import FilmHeader

DOCTOR = Signer(actor="dr", name="Dr Test")


def accept(films: FilmService, film: Film) -> None:
    films.desk.accept(film.id, sent_as_kept(films.desk.open(film.id)), DOCTOR)


def sign(films: FilmService, film: Film) -> None:
    version = films.desk.open(film.id).film.draft_version
    films.desk.sign(film.id, version=version, signer=DOCTOR)


def letter_lines(services: Services, patient: Person) -> tuple[str, ...]:
    with reading(services.engine) as connection:
        found = signed_films(connection, patient.id)
    letter = referral_letter(
        summary=None, earlier=(), notes=(), plan=None, judged=None, scores=(), films=found
    )
    return next(block.lines for block in letter.blocks if block.heading == "Seen on films")


def resource(bundle: str, kind: str) -> dict[str, Any]:
    return next(e["resource"] for e in json.loads(bundle)["entry"] if e["resource"]["resourceType"] == kind)


def parameters(document: Dataset) -> list[list[str]]:
    """The texts of each group's algorithm parameters (111002 DCM)."""
    (whole,) = [
        one for one in document.ContentSequence if one.ConceptNameCodeSequence[0].CodeValue == "126010"
    ]
    return [
        [
            str(item.TextValue)
            for item in group.ContentSequence
            if item.ValueType == "TEXT" and item.ConceptNameCodeSequence[0].CodeValue == "111002"
        ]
        for group in whole.ContentSequence
    ]


def test_every_red_line_and_flag_leaves_with_the_signed_film(
    services: Services, films: FilmService, doubted_film: Film, patient: Person
) -> None:
    accept(films, doubted_film)
    desk = films.desk.open(doubted_film.id)
    assessed: Assessment = films.desk.assess(desk)
    owner = owner_warning(desk.facts.header, patient)
    assert owner is not None and "PHANTOM SPINE" in owner
    red = (owner, *assessed.red_lines)
    assert any("T4" in line for line in red) and any("one off" in line for line in red)
    sign(films, doubted_film)
    with reading(services.engine) as connection:
        files = {
            name: films.store.get(digest) for name, digest in reports_of(connection, doubted_film.id).items()
        }
    pdf = " ".join(
        " ".join(page.extract_text() for page in PdfReader(io.BytesIO(files["pdf"])).pages).split()
    )
    page = files["html"].decode().replace("&#39;", "'")
    for line in red:
        assert line in page and line in pdf
    assert json.loads(files["json"])["red_lines"] == list(red)
    conclusion = resource(files["fhir"].decode(), "DiagnosticReport")["conclusion"]
    assert [line in conclusion for line in red] == [True] * len(red)
    groups = parameters(dcmread(io.BytesIO(files["sr"])))
    assert len(groups) == len(assessed.measurements)
    for told, measurement in zip(groups, assessed.measurements, strict=True):
        wanted = [f"Check first: {line}" for line in red]
        assert told[1:] == wanted + [f"Check: {FLAG_TEXT[flag]}." for flag in measurement.flags]
    assert any(measurement.flags for measurement in assessed.measurements)
    letter = letter_lines(services, patient)
    for line in red:
        assert sum(line in told for told in letter) == 1
    assert patient.full_name in page and patient.full_name in pdf


@pytest.mark.parametrize("doubt", [None, "The film's header names John Smith."])
def test_a_film_whose_header_names_nobody_is_reported_as_the_charts_patients(
    films: FilmService, measured: Callable[..., Film], doubt: str | None
) -> None:
    film = measured("phantom_0003_ap")
    desk = films.desk.open(film.id)
    header = FilmHeader(patient_id=None if doubt is None else "PAT-7", sex=None if doubt is None else "M")
    picture = replace(films.desk.picture(film), header=header, sop_uid=None)
    chart = ChartPatient(name="Ana Ruiz", birth_date=date(1990, 3, 2), doubt=doubt)
    by = Confirmation(person="Dr Test", at=datetime(2026, 3, 2, tzinfo=UTC))
    facts = replace(desk.facts, header=header)
    files = report_files(desk.reading, films.desk.assess(desk), picture, facts, by, chart)
    assert "sr" not in files
    assert "Chart of" in files["html"].decode()
    assert "Ana Ruiz, born 2 March 1990" in files["html"].decode()
    person = resource(files["fhir"].decode(), "Patient")
    assert (person["name"], person["birthDate"]) == ([{"text": "Ana Ruiz"}], "1990-03-02")
    assert "identifier" not in person and "gender" not in person, "nothing of somebody else's header"


def test_a_signed_reading_stands_until_its_correction_is_signed(
    services: Services, films: FilmService, measured: Callable[..., Film], patient: Person
) -> None:
    film = measured("phantom_0003_ap")
    accept(films, film)
    assert letter_lines(services, patient) == ("No film was read and signed.",)
    sign(films, film)
    signed = letter_lines(services, patient)
    assert len(signed) > 1
    desk = films.desk.open(film.id)
    films.desk.accept(film.id, replace(sent_as_kept(desk), renamed_by=1), DOCTOR)
    assert letter_lines(services, patient) == signed
    sign(films, film)
    assert letter_lines(services, patient) != signed


def test_a_signed_film_without_a_finding_is_told_of_with_its_red_lines() -> None:
    bare = SignedFilm(seen_on=date(2026, 3, 2), red_lines=("T4 is unsure.",), findings=())
    letter = referral_letter(
        summary=None, earlier=(), notes=(), plan=None, judged=None, scores=(), films=(bare,)
    )
    lines = next(block.lines for block in letter.blocks if block.heading == "Seen on films")
    assert lines[0] == "Check first, film of 2 March 2026: T4 is unsure."
    assert lines[1].startswith("Nothing was found on the film of 2 March 2026")
