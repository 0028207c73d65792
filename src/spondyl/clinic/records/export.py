"""Exports: one patient as a set of files, and the clinic as a folder with a manifest of digests."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import asdict
from datetime import date
from itertools import chain
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from spondyl.clinic.care.scores import scores_of_person
from spondyl.clinic.chart.documents import Document, history
from spondyl.clinic.chart.people import Person, person
from spondyl.clinic.chart.tables import documents, people
from spondyl.clinic.chart.transaction import reading
from spondyl.clinic.cohort.atomic_file import atomic_file
from spondyl.clinic.films.store import FilmStore, FilmStoreError
from spondyl.clinic.records.everything import bundle_of, resources_of
from spondyl.clinic.records.export_films import film_files
from spondyl.clinic.records.export_tables import PATIENTS, SCORES, csv_bytes, parquet_bytes
from spondyl.clinic.records.fhir_parts import Resource

ADDRESS = "urn:x-spondyl:fhir"
"""Where the resources of an export stand: nowhere on the network."""
README = """\
What is in this export of Spondyl

fhir.json          every resource about the patient, one FHIR R4B bundle (collection)
scores.csv         outcome scores; scores.parquet holds the same rows
documents/         every version of every document of the chart (intake, exam, plan, consent …), as JSON with its
                   SHA-256 digest, who made it, when, and who signed it

films/             every film, the very file that came, and of each signed film the report (page, PDF, values, DICOM SR,
                   FHIR)
manifest.json      SHA-256 of every file; under "missing" what the film store no longer has whole, and why

Times are UTC. Research software, not a medical device.
"""
CLINIC_README = """\
What is in this export of Spondyl

patients.csv, scores.csv       tables; the .parquet files hold the same rows
fhir/KIND.ndjson               one FHIR R4B resource a line, by kind
documents.ndjson               every version of every document, one a line, with digest and signatures
manifest.json                  SHA-256 of every file

Films and their DICOM SR are not in it. Times are UTC. Research software, not a medical device.
"""


def patient_files(connection: sa.Connection, person_id: str, *, as_of: date) -> dict[str, bytes]:
    """Every file of one patient's export by its name, but films and manifest; raises PersonUnknownError."""
    patient = person(connection, person_id)
    bundle = bundle_of(resources_of(connection, patient, as_of=as_of), kind="collection", address=ADDRESS)
    rows = _score_rows(connection, patient)
    files = {
        "README.txt": README.encode(),
        "fhir.json": _json(bundle),
        "scores.csv": csv_bytes(rows, SCORES.names),
        "scores.parquet": parquet_bytes(rows, SCORES),
    }
    for one in _documents(connection, person_id):
        files[f"documents/{one.kind.replace(' ', '-')}-{one.document_id}-v{one.version}.json"] = _json(
            _document(one)
        )
    return files


def patient_archive(
    connection: sa.Connection, store: FilmStore, person_id: str, *, as_of: date
) -> Iterator[tuple[str, bytes]]:
    """Name and content of every file of one patient's export, films too; the manifest of digests comes last.

    One file at a time is in memory. Raises PersonUnknownError.
    """
    digests: dict[str, str] = {}
    missing: dict[str, str] = {}
    small = patient_files(connection, person_id, as_of=as_of).items()
    for name, content in chain(small, film_files(connection, store, person_id)):
        if isinstance(content, FilmStoreError):
            missing[name] = str(content)
            continue
        digests[name] = hashlib.sha256(content).hexdigest()
        yield name, content
    manifest = {"as_of": as_of.isoformat(), "sha256": digests, "missing": missing}
    yield "manifest.json", _json(manifest)


