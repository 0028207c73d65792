"""Claim: the SR document passes dciodvfy without an error and gives back every value and point.

Source: dciodvfy (dicom3tools) where it is installed, highdicom's own reader, and dcmjs' layout of a Cobb angle
(TID 300: NUM 285285000 SCT in deg, four points in one POLYLINE). Tolerance: 0.0005° and 0.01 px (float32 points).
"""

import os
import shutil
import subprocess
from collections.abc import Iterable
from copy import deepcopy
from dataclasses import replace
from datetime import datetime
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from pydicom import Dataset, dcmread, dcmwrite
from pydicom.config import IGNORE, settings

from spondyl.clinic.report import dicom_sr
from spondyl.clinic.report.dicom_sr import OHIF_COBB, SourceMismatchError, dicom_sr_bytes, has_sr
from spondyl.clinic.report.signature import signed
from spondyl.clinic.result import FilmResult
from spondyl.provenance import Confirmation

DCIODVFY = shutil.which("dciodvfy")


@pytest.fixture(scope="module")
def source(measured: FilmResult) -> Dataset:
    film = measured.radiograph
    assert film is not None
    dataset = Dataset()
    dataset.SOPClassUID = film.header.sop_class_uid
    dataset.SOPInstanceUID = film.sop_uid
    dataset.StudyInstanceUID = film.header.study_instance_uid
    dataset.SeriesInstanceUID = film.header.series_instance_uid
    dataset.SpecificCharacterSet = "ISO_IR 192"
    dataset.PatientName = film.header.patient_name
    dataset.PatientID = film.header.patient_id
    dataset.PatientSex = "F"
    dataset.StudyDate = "20260203"
    dataset.Modality = "DX"
    return dataset


def document(result: FilmResult, source: Dataset) -> Dataset:
    return dcmread(BytesIO(dicom_sr_bytes(result, source)))


