"""The whole clinic's export: FHIR resources by kind, tables, documents, films with their signed reports, records.

What the chart gives is written into spools on the disk, patient by patient; films come from the store as they are
sent. Only the names and digests of films stay in memory: some kilobytes a film, whatever its size.
"""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import sqlalchemy as sa

from spondyl.clinic.chart.films import films_of
from spondyl.clinic.chart.people import Person, person
from spondyl.clinic.chart.same_person import closed_charts
from spondyl.clinic.chart.tables import films, people
from spondyl.clinic.chart.transaction import one_moment
from spondyl.clinic.films.store import FilmStore
from spondyl.clinic.records.booking_parts import bookings_of
from spondyl.clinic.records.chart_parts import document_values, documents_of, patient_row, score_rows
from spondyl.clinic.records.clinic_parts import clinic_lines
from spondyl.clinic.records.everything import resources_of
from spondyl.clinic.records.export_adjustments import AdjustmentFile, adjustment_files
from spondyl.clinic.records.export_films import FilmFiles, files_of, film_row
from spondyl.clinic.records.export_manifest import Lost, Member
from spondyl.clinic.records.export_tables import FILMS, PATIENTS, SCORES
from spondyl.clinic.records.spool import Spools
from spondyl.clinic.records.spooled_table import SpooledTable

NOBODY = "nobody-named"
README = """\
What is in this export of Spondyl

patients.csv, scores.csv, films.csv    tables; the .parquet files hold the same rows
fhir/KIND.ndjson       one FHIR R4B resource a line, by kind, as FHIR's bulk data has it
documents.ndjson       every version of every document, one a line, with digest and signatures; what was taken back
                       says why under "entered_in_error", and stands in no table
bookings.ndjson        a line for each patient with any: courses of visits as they were planned, waits on the waitlist,
                       and which letters were or will be sent; the visits themselves are fhir/Appointment.ndjson
practice.ndjson        every version of what can be booked; absences.ndjson: who is away, what is out of use
accounts.ndjson        the staff: name, role, and by which ways each signs in
joins.ndjson           which chart was joined to which, by whom and when, and separated again; a joined chart's
                       documents stand with the record number of the chart that was kept. apart.ndjson: charts
                       that look alike and are two people's
restrictions.ndjson    which restricted chart opens for whom; openings.ndjson: those in an emergency, and their reviews
audit.ndjson           the audit log, row by row with its seal
films/NUMBER/          every film of the patient with that record number, the very file that came, and of each signed
                       film the report (page, PDF, values, DICOM SR, FHIR); films/nobody-named: whose film it is has
                       not been said
adjustments/NUMBER/    the record of every adjustment session of the patient (force and time); "spondyl adjust replay"
                       checks one
manifest.json          SHA-256 and size of every file; under "missing" what the clinic no longer has whole, and why.
                       "spondyl verify-export" holds the files against it

A file without lines is left out. Restricted charts are in it.

Not in it: passwords, passkeys and other keys; sessions and counted sign-ins; the words of letters, which are made when
they are sent; how a change in the calendar can be undone; and landmarks moved on a film and not signed yet. A backup
holds all but the keys.

Times are UTC, days are by the clinic's clock. Research software, not a medical device.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClinicSize:
    """How much a clinic's export will hold."""

    patients: int
    films: int
    film_bytes: int


def clinic_size(connection: sa.Connection) -> ClinicSize:
    """Patients, films, and the bytes of the films, which are nearly all of an export."""
    patients = connection.execute(sa.select(sa.func.count()).select_from(people)).scalar_one()
    sums = sa.select(sa.func.count(), sa.func.coalesce(sa.func.sum(films.c.size_bytes), 0))
    count, film_bytes = connection.execute(sums.select_from(films)).one()
    return ClinicSize(patients=patients, films=count, film_bytes=int(film_bytes))


def clinic_entries(
    engine: sa.Engine, store: FilmStore, spool_folder: Path, *, data_dir: Path, as_of: date
) -> Iterator[Member | Lost]:
    """Every file of the clinic's export but the manifest; raises OSError when the disk of the spools is full.

    The chart is read in one transaction, so it is one moment of the clinic; it is over before the films are sent.
    """
    yield Member(name="README.txt", pieces=[README.encode()])
    with ExitStack() as stack:
        spools = Spools(stack, spool_folder)
        with one_moment(engine) as connection:
            kept, sessions = _spool(connection, spools, data_dir, as_of)
        for name, pieces in spools.by_name():
            yield Member(name=name, pieces=pieces)
    for film in kept:
        yield from film.entries(store)
    yield from (session.entry() for session in sessions)


def _spool(
    connection: sa.Connection, spools: Spools, data_dir: Path, as_of: date
) -> tuple[list[FilmFiles], list[AdjustmentFile]]:
    kept: list[FilmFiles] = []
    sessions: list[AdjustmentFile] = []
    closed = closed_charts(connection)
    everybody = connection.execute(sa.select(people.c.id).order_by(people.c.record_number)).scalars().all()
    with (
        SpooledTable(spools, "patients", PATIENTS) as patients,
        SpooledTable(spools, "scores", SCORES) as scores,
        SpooledTable(spools, "films", FILMS) as table,
    ):
        for name in everybody:
            patient = person(connection, name)
            patients.add(patient_row(patient))
            if name in closed:  # what stands in it is exported with the chart that was kept
                _spool_fhir(connection, spools, patient, as_of)
                continue
            for row in score_rows(connection, patient):
                scores.add(row)
            _spool_chart(connection, spools, patient, as_of)
            kept += _spool_films(connection, table, patient)
            under = f"adjustments/{patient.record_number}"
            sessions += adjustment_files(connection, name, data_dir, under=under)
        kept += _spool_films(connection, table, None)
    for name, line in clinic_lines(connection):
        spools.add_line(name, line)
    return kept, sessions


def _spool_chart(connection: sa.Connection, spools: Spools, patient: Person, as_of: date) -> None:
    _spool_fhir(connection, spools, patient, as_of)
    for document in documents_of(connection, patient.id):
        line = {"record_number": patient.record_number, **document_values(document)}
        spools.add_line("documents.ndjson", line)
    bookings = bookings_of(connection, patient.id)
    if any(bookings.values()):
        spools.add_line("bookings.ndjson", {"record_number": patient.record_number, **bookings})


def _spool_fhir(connection: sa.Connection, spools: Spools, patient: Person, as_of: date) -> None:
    for resource in resources_of(connection, patient, as_of=as_of):
        spools.add_line(f"fhir/{resource['resourceType']}.ndjson", resource)


def _spool_films(connection: sa.Connection, table: SpooledTable, patient: Person | None) -> list[FilmFiles]:
    number = patient.record_number if patient else None
    kept: list[FilmFiles] = []
    for film in films_of(connection, patient.id if patient else None):
        files = files_of(connection, film, under=f"films/{NOBODY if number is None else number}")
        table.add(film_row(film, files, number))
        kept.append(files)
    return kept