def write_clinic(engine: sa.Engine, folder: Path, *, as_of: date) -> int:
    """Write the whole clinic into a new, empty folder; returns how many patients. Raises OSError.

    The whole is read in one transaction, so it is one moment of the chart. The manifest is written last: a folder
    without one is not whole.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    if any(folder.iterdir()):
        raise FileExistsError(f"{folder} is not empty; an export never mixes with other files.")
    with reading(engine) as connection:
        everybody = [person(connection, name) for name in _ids(connection)]
        _write(folder, "README.txt", CLINIC_README.encode())
        patients = [_patient_row(one) for one in everybody]
        _write_table(folder, "patients", patients, PATIENTS)
        scores = [row for one in everybody for row in _score_rows(connection, one)]
        _write_table(folder, "scores", scores, SCORES)
        _write_lines(folder, "documents.ndjson", _all_documents(connection, everybody))
        _write_resources(connection, folder, everybody, as_of=as_of)
    names = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
    digests = {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in names}
    _write(folder, "manifest.json", _json({"as_of": as_of.isoformat(), "sha256": digests}))
    return len(everybody)


def _ids(connection: sa.Connection) -> list[str]:
    return list(connection.execute(sa.select(people.c.id).order_by(people.c.record_number)).scalars())


def _write_resources(
    connection: sa.Connection, folder: Path, everybody: list[Person], *, as_of: date
) -> None:
    (folder / "fhir").mkdir(mode=0o700)
    by_kind: dict[str, list[Resource]] = {}
    for one in everybody:
        for resource in resources_of(connection, one, as_of=as_of):
            by_kind.setdefault(resource["resourceType"], []).append(resource)
    for kind, resources in sorted(by_kind.items()):
        _write_lines(folder, f"fhir/{kind}.ndjson", iter(resources))


def _write_table(folder: Path, name: str, rows: list[dict[str, Any]], schema: Any) -> None:
    _write(folder, f"{name}.csv", csv_bytes(rows, schema.names))
    _write(folder, f"{name}.parquet", parquet_bytes(rows, schema))


def _write_lines(folder: Path, name: str, values: Iterator[dict[str, Any]]) -> None:
    lines = [json.dumps(value, ensure_ascii=False, sort_keys=True, allow_nan=False) for value in values]
    _write(folder, name, ("\n".join(lines) + "\n" if lines else "").encode())


def _write(folder: Path, name: str, content: bytes) -> None:
    with atomic_file(folder / name) as file:
        file.write(content)


def _all_documents(connection: sa.Connection, everybody: list[Person]) -> Iterator[dict[str, Any]]:
    for one in everybody:
        for document in _documents(connection, one.id):
            yield {"record_number": one.record_number, **_document(document)}


def _documents(connection: sa.Connection, person_id: str) -> Iterator[Document]:
    names = connection.execute(
        sa.select(documents.c.document_id)
        .where(documents.c.person_id == person_id)
        .group_by(documents.c.document_id)
        .order_by(sa.func.min(documents.c.made_at), documents.c.document_id)
    ).scalars()
    for name in names.all():
        yield from history(connection, name)


def _document(one: Document) -> dict[str, Any]:
    values = asdict(one)
    values["made_at"] = one.made_at.isoformat()
    values["signatures"] = [
        {"signed_by": each.signed_by, "signed_at": each.signed_at.isoformat(), "meaning": each.meaning}
        for each in one.signatures
    ]
    return values


def _score_rows(connection: sa.Connection, patient: Person) -> list[dict[str, Any]]:
    return [
        {
            "record_number": patient.record_number,
            "instrument": one.instrument,
            "on": one.on,
            "value": one.value,
            "source": one.source,
        }
        for one in scores_of_person(connection, patient.id)
    ]


def _patient_row(one: Person) -> dict[str, Any]:
    details = one.details
    return {
        "record_number": one.record_number,
        "family_name": details.family_name,
        "given_name": details.given_name,
        "birth_date": details.birth_date,
        "sex": details.sex,
        "language": details.language,
        "synthetic": details.synthetic,
    }


def _json(value: Any) -> bytes:
    return (json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True, allow_nan=False) + "\n").encode()