def test_the_document_is_the_one_that_highdicom_makes_from_the_whole_content(
    measured: FilmResult, source: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = dicom_sr_bytes(measured, source)
    monkeypatch.setattr(dicom_sr, "_without_content", lambda report: report)
    assert dicom_sr_bytes(measured, source) == made


def named(items, value: str) -> list[Dataset]:  # type: ignore[no-untyped-def]
    return [item for item in items if code_of(item.ConceptNameCodeSequence[0]) == value]


def code_of(item: Dataset) -> str:
    return str(item.get("CodeValue") or item.get("LongCodeValue"))


def groups(sr: Dataset) -> list[Dataset]:
    (measurements,) = named(sr.ContentSequence, "126010")
    return named(measurements.ContentSequence, "125007")


def group_of(sr: Dataset, kind: str) -> Dataset:
    return next(
        group
        for group in groups(sr)
        if code_of(named(group.ContentSequence, "121071")[0].ConceptCodeSequence[0]) == kind
    )


def first_number(items: Iterable[Dataset]) -> Dataset:
    """The one that OHIF takes for the value."""
    return next(item for item in items if item.ValueType == "NUM")


def test_ohif_finds_the_points_of_every_number_as_its_only_child(
    measured: FilmResult, source: Dataset
) -> None:
    """One number without points, or with a second child, and OHIF 3.12 shows a black film and no angle at all
    (benchmarks/ohif_sr.py)."""
    for group in groups(document(measured, source)):
        (scoord,) = first_number(group.ContentSequence).ContentSequence
        assert scoord.ValueType == "SCOORD" and len(scoord.GraphicData) >= 2


def test_every_measurement_comes_back_with_value_unit_and_interval(
    measured: FilmResult, source: Dataset
) -> None:
    sr = document(measured, source)
    assert measured.assessment is not None
    assert len(groups(sr)) == len(measured.assessment.measurements)
    for m in measured.assessment.measurements:
        group = group_of(sr, m.kind).ContentSequence
        number = first_number(group)
        value = number.MeasuredValueSequence[0]
        assert float(value.NumericValue) == pytest.approx(m.value, abs=5e-4)
        assert value.MeasurementUnitsCodeSequence[0].CodeValue == m.unit.value
        ends = {}
        for code, sign in (("371886008", 1), ("371885007", -1)):
            (beside,) = named(group, code)
            distance = beside.MeasuredValueSequence[0]
            assert distance.MeasurementUnitsCodeSequence[0].CodeValue == m.unit.value
            ends[sign] = m.value + sign * float(distance.NumericValue)
        assert (ends[-1], ends[1]) == pytest.approx(m.interval_90, abs=1e-3)


def test_a_cobb_angle_is_written_as_ohif_reads_it(measured: FilmResult, source: Dataset) -> None:
    group = group_of(document(measured, source), "cobb_major")
    (tracking,) = named(group.ContentSequence, "112039")
    assert tracking.TextValue == OHIF_COBB
    (number,) = named(group.ContentSequence, "285285000")
    assert number.ConceptNameCodeSequence[0].CodingSchemeDesignator == "SCT"
    (scoord,) = number.ContentSequence
    assert scoord.GraphicType == "POLYLINE"
    points = np.array(scoord.GraphicData, dtype=float).reshape(-1, 2) - 0.5  # DICOM counts from the corner
    assert measured.assessment is not None
    wanted = np.array(measured.assessment.measurements[0].points_px).reshape(-1, 2)
    assert points.shape == (4, 2) and np.abs(points - wanted).max() < 0.01
    (image,) = [i for i in scoord.ContentSequence if i.ValueType == "IMAGE"]
    assert image.ReferencedSOPSequence[0].ReferencedSOPInstanceUID == source.SOPInstanceUID


def test_the_aasce_angle_is_not_coded_as_a_cobb_angle(measured: FilmResult, source: Dataset) -> None:
    group = group_of(document(measured, source), "cobb_aasce_1")
    number = first_number(group.ContentSequence)
    assert number.ConceptNameCodeSequence[0].CodingSchemeDesignator == "99SPONDYL"
    assert named(group.ContentSequence, "112039")[0].TextValue == "Spondyl:cobb_aasce_1"


def test_it_belongs_to_the_films_patient_and_study(measured: FilmResult, source: Dataset) -> None:
    sr = document(measured, source)
    assert sr.StudyInstanceUID == source.StudyInstanceUID and sr.SeriesInstanceUID != source.SeriesInstanceUID
    assert str(sr.PatientName) == "Núñez-Łoś^Šárka"
    evidence = sr.CurrentRequestedProcedureEvidenceSequence[0].ReferencedSeriesSequence[0]
    assert evidence.ReferencedSOPSequence[0].ReferencedSOPInstanceUID == source.SOPInstanceUID


def test_a_bad_date_or_sex_in_the_file_ends_no_document_and_a_pseudonym_holds(
    measured: FilmResult, source: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What sites really send: W for a woman, an unknown day as zeros, a time of one figure, no Part 10 header."""
    given = deepcopy(source)
    monkeypatch.setattr(settings, "reading_validation_mode", IGNORE)
    given.PatientSex, given.PatientBirthDate, given.StudyTime = "W", "00000000", "9"
    dcmwrite(tmp_path / "film.dcm", given, implicit_vr=False, little_endian=True)
    monkeypatch.undo()
    film = measured.radiograph
    assert film is not None
    header = replace(film.header, sex=None, birth_date=None, patient_id="P-1", patient_name=None)
    hidden = replace(measured, radiograph=replace(film, header=header))
    sr = dcmread(BytesIO(dicom_sr_bytes(hidden, tmp_path / "film.dcm")))
    assert (sr.PatientSex, sr.PatientBirthDate, sr.StudyTime) == ("", "", "")
    assert (sr.PatientID, sr.PatientName) == ("P-1", "")


def test_unsigned_is_unverified_and_signed_names_the_verifier(
    measured: FilmResult, source: Dataset, confirmation: Confirmation
) -> None:
    open_one, closed = document(measured, source), document(signed(measured, confirmation), source)
    assert (open_one.VerificationFlag, open_one.PreliminaryFlag) == ("UNVERIFIED", "PRELIMINARY")
    assert (closed.VerificationFlag, closed.PreliminaryFlag) == ("VERIFIED", "FINAL")
    verifier = closed.VerifyingObserverSequence[0]
    assert str(verifier.VerifyingObserverName).startswith("Dr. Zoë Müller")
    assert str(verifier.VerificationDateTime) == "20260204093000+0000"
    assert closed.SOPInstanceUID != open_one.SOPInstanceUID


def test_the_same_film_gives_the_same_bytes(measured: FilmResult, source: Dataset) -> None:
    first = dicom_sr_bytes(measured, source)
    assert first == dicom_sr_bytes(measured, source)
    moved = dcmread(BytesIO(dicom_sr_bytes(measured, source, created_at=datetime(2026, 3, 1, 8, 0))))
    assert (moved.ContentDate, moved.ContentTime) == ("20260301", "080000")


def test_another_film_and_a_refused_one_are_refused(
    measured: FilmResult, refused: FilmResult, source: Dataset
) -> None:
    other = Dataset()
    other.SOPInstanceUID = "1.2.3"
    with pytest.raises(SourceMismatchError, match=r"1\.2\.3"):
        dicom_sr_bytes(measured, other)
    with pytest.raises(ValueError, match="no measurements"):
        dicom_sr_bytes(refused, source)
    assert has_sr(measured) and not has_sr(refused)
    assert measured.radiograph is not None
    assert not has_sr(replace(measured, radiograph=replace(measured.radiograph, sop_uid=None)))


def test_the_validator_is_installed_where_ci_runs() -> None:
    assert DCIODVFY or not os.environ.get("CI"), "CI must install dicom3tools (dciodvfy)"


if DCIODVFY:

    @pytest.mark.parametrize("is_signed", [False, True])
    def test_dciodvfy_finds_no_error(
        measured: FilmResult,
        source: Dataset,
        confirmation: Confirmation,
        tmp_path: Path,
        is_signed: bool,
    ) -> None:
        result = signed(measured, confirmation) if is_signed else measured
        file = tmp_path / "sr.dcm"
        file.write_bytes(dicom_sr_bytes(result, source))
        run = subprocess.run([DCIODVFY, "-new", str(file)], capture_output=True, text=True, check=False)
        lines = (run.stdout + run.stderr).splitlines()
        assert "ComprehensiveSR" in lines
        assert [line for line in lines if line.startswith("Error")] == []
