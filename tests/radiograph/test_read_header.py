"""Claim: view, side, spacing and patient are what DICOM's definitions say, and unknown when the header is silent.

Independent sources: PS3.3 C.7.6.1.1.1 (PatientOrientation), C.8.11.5 (positioning), 10.7 (spacing), PS3.16 CID 4010;
codes are looked up in pydicom's own copy of the code lists.
"""

import math
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from pydicom.config import IGNORE, settings
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence
from pydicom.sr.codedict import codes

from dicom_films import dicom_film, ramp, save
from spondyl.anatomy import ImageSide, View
from spondyl.radiograph import FilmReader, Radiograph, SpacingSource


@pytest.fixture(scope="module", name="reader")
def warm_reader() -> Iterator[FilmReader]:
    with FilmReader() as reader:
        yield reader


@pytest.fixture(name="film_with")
def film_with_fields(reader: FilmReader, tmp_path: Path) -> Any:
    def film_with(**fields: Any) -> Radiograph:
        return reader.read(save(dicom_film(ramp(8).astype("u1"), bits=8, **fields), tmp_path / "film.dcm"))

    return film_with


def view_code(value: str) -> Sequence:
    item = Dataset()
    item.CodeValue, item.CodingSchemeDesignator, item.CodeMeaning = value, "SCT", "view"
    return Sequence([item])


@pytest.mark.parametrize(
    ("position", "orientation", "view", "side"),
    [
        ("AP", ["L", "F"], View.AP, ImageSide.PATIENT_RIGHT),
        ("PA", ["R", "F"], View.PA, ImageSide.PATIENT_LEFT),
        ("LL", ["A", "F"], View.LATERAL, ImageSide.POSTERIOR),
        ("RL", ["P", "F"], View.LATERAL, ImageSide.ANTERIOR),
        ("AP", ["LF", "FR"], View.AP, ImageSide.PATIENT_RIGHT),
        ("AP", None, View.AP, ImageSide.UNKNOWN),
        ("", ["L", "F"], View.AP, ImageSide.PATIENT_RIGHT),
        ("", ["A", "F"], View.LATERAL, ImageSide.POSTERIOR),
        ("LLD", None, View.UNKNOWN, ImageSide.UNKNOWN),
        ("RLO", ["L", "F"], View.UNKNOWN, ImageSide.PATIENT_RIGHT),
        ("", None, View.UNKNOWN, ImageSide.UNKNOWN),
        ("AP", ["A", "F"], View.AP, ImageSide.UNKNOWN),
        ("LL", ["L", "F"], View.LATERAL, ImageSide.UNKNOWN),
        ("AP", ["H", "L"], View.AP, ImageSide.UNKNOWN),
        ("AP", ["L"], View.AP, ImageSide.UNKNOWN),
    ],
)
def test_view_and_side(
    film_with: Any, position: str, orientation: list[str] | None, view: View, side: ImageSide
) -> None:
    fields = {"ViewPosition": position} | ({"PatientOrientation": orientation} if orientation else {})
    film = film_with(**fields)
    assert (film.view, film.image_left) == (view, side)
    assert (view is View.UNKNOWN) == any("which view" in note for note in film.notes)
    assert (side is ImageSide.UNKNOWN) == any("which side" in note for note in film.notes)


@pytest.mark.parametrize(
    ("name", "view"),
    [
        ("AnteroPosterior", View.AP),
        ("PosteroAnterior", View.PA),
        ("LeftLateral", View.LATERAL),
        ("RightLateral", View.LATERAL),
        ("LateralProjection", View.LATERAL),
        ("LeftAnteriorOblique", View.UNKNOWN),
    ],
)
def test_view_codes_are_those_of_cid_4010(film_with: Any, name: str, view: View) -> None:
    code = next(getattr(codes.cid4010, entry) for entry in codes.cid4010.dir() if entry == name)
    assert film_with(ViewCodeSequence=view_code(code.value)).view is view


def test_a_view_stated_twice_and_differently_is_unknown(film_with: Any) -> None:
    film = film_with(ViewPosition="AP", ViewCodeSequence=view_code(codes.cid4010.LeftLateral.value))
    assert film.view is View.UNKNOWN
    assert any("ViewCodeSequence says LATERAL" in note for note in film.notes)


def test_laterality_is_not_taken_for_a_side_of_the_picture(film_with: Any) -> None:
    film = film_with(ViewPosition="LL", ImageLaterality="L")
    assert film.image_left is ImageSide.UNKNOWN
    assert any("Laterality L" in note for note in film.notes)


