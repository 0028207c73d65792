"""Claims: an export holds the record of every adjustment session byte for byte, and names the one that is gone."""

import json
import os
from pathlib import Path

import pytest

from live_sessions import plan_of
from spondyl.clinic.adjust.live_session import Finished
from spondyl.clinic.care.adjustment_record import adjustments_of, keep_begun, keep_finished
from spondyl.clinic.chart.people import Person
from spondyl.clinic.chart.tables.column_types import new_id
from spondyl.clinic.chart.transaction import reading, writing
from spondyl.clinic.films.store import FilmStore
from spondyl.clinic.records.export_check import check_export
from spondyl.clinic.records.export_run import begin_export
from spondyl.clinic.web.services import Services
from spondyl.treatment.adjustment import Outcome, StopBecause

OVER = Outcome(
    decisions=(),
    delivered=(),
    stiffness=(),
    target="L4",
    stopped_because=StopBecause.FUTILITY,
    text="A change became unlikely.",
    is_safe=True,
)


def kept_session(services: Services, patient: Person, number: int, *, over: bool) -> tuple[str, Path]:
    """The session's run and the path of its record, which is not written."""
    run, plan = new_id(), plan_of(session=number)
    with writing(services.engine) as connection:
        keep_begun(connection, patient.id, run, plan, source="a test", actor="lind")
        if over:
            end = Finished(outcome=OVER, digest="", stopped_by="")
            keep_finished(connection, run, plan, end, actor="lind")
    with reading(services.engine) as connection:
        (path,) = [
            one.path(services.data_dir) for one in adjustments_of(connection, patient.id) if one.run == run
        ]
    path.parent.mkdir(parents=True, exist_ok=True)
    return run, path


@pytest.mark.parametrize("of", ["clinic", "patient"])
def test_an_export_holds_the_records_and_names_the_one_that_is_gone(
    services: Services, patient: Person, tmp_path: Path, of: str
) -> None:
    content = os.urandom((1 << 20) + 7)
    whole, path = kept_session(services, patient, 1, over=True)
    path.write_bytes(content)
    cut, path = kept_session(services, patient, 2, over=False)
    path.write_bytes(content[:5])
    gone, _ = kept_session(services, patient, 3, over=True)
    kept_session(services, patient, 4, over=False)  # ended before it wrote anything: nothing is missing
    store = FilmStore(folder=tmp_path / "films", key=bytes(32))
    person_id = patient.id if of == "patient" else None
    out = tmp_path / "out"
    begin_export(services.engine, store, data_dir=services.data_dir, actor="test", person_id=person_id).write(
        out
    )
    folder = Path("adjustments") if of == "patient" else Path("adjustments") / str(patient.record_number)
    written = {one.name: one.read_bytes() for one in (out / folder).iterdir()}
    assert written == {f"session-1-{whole}.tar": content, f"session-2-{cut}.tar": content[:5]}
    missing = json.loads((out / "manifest.json").read_text())["missing"]
    assert list(missing) == [f"{folder}/session-3-{gone}.tar"]
    assert "Bring it back from the backup" in missing[f"{folder}/session-3-{gone}.tar"]
    assert "adjustments/" in (out / "README.txt").read_text()
    assert not check_export(out).whole
