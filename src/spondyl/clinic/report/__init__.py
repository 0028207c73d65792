"""Reports of a measured (or refused) film: picture, page, PDF, JSON, DICOM SR, FHIR; and two films compared."""

from spondyl.clinic.report.comparison import ComparisonRefusedError, compare_films
from spondyl.clinic.report.json_lines import film_result_to_json, to_json_line
from spondyl.clinic.report.signature import confirmation_of, signed
from spondyl.clinic.report.write import FORMATS, write_report

__all__ = [
    "FORMATS",
    "ComparisonRefusedError",
    "compare_films",
    "confirmation_of",
    "film_result_to_json",
    "signed",
    "to_json_line",
    "write_report",
]