@pytest.mark.parametrize(
    ("fields", "spacing_mm", "source"),
    [
        ({}, None, SpacingSource.NONE),
        ({"PixelSpacing": [0.2, 0.15]}, (0.2, 0.15), SpacingSource.PIXEL_SPACING),
        (
            {"PixelSpacing": [0.2, 0.2], "PixelSpacingCalibrationType": "FIDUCIAL"},
            (0.2, 0.2),
            SpacingSource.PIXEL_SPACING_CALIBRATED,
        ),
        (
            {"PixelSpacing": [0.12, 0.12], "ImagerPixelSpacing": [0.143, 0.143]},
            (0.12, 0.12),
            SpacingSource.PIXEL_SPACING_CALIBRATED,
        ),
        (
            {"PixelSpacing": [0.143, 0.143], "ImagerPixelSpacing": [0.143, 0.143]},
            (0.143, 0.143),
            SpacingSource.IMAGER_PIXEL_SPACING,
        ),
        ({"ImagerPixelSpacing": [0.14, 0.15]}, (0.14, 0.15), SpacingSource.IMAGER_PIXEL_SPACING),
        (
            {"ImagerPixelSpacing": [0.24, 0.12], "EstimatedRadiographicMagnificationFactor": 1.2},
            (0.2, 0.1),
            SpacingSource.IMAGER_PIXEL_SPACING_CORRECTED,
        ),
        (
            # A 1800 mm source-detector and 1500 mm source-patient distance magnify by 1.2.
            {
                "ImagerPixelSpacing": [0.24, 0.12],
                "DistanceSourceToDetector": 1800,
                "DistanceSourceToPatient": 1500,
            },
            (0.2, 0.1),
            SpacingSource.IMAGER_PIXEL_SPACING_CORRECTED,
        ),
        (
            {
                "ImagerPixelSpacing": [0.2, 0.2],
                "DistanceSourceToDetector": 1500,
                "DistanceSourceToPatient": 1800,
            },
            (0.2, 0.2),
            SpacingSource.IMAGER_PIXEL_SPACING,
        ),
        (
            # A factor of 1 is what a sender writes who corrected nothing; the distances then still may tell.
            {"ImagerPixelSpacing": [0.2, 0.2], "EstimatedRadiographicMagnificationFactor": 1},
            (0.2, 0.2),
            SpacingSource.IMAGER_PIXEL_SPACING,
        ),
        (
            {
                "ImagerPixelSpacing": [0.24, 0.12],
                "EstimatedRadiographicMagnificationFactor": 1,
                "DistanceSourceToDetector": 1800,
                "DistanceSourceToPatient": 1500,
            },
            (0.2, 0.1),
            SpacingSource.IMAGER_PIXEL_SPACING_CORRECTED,
        ),
        ({"PixelSpacing": [0, 0.2]}, None, SpacingSource.NONE),
        ({"PixelSpacing": [-0.2, -0.2]}, None, SpacingSource.NONE),
        ({"PixelSpacing": [6, 6]}, None, SpacingSource.NONE),
        ({"PixelSpacing": [0.002, 0.002]}, None, SpacingSource.NONE),
        ({"PixelSpacing": [0.2, 0.2, 0.2]}, None, SpacingSource.NONE),
        (
            {"PixelSpacing": [9, 9], "ImagerPixelSpacing": [0.2, 0.2]},
            (0.2, 0.2),
            SpacingSource.IMAGER_PIXEL_SPACING,
        ),
        ({"NominalScannedPixelSpacing": [0.2, 0.2]}, None, SpacingSource.NONE),
    ],
)
def test_spacing_and_its_source(
    film_with: Any, fields: dict[str, Any], spacing_mm: tuple[float, float] | None, source: SpacingSource
) -> None:
    film = film_with(**fields)
    assert film.spacing_source is source
    assert film.spacing_mm == (None if spacing_mm is None else pytest.approx(spacing_mm, rel=1e-12))


@pytest.mark.parametrize("text", [b"NaN\\NaN ", b"0,2\\0,2 ", b"wide\\high", b"1e400\\1 "])
def test_broken_spacing_text_is_a_note_and_not_a_crash(
    reader: FilmReader, tmp_path: Path, text: bytes
) -> None:
    path = save(dicom_film(ramp(8).astype("u1"), bits=8, PixelSpacing=[0.25, 0.125]), tmp_path / "film.dcm")
    content = path.read_bytes()
    old = b"DS" + (10).to_bytes(2, "little") + b"0.25\\0.125"
    assert old in content
    path.write_bytes(content.replace(old, b"DS" + len(text).to_bytes(2, "little") + text))
    film = reader.read(path)
    assert film.spacing_mm is None
    assert any("PixelSpacing" in note and "not used" in note for note in film.notes)


