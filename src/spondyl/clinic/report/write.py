"""Write the reports of one film, or of two compared, each file whole or not at all."""

from collections.abc import Callable, Collection
from pathlib import Path

from spondyl.atomic_file import write_whole
from spondyl.clinic.result import FilmResult

FORMATS = ("png", "svg", "html", "pdf", "json", "sr", "fhir")
"""What :func:`write_report` can write; ``sr`` needs DICOM input and a measured film, ``png`` and ``svg`` a picture."""

SMALL_PX = 1000
"""Longer side of the small overlay, for pages and lists."""


def write_report(
    result: FilmResult,
    directory: Path,
    *,
    stem: str,
    formats: Collection[str] = FORMATS,
    dicom_path: Path | None = None,
) -> tuple[Path, ...]:
    """Write the asked formats as ``directory/stem.*`` and return the paths, in the order of :data:`FORMATS`.

    A format that this film cannot have is left out: pictures of an undecoded file, a DICOM SR without
    ``dicom_path``, of a refused film, or whose header lacks the UIDs that an SR must name. Every file appears
    by a rename, so a reader never meets half of one.
    Raises ValueError for an unknown format and OSError when the directory cannot be written.
    """
    unknown = sorted(set(formats) - set(FORMATS))
    if unknown:
        raise ValueError(f"Unknown report format {unknown[0]!r}. Choose among {', '.join(FORMATS)}.")
    directory.mkdir(parents=True, exist_ok=True)
    written: list[Path] = []
    for name in FORMATS:
        if name in formats:
            for suffix, data in _FILES[name](result, stem, dicom_path):
                written.append(write_whole(directory / f"{stem}{suffix}", data))
    return tuple(written)


_Files = tuple[tuple[str, bytes], ...]


def _png(result: FilmResult, _stem: str, _dicom: Path | None) -> _Files:
    from spondyl.clinic.report.overlay import overlay_png

    if result.radiograph is None:
        return ()
    return ((".png", overlay_png(result)), (".small.png", overlay_png(result, longest_px=SMALL_PX)))


def _svg(result: FilmResult, _stem: str, _dicom: Path | None) -> _Files:
    from spondyl.clinic.report.svg import film_svg

    return () if result.radiograph is None else ((".svg", film_svg(result).encode()),)


def _html(result: FilmResult, stem: str, _dicom: Path | None) -> _Files:
    from spondyl.clinic.report.html import film_html

    return ((".html", film_html(result, stem=stem).encode()),)


def _pdf(result: FilmResult, stem: str, _dicom: Path | None) -> _Files:
    from spondyl.clinic.report.pdf import film_pdf

    return ((".pdf", film_pdf(result, stem=stem)),)


def _json(result: FilmResult, _stem: str, _dicom: Path | None) -> _Files:
    from spondyl.clinic.report.json_lines import to_json_line

    return ((".json", (to_json_line(result) + "\n").encode()),)


def _sr(result: FilmResult, _stem: str, dicom_path: Path | None) -> _Files:
    from spondyl.clinic.report.dicom_sr import dicom_sr_bytes, has_sr

    if dicom_path is None or not has_sr(result):
        return ()
    return ((".sr.dcm", dicom_sr_bytes(result, dicom_path)),)


def _fhir(result: FilmResult, _stem: str, _dicom: Path | None) -> _Files:
    from spondyl.clinic.report.fhir import fhir_bundle_json

    return () if result.assessment is None else ((".fhir.json", fhir_bundle_json(result).encode()),)


_FILES: dict[str, Callable[[FilmResult, str, Path | None], _Files]] = {
    "png": _png,
    "svg": _svg,
    "html": _html,
    "pdf": _pdf,
    "json": _json,
    "sr": _sr,
    "fhir": _fhir,
}
