"""Who was examined, and when. Broken values become None and a note."""

import re
from datetime import date

from spondyl.radiograph.dicom_fields import Fields
from spondyl.radiograph.film import FilmHeader

MAX_AGE_YEARS = 125.0
DAYS_PER_YEAR = 365.25
_UNITS_PER_YEAR = {"D": DAYS_PER_YEAR, "W": DAYS_PER_YEAR / 7, "M": 12.0, "Y": 1.0}
_SEXES = ("M", "F", "O")


def header_of(fields: Fields) -> FilmHeader:
    """The header of the examination."""
    study_date, birth_date = _date(fields, "StudyDate"), _date(fields, "PatientBirthDate")
    return FilmHeader(
        patient_id=fields.text("PatientID"),
        patient_name=fields.text("PatientName"),
        sex=_sex(fields),
        age_years=_age_years(fields, study_date, birth_date),
        study_date=study_date,
        study_instance_uid=fields.text("StudyInstanceUID"),
        series_instance_uid=fields.text("SeriesInstanceUID"),
        sop_class_uid=fields.text("SOPClassUID"),
        modality=fields.word("Modality"),
        birth_date=birth_date,
        accession_number=fields.text("AccessionNumber"),
        study_id=fields.text("StudyID"),
        study_time=fields.text("StudyTime"),
        referring_physician=fields.text("ReferringPhysicianName"),
    )


def _sex(fields: Fields) -> str | None:
    word = fields.word("PatientSex")
    if word is not None and word not in _SEXES:
        fields.note("PatientSex is none of M, F and O and was not used.")
        return None
    return word


def _date(fields: Fields, keyword: str) -> date | None:
    text = fields.text(keyword)
    if text is None:
        return None
    digits = text.replace(".", "").replace("-", "")
    try:
        return (
            date(int(digits[:4]), int(digits[4:6]), int(digits[6:8]))
            if len(digits) == 8
            else _bad(fields, keyword)
        )
    except ValueError:
        return _bad(fields, keyword)


def _bad(fields: Fields, keyword: str) -> None:
    fields.note(f"{keyword} is no date and was not used.")


def _age_years(fields: Fields, study_date: date | None, born: date | None) -> float | None:
    """PatientAge (years, months, weeks or days), else the time from birth to the study."""
    text = fields.word("PatientAge")
    stated = re.fullmatch(r"(\d{1,3})([DWMY])", text) if text else None
    if stated:
        return _plausible(int(stated[1]) / _UNITS_PER_YEAR[stated[2]], "PatientAge", fields)
    if text:
        fields.note("PatientAge is no age (such as 034Y) and was not used.")
    if born is None or study_date is None:
        return None
    return _plausible((study_date - born).days / DAYS_PER_YEAR, "The age from birth to study", fields)


def _plausible(age_years: float, name: str, fields: Fields) -> float | None:
    if 0.0 <= age_years <= MAX_AGE_YEARS:
        return age_years
    fields.note(f"{name} is {age_years:.0f} years, which is impossible, and was not used.")
    return None
