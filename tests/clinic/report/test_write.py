"""Claim: every report appears whole or not at all, and nothing heavy is imported before it is needed.

Source: the list of formats of issue 2, point 6.
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from pydicom import Dataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian

from spondyl.atomic_file import write_whole
from spondyl.clinic.report import FORMATS, write_report
from spondyl.clinic.result import FilmResult


@pytest.fixture
def dicom_path(measured: FilmResult, tmp_path: Path) -> Path:
    film = measured.radiograph
    assert film is not None
    dataset = Dataset()
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    dataset.SOPClassUID = film.header.sop_class_uid
    dataset.SOPInstanceUID = film.sop_uid
    dataset.StudyInstanceUID = film.header.study_instance_uid
    dataset.SeriesInstanceUID = film.header.series_instance_uid
    dataset.save_as(tmp_path / "film.dcm", enforce_file_format=True)
    return tmp_path / "film.dcm"


def test_a_measured_dicom_film_gives_every_format(
    measured: FilmResult, dicom_path: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    files = write_report(measured, out, stem="case", dicom_path=dicom_path)
    names = [file.name for file in files]
    assert names == [
        "case.png",
        "case.small.png",
        "case.svg",
        "case.html",
        "case.pdf",
        "case.json",
        "case.sr.dcm",
        "case.fhir.json",
    ]
    assert sorted(path.name for path in out.iterdir()) == sorted(names)
    assert all(file.stat().st_size > 500 for file in files)


def test_two_runs_give_the_same_bytes(measured: FilmResult, dicom_path: Path, tmp_path: Path) -> None:
    first = write_report(measured, tmp_path / "a", stem="case", dicom_path=dicom_path)
    second = write_report(measured, tmp_path / "b", stem="case", dicom_path=dicom_path)
    assert [f.read_bytes() for f in first] == [f.read_bytes() for f in second]


def test_a_refused_film_gives_page_pdf_and_json(refused: FilmResult, tmp_path: Path) -> None:
    files = write_report(refused, tmp_path, stem="hand")
    assert [file.name for file in files] == ["hand.html", "hand.pdf", "hand.json"]


def test_only_what_is_asked_is_written(measured: FilmResult, tmp_path: Path) -> None:
    assert [f.name for f in write_report(measured, tmp_path, stem="x", formats=("json",))] == ["x.json"]
    with pytest.raises(ValueError, match="docx"):
        write_report(measured, tmp_path, stem="x", formats=("docx",))
    assert FORMATS == ("png", "svg", "html", "pdf", "json", "sr", "fhir")


def test_a_failed_write_leaves_the_old_file_and_no_rest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "report.html"
    target.write_text("old")

    def full_disk(descriptor: int) -> None:
        raise OSError(28, "No space left on device", str(descriptor))

    monkeypatch.setattr(os, "fsync", full_disk)
    with pytest.raises(OSError, match="No space"):
        write_whole(target, b"new")
    assert target.read_text() == "old" and list(tmp_path.iterdir()) == [target]


def test_nothing_heavy_is_imported_with_the_package() -> None:
    heavy = ["jinja2", "reportlab", "highdicom", "pydicom", "fhir", "pydantic", "PIL"]
    code = (
        "import sys, spondyl.clinic.report as r; r.to_json_line; "
        f"print([m for m in {heavy!r} if m in sys.modules])"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"
