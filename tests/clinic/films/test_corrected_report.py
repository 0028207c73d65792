"""Claim: a report that is signed again after a correction says of which one it is the correction, in DICOM (PS3.3,
C.17.2) and in FHIR. Independent source: dciodvfy (dicom3tools)."""

import io
import json
import shutil
import subprocess
from collections.abc import Callable
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

from pydicom import Dataset, dcmread

from clinic_apps import Browser
from clinic_charts import Clock
from named_films import Film0003
from spondyl.clinic.chart.films import Film, reports_of
from spondyl.clinic.chart.roles import Role
from spondyl.clinic.chart.transaction import reading
from spondyl.clinic.films.service import FilmService


def newest(films: FilmService, film: Film) -> tuple[bytes, set[str]]:
    """The newest structured report, and the statuses in the newest FHIR bundle."""
    with reading(films._engine) as connection:
        known = reports_of(connection, film.id)
    entries = json.loads(films.store.get(known["fhir"]))["entry"]
    kinds = ("Observation", "DiagnosticReport")
    resources = [one["resource"] for one in entries]
    return films.store.get(known["sr"]), {one["status"] for one in resources if one["resourceType"] in kinds}


def errors_of(content: bytes, folder: Path) -> list[str]:
    program, file = shutil.which("dciodvfy"), folder / "report.dcm"
    assert program, "dciodvfy is missing: install the Debian package dicom3tools"
    file.write_bytes(content)
    said = subprocess.run(
        [program, "-new", str(file)], capture_output=True, text=True, timeout=60, check=False
    )
    return [line for line in (said.stdout + said.stderr).splitlines() if line.startswith("Error")]


def reference_in(document: Dataset) -> tuple[str, str, str]:
    (study,) = document.PredecessorDocumentsSequence
    (series,) = study.ReferencedSeriesSequence
    (report,) = series.ReferencedSOPSequence
    return study.StudyInstanceUID, series.SeriesInstanceUID, report.ReferencedSOPInstanceUID


def test_a_corrected_report_names_the_one_before(
    browser: Callable[[Role], Browser],
    films: FilmService,
    measured: Callable[..., Film],
    clock: Clock,
    tmp_path: Path,
) -> None:
    film = measured("phantom_0003_ap")
    viewer, reports = Film0003(browser(Role.CLINICIAN), film), list[Dataset]()
    for turn, status in enumerate(("final", "corrected", "corrected")):
        if turn:
            viewer.state["points"]["vertebrae"][3]["corners_px"][0][1] += 9
            viewer.send("draft", method="PUT")
        viewer.send("accept")
        viewer.sign()
        viewer.state = viewer.client.get(f"{viewer.api}/state").json()
        content, statuses = newest(films, film)
        assert statuses == {status}
        assert errors_of(content, tmp_path) == []
        reports.append(dcmread(io.BytesIO(content)))
        clock.advance(timedelta(minutes=3))
    assert "PredecessorDocumentsSequence" not in reports[0]
    for before, after in pairwise(reports):
        assert reference_in(after) == (
            before.StudyInstanceUID,
            before.SeriesInstanceUID,
            before.SOPInstanceUID,
        )
    assert [one.InstanceNumber for one in reports] == [1, 2, 3]
    assert len({one.SOPInstanceUID for one in reports}) == 3