@pytest.mark.parametrize(
    ("fields", "age_years"),
    [
        ({"PatientAge": "034Y"}, 34.0),
        ({"PatientAge": "018M"}, 1.5),
        ({"PatientAge": "026W"}, 26 * 7 / 365.25),
        ({"PatientBirthDate": "20100315", "StudyDate": "20240314"}, 14.0),
        ({"PatientBirthDate": "20300101", "StudyDate": "20240101"}, None),
        ({"PatientAge": "999Y"}, None),
        ({"PatientAge": "013Y", "PatientBirthDate": "20100315", "StudyDate": "20240314"}, 14.0),
        # A rounded age made 59 of 60, a child of an adult, and an adult of a child.
        ({"PatientAge": "059Y", "PatientBirthDate": "19660501", "StudyDate": "20261130"}, 60.58),
        ({"PatientAge": "018Y", "PatientBirthDate": "20090501", "StudyDate": "20261130"}, 17.58),
        # Some consoles write 000Y where nothing was typed: neither is believed.
        ({"PatientAge": "000Y", "PatientBirthDate": "19600101", "StudyDate": "20240601"}, None),
        ({"PatientBirthDate": "20100315"}, None),
        ({}, None),
    ],
)
def test_age(film_with: Any, fields: dict[str, str], age_years: float | None) -> None:
    """From birth to study: whole years within 0.01 years of leap-day arithmetic."""
    age = film_with(**fields).header.age_years
    assert age == (None if age_years is None else pytest.approx(age_years, abs=0.01))


def test_ages_that_contradict_are_told_in_completed_years(film_with: Any) -> None:
    notes = film_with(PatientAge="014Y", PatientBirthDate="19700203", StudyDate="20250110").notes
    assert any("says 14 years, but from birth to study it is 54;" in note for note in notes)


@pytest.mark.parametrize(
    ("born", "then", "whole"),
    [
        ("20080504", "20260504", 18),
        ("20080504", "20260503", 17),
        ("20080229", "20260301", 18),
        ("20080229", "20260228", 17),
    ],
)
def test_nobody_is_a_year_younger_on_the_birthday(film_with: Any, born: str, then: str, whole: int) -> None:
    """Eighteen decides between borders of adults and none; counted in days of 1/365.25 year it came a day late."""
    assert math.floor(film_with(PatientBirthDate=born, StudyDate=then).header.age_years) == whole


def test_the_examination_is_carried_over(film_with: Any) -> None:
    header = film_with(
        PatientID="S-17", PatientName="Müller^Ö", SpecificCharacterSet="ISO_IR 192", PatientSex="F",
        StudyDate="20240229", StudyInstanceUID="1.2.3", SeriesInstanceUID="1.2.4",
    ).header  # fmt: skip
    assert (header.patient_id, header.patient_name, header.sex) == ("S-17", "Müller^Ö", "F")
    assert header.study_date == date(2024, 2, 29)
    assert (header.study_instance_uid, header.series_instance_uid, header.modality) == (
        "1.2.3",
        "1.2.4",
        "CR",
    )


@pytest.mark.parametrize(
    ("keyword", "good", "bad"),
    [
        ("StudyDate", "20240229", "20240230"),
        ("StudyDate", "20240229", "yestrday"),
        ("PatientAge", "034Y", "34 Y"),
        ("PatientSex", "F ", "X "),
    ],
)
def test_broken_patient_fields_are_notes(
    reader: FilmReader, tmp_path: Path, keyword: str, good: str, bad: str
) -> None:
    path = save(dicom_film(ramp(8).astype("u1"), bits=8, **{keyword: good.strip()}), tmp_path / "film.dcm")
    content = path.read_bytes()
    assert content.count(good.encode()) == 1 or keyword == "PatientSex"
    tail = {"StudyDate": b"DA", "PatientAge": b"AS", "PatientSex": b"CS"}[keyword]
    old = tail + len(good).to_bytes(2, "little") + good.encode()
    assert content.count(old) == 1
    path.write_bytes(content.replace(old, old[:4] + bad.encode()))
    film = reader.read(path)
    assert (film.header.study_date, film.header.age_years, film.header.sex) == (None, None, None)
    assert any(keyword in note for note in film.notes)


@pytest.mark.parametrize(
    ("given", "read"),
    [("101112.5", "101112.5"), ("1011", "1011"), ("10:11:12", "101112"), ("9", None), ("246060", None)],
)
def test_the_time_of_the_study_is_a_time_of_day(
    film_with: Any, monkeypatch: pytest.MonkeyPatch, given: str, read: str | None
) -> None:
    monkeypatch.setattr(settings, "reading_validation_mode", IGNORE)
    film = film_with(StudyTime=given)
    assert film.header.study_time == read
    assert any("StudyTime" in note for note in film.notes) == (read is None)


def test_burnt_in_text_is_noted(film_with: Any) -> None:
    assert any("burnt" in note for note in film_with(BurnedInAnnotation="YES").notes)
