"""The files of a signed film's report, made by the same code as the command line's."""

from dataclasses import dataclass, replace

from spondyl.assessment import Assessment
from spondyl.clinic.films.facts import FilmFacts, film_name
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


@dataclass(frozen=True, slots=True, kw_only=True)
class EarlierReport:
    """The signed report that a new one corrects; of a film that is no DICOM file it has no structured one."""

    sr: bytes | None


def report_files(
    reading: Reading,
    assessment: Assessment,
    picture: Radiograph,
    facts: FilmFacts,
    by: Confirmation,
    chart: ChartPatient,
    earlier: EarlierReport | None = None,
) -> dict[str, bytes]:
    """Each format's bytes by its name; the structured report only for a film that came as DICOM.

    ``facts`` say what a person and the chart know of the film besides its header. A doubt whether the film is of the
    chart's patient is the first red line, as it is on the screen. A report that corrects an ``earlier`` one says so.
    """
    from spondyl.clinic.report.dicom_sr import dicom_sr_bytes, has_sr, source_header
    from spondyl.clinic.report.fhir import fhir_bundle_json
    from spondyl.clinic.report.html import film_html
    from spondyl.clinic.report.json_lines import to_json_line
    from spondyl.clinic.report.pdf import film_pdf

    doubt = () if chart.doubt is None else (chart.doubt,)
    result = signed(
        FilmResult(
            film=film_name(facts),
            radiograph=replace(picture, header=facts.header, notes=facts.notes),
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
        "fhir": fhir_bundle_json(result, is_correction=earlier is not None).encode(),
    }
    if has_sr(result):
        previous = None if earlier is None else earlier.sr
        files["sr"] = dicom_sr_bytes(result, source_header(picture), previous=previous)
    return files
