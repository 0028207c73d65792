"""One patient's export: FHIR bundle, tables, documents in every version, films with reports, records of sessions."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import sqlalchemy as sa

from spondyl.clinic.chart.people import person
from spondyl.clinic.chart.transaction import one_moment
from spondyl.clinic.films.store import FilmStore
from spondyl.clinic.records.booking_parts import bookings_of
from spondyl.clinic.records.chart_parts import document_values, documents_of, score_rows
from spondyl.clinic.records.everything import bundle_of, resources_of
from spondyl.clinic.records.export_adjustments import adjustment_files
from spondyl.clinic.records.export_films import film_files
from spondyl.clinic.records.export_manifest import Lost, Member, json_bytes
from spondyl.clinic.records.export_tables import SCORES, csv_bytes, parquet_bytes

ADDRESS = "urn:x-spondyl:fhir"
"""Where the resources of an export stand: nowhere on the network."""
README = """\
What is in this export of Spondyl

fhir.json          every resource about the patient, one FHIR R4B bundle (collection)
scores.csv         outcome scores; scores.parquet holds the same rows. What was entered in error is not among them: it
                   stands in documents/, with the reason under "entered_in_error"
bookings.json      courses of visits as they were planned, waits on the waitlist, and which letters were or will be
                   sent; the visits themselves are in fhir.json
documents/         every version of every document of the chart (intake, exam, plan, consent …), as JSON with its
                   SHA-256 digest, who made it, when, and who signed it; "person_id" says in which chart it stands
                   where two charts of this patient were joined

films/             every film, the very file that came, and of each signed film the report (page, PDF, values, DICOM SR,
                   FHIR)
adjustments/       the record of every adjustment session (force and time), as its own page gives it out; "spondyl
                   adjust replay" checks one
manifest.json      SHA-256 and size of every file; under "missing" what the clinic no longer has whole, and why.
                   "spondyl verify-export" holds the files against it

Not in it: who opened the chart and when (the clinic's audit log tells it; ask the clinic), the words of letters,
and landmarks moved on a film and not signed yet.

Times are UTC, days are by the clinic's clock. Research software, not a medical device.
"""


def patient_entries(
    engine: sa.Engine, store: FilmStore, person_id: str, *, data_dir: Path, as_of: date
) -> Iterator[Member | Lost]:
    """Every file of one patient's export but the manifest; raises PersonUnknownError.

    The chart is read in one transaction, which is over before the films are: they take long to send.
    """
    with one_moment(engine) as connection:
        small = _files(connection, person_id, as_of=as_of)
        films = film_files(connection, person_id, under="films")
        sessions = adjustment_files(connection, person_id, data_dir, under="adjustments")
    yield from (Member(name=name, pieces=[content]) for name, content in small.items())
    for film in films:
        yield from film.entries(store)
    yield from (session.entry() for session in sessions)


def _files(connection: sa.Connection, person_id: str, *, as_of: date) -> dict[str, bytes]:
    patient = person(connection, person_id)
    bundle = bundle_of(resources_of(connection, patient, as_of=as_of), kind="collection", address=ADDRESS)
    rows = score_rows(connection, patient)
    files = {
        "README.txt": README.encode(),
        "fhir.json": json_bytes(bundle),
        "scores.csv": csv_bytes(rows, SCORES.names),
        "scores.parquet": parquet_bytes(rows, SCORES),
        "bookings.json": json_bytes(bookings_of(connection, person_id)),
    }
    for one in documents_of(connection, person_id):
        kind = one.kind.replace(" ", "-")
        content = json_bytes(document_values(one))
        files[f"documents/{kind}-{one.document_id}-v{one.version}.json"] = content
    return files
