"""Run an export: its lines in the audit log, before and after, and the files between them."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from spondyl.clinic.chart.audit import record
from spondyl.clinic.chart.audit_look import Asked, Place, look
from spondyl.clinic.chart.engine import now_of
from spondyl.clinic.chart.people import person
from spondyl.clinic.chart.practice import clinic_moment
from spondyl.clinic.chart.same_person import kept_chart
from spondyl.clinic.chart.tables import people
from spondyl.clinic.chart.tables.column_types import new_id
from spondyl.clinic.chart.transaction import writing
from spondyl.clinic.films.store import FilmStore
from spondyl.clinic.records.clinic_export import clinic_entries
from spondyl.clinic.records.export import patient_entries
from spondyl.clinic.records.export_manifest import Lost, ManifestDraft, Member
from spondyl.clinic.records.export_pack import write_folder, write_zip, zip_pieces

CLINIC = "clinic"
BEGUN_CLINIC, BEGUN_PATIENT, FINISHED = "export clinic", "export patient", "finish export"


class Reason(StrEnum):
    """Why the whole clinic is exported. Chosen, not written: words in the log would outlast an erased name."""

    MOVE = "move to another system"
    COPY = "a copy that the clinic keeps"
    ORDER = "a court or an authority asks for it"
    STUDY = "an evaluation or a study"
    TRIAL = "to try whether the export works"
    OTHER = "another reason, which stands in the clinic's papers"


class PatientUnknownError(LookupError):
    """No patient has this record number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Export:
    """One export that the audit log knows of, begun by the clinic's clock. ``person_id`` None: the whole clinic."""

    id: str
    engine: sa.Engine
    films: FilmStore
    data_dir: Path
    actor: str
    begun_at: datetime
    person_id: str | None = None

    @property
    def subject(self) -> str:
        """How the audit log names what is exported."""
        return CLINIC if self.person_id is None else f"person {self.person_id}"

    def zip_pieces(self) -> Iterator[bytes]:
        """The zip file in pieces; once the last one was taken the audit log says that the export is whole."""
        draft = ManifestDraft(as_of=self.begun_at.date())
        yield from zip_pieces(draft.following(self._entries()), at=self.begun_at)
        self._finish(draft)

    def write(self, out: Path, *, watch: Callable[[int], None] = lambda _: None) -> int:
        """Write a zip file when the name ends so, else a folder; ``watch`` hears how many bytes of content came.

        Returns how many files the clinic no longer has whole; the manifest names them. Raises OSError.
        """
        draft = ManifestDraft(as_of=self.begun_at.date())
        members = (_watched(member, watch) for member in draft.following(self._entries()))
        if out.suffix == ".zip":
            write_zip(zip_pieces(members, at=self.begun_at), out)
        else:
            write_folder(members, out)
        self._finish(draft)
        return draft.missing

    def _entries(self) -> Iterable[Member | Lost]:
        as_of = self.begun_at.date()
        if self.person_id is not None:
            return patient_entries(
                self.engine, self.films, self.person_id, data_dir=self.data_dir, as_of=as_of
            )
        self.films.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        return clinic_entries(self.engine, self.films, self.films.folder, data_dir=self.data_dir, as_of=as_of)

    def _finish(self, draft: ManifestDraft) -> None:
        found = {
            "export": self.id,
            "files": draft.files,
            "bytes": draft.size_bytes,
            "missing": draft.missing,
            "manifest_sha256": draft.sha256,
        }
        with writing(self.engine) as connection:
            record(connection, actor=self.actor, action=FINISHED, subject=self.subject, detail=found)


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportTold:
    """A clinic's export as the audit log tells of it; ``finished`` None: broken off, or still going on."""

    begun_at: datetime
    actor: str
    detail: dict[str, Any]
    finished: dict[str, Any] | None

    @property
    def why(self) -> str:
        """The reason that the administrator gave; of the command, which asks for none, where it wrote to."""
        return self.detail.get("reason") or (f"to {self.detail['to']}" if "to" in self.detail else "–")


def begin_export(
    engine: sa.Engine,
    films: FilmStore,
    *,
    data_dir: Path,
    actor: str,
    person_id: str | None = None,
    detail: dict[str, Any] | None = None,
) -> Export:
    """Write the audit log's line first: no export without it. Raises PersonUnknownError."""
    with writing(engine) as connection:
        if person_id is not None:
            person(connection, person_id)
        made = Export(
            id=new_id(),
            engine=engine,
            films=films,
            data_dir=data_dir,
            actor=actor,
            begun_at=clinic_moment(connection, now_of(connection)),
            person_id=person_id,
        )
        action = BEGUN_CLINIC if person_id is None else BEGUN_PATIENT
        said = {"export": made.id, **(detail or {})}
        record(connection, actor=actor, action=action, subject=made.subject, detail=said)
    return made


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportsTold:
    """A page of exports; ``older``: where the next page begins, None after the last one."""

    exports: tuple[ExportTold, ...]
    older: Place | None


def clinic_exports(connection: sa.Connection, *, before: Place | None = None, limit: int = 10) -> ExportsTold:
    """The clinic's exports, the newest first, each with how it ended, however many ended since."""
    begun = look(connection, Asked(actions=[BEGUN_CLINIC]), before=before, limit=limit)
    ended = _ended(connection, begun.entries[-1].at) if begun.entries else {}
    told = tuple(
        ExportTold(
            begun_at=one.at, actor=one.actor, detail=one.detail, finished=ended.get(one.detail["export"])
        )
        for one in begun.entries
    )
    return ExportsTold(exports=told, older=begun.older)


def _ended(connection: sa.Connection, since: datetime) -> dict[str, dict[str, Any]]:
    """How each export of the clinic ended that did so since then, by the export's identifier."""
    found: dict[str, dict[str, Any]] = {}
    asked, place = Asked(actions=[FINISHED], subjects=[CLINIC], first=since), None
    while True:
        page = look(connection, asked, before=place, limit=1000)
        found |= {one.detail["export"]: one.detail for one in page.entries}
        if page.older is None:
            return found
        place = page.older


def person_numbered(connection: sa.Connection, record_number: int) -> str:
    """The identifier of the patient with this record number, of a closed chart that of the kept one; raises
    PatientUnknownError."""
    found = connection.execute(
        sa.select(people.c.id).where(people.c.record_number == record_number)
    ).scalar_one_or_none()
    if found is None:
        raise PatientUnknownError(
            f"No patient has the record number {record_number}. It stands at the head of the patient's page."
        )
    return kept_chart(connection, found)


def _watched(member: Member, watch: Callable[[int], None]) -> Member:
    def pieces() -> Iterator[bytes]:
        for piece in member.pieces:
            yield piece
            watch(len(piece))

    return replace(member, pieces=pieces())
