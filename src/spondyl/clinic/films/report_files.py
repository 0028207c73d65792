"""The files of a signed film's report, made by the same code as the command line's."""

from dataclasses import replace

from spondyl.assessment import Assessment
from spondyl.clinic.films.reading import Reading
from spondyl.clinic.report.signature import signed
from spondyl.clinic.result import ChartPatient, FilmResult
from spondyl.provenance import Confirmation
from spondyl.radiograph import Radiograph

MEDIA_TYPES = {
    "html": "text/html; charset=utf-8",
    "pdf": "application/pdf",
    "json": "application/json",
    "sr": "application/dicom",
    "fhir": "application/fhir+json",
}
NAMES = {
    "html": "Report (page)",
    "pdf": "Report (PDF, to print)",
    "json": "Values (JSON)",
    "sr": "DICOM structured report",
    "fhir": "FHIR bundle",
}
SUFFIXES = {"html": ".html", "pdf": ".pdf", "json": ".json", "sr": ".sr.dcm", "fhir": ".fhir.json"}


def report_files(
    reading: Reading,
    assessment: Assessment,
    picture: Radiograph,
    film_name: str,
    by: Confirmation,
    chart: ChartPatient,
) -> dict[str, bytes]:
    """Each format's bytes by its name; the structured report only for a film that came as DICOM.

    A doubt whether the film is of the chart's patient is the first red line, as it is on the screen.
    """
    from spondyl.clinic.report.dicom_sr import dicom_sr_bytes, has_sr, source_header
    from spondyl.clinic.report.fhir import fhir_bundle_json
    from spondyl.clinic.report.html import film_html
    from spondyl.clinic.report.json_lines import to_json_line
    from spondyl.clinic.report.pdf import film_pdf

    doubt = () if chart.doubt is None else (chart.doubt,)
    result = signed(
        FilmResult(
            film=film_name,
            radiograph=picture,
            landmarks=reading.points,
            assessment=replace(assessment, red_lines=(*doubt, *assessment.red_lines)),
            refusal=None,
            chart=chart,
        ),
        by,
    )
    files = {
        "html": film_html(result).encode(),
        "pdf": film_pdf(result),
        "json": (to_json_line(result) + "\n").encode(),
        "fhir": fhir_bundle_json(result).encode(),
    }
    if has_sr(result):
        files["sr"] = dicom_sr_bytes(result, source_header(picture))
    return files
