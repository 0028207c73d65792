"""Who was examined, and when. Broken values become None and a note."""

import math
import re
from datetime import date

from spondyl.radiograph.dicom_fields import Fields
from spondyl.radiograph.film import FilmHeader

MAX_AGE_YEARS = 125.0
DAYS_PER_YEAR = 365.25
MAX_AGE_APART_YEARS = 2.0
"""A stated age is rounded down, or that of the day of booking; further apart than this one of the two is wrong."""
_UNITS_PER_YEAR = {"D": DAYS_PER_YEAR, "W": DAYS_PER_YEAR / 7, "M": 12.0, "Y": 1.0}
_TIME = re.compile(r"([01]\d|2[0-3])(:?[0-5]\d(:?[0-5]\d(\.\d{1,6})?)?)?")
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
        study_time=_time(fields, "StudyTime"),
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


def _time(fields: Fields, keyword: str) -> str | None:
    """A time of day as DICOM writes it (HHMMSS.FFFFFF, PS3.5 table 6.2-1), also from one with colons (ACR-NEMA)."""
    text = fields.text(keyword)
    if text is None:
        return None
    found = _TIME.fullmatch(text)
    if found is None:
        fields.note(f"{keyword} is no time of day and was not used.")
        return None
    return text.replace(":", "")


def _bad(fields: Fields, keyword: str) -> None:
    fields.note(f"{keyword} is no date and was not used.")


def _age_years(fields: Fields, study_date: date | None, born: date | None) -> float | None:
    """The time from birth to the study, else PatientAge (years, months, weeks or days); None where they contradict."""
    stated = _stated_age_years(fields)
    counted = None
    if born is not None and study_date is not None:
        counted = _plausible(years_between(born, study_date), "The age from birth to study", fields)
    if stated is not None and counted is not None and abs(stated - counted) > MAX_AGE_APART_YEARS:
        fields.note(
            f"PatientAge says {math.floor(stated)} years, but from birth to study it is {math.floor(counted)}; "
            "the age is unknown."
        )
        return None
    return stated if counted is None else counted


def years_between(born: date, then: date) -> float:
    """Birthdays passed, and the share of a year since the last one: whole on a birthday, never a day late.

    >>> years_between(date(2008, 5, 4), date(2026, 5, 4)), round(years_between(date(2008, 5, 4), date(2026, 5, 3)), 3)
    (18.0, 17.997)
    """
    passed = (then.month, then.day) >= (born.month, born.day)
    years = then.year - born.year - (not passed)
    try:
        last = born.replace(year=born.year + years)
    except ValueError:  # born on 29 February
        last = date(born.year + years, 3, 1)
    return years + max(0, (then - last).days) / 366.0


def _stated_age_years(fields: Fields) -> float | None:
    text = fields.word("PatientAge")
    stated = re.fullmatch(r"(\d{1,3})([DWMY])", text) if text else None
    if stated:
        return _plausible(int(stated[1]) / _UNITS_PER_YEAR[stated[2]], "PatientAge", fields)
    if text:
        fields.note("PatientAge is no age (such as 034Y) and was not used.")
    return None


def _plausible(age_years: float, name: str, fields: Fields) -> float | None:
    if 0.0 <= age_years <= MAX_AGE_YEARS:
        return age_years
    fields.note(f"{name} is {age_years:.0f} years, which is impossible, and was not used.")
    return None
