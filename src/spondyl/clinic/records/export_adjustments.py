"""Records of adjustment sessions as files of an export: the very file that a session wrote, a piece at a time."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa

from spondyl.clinic.care.adjustment_record import StoredAdjustment, adjustments_of
from spondyl.clinic.records.export_manifest import Lost, Member
from spondyl.clinic.records.spool import PIECE_BYTES


@dataclass(frozen=True, slots=True, kw_only=True)
class AdjustmentFile:
    """Where one session's record lies: in the export and on the disk."""

    name: str
    path: Path

    def entry(self) -> Member | Lost:
        """The record; named when the disk no longer has it. Whether it is whole the record itself tells."""
        if not self.path.is_file():
            why = "The record of this session is missing in the clinic's data folder. Bring it back from the backup."
            return Lost(name=self.name, why=why)
        return Member(name=self.name, pieces=self._pieces())

    def _pieces(self) -> Iterator[bytes]:
        with self.path.open("rb") as opened:
            while piece := opened.read(PIECE_BYTES):
                yield piece


def adjustment_files(
    connection: sa.Connection, person_id: str, data_dir: Path, *, under: str
) -> list[AdjustmentFile]:
    """A patient's sessions that left a record, the last one first; one that came to no end may have left none."""
    return [
        AdjustmentFile(name=f"{under}/session-{one.plan['session']}-{one.run}.tar", path=one.path(data_dir))
        for one in adjustments_of(connection, person_id)
        if _left_a_record(one, data_dir)
    ]


def _left_a_record(session: StoredAdjustment, data_dir: Path) -> bool:
    return session.outcome is not None or session.path(data_dir).is_file()
