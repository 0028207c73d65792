"""What a report of one film says, in words, before any layout: HTML and PDF print exactly this."""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from spondyl import __version__
from spondyl.anatomy import ImageSide, View
from spondyl.assessment import Assessment, Classification, Finding, Flag, Measurement
from spondyl.assessment.assess import names_right_p
from spondyl.clinic.report.day_text import day_text, moment_text
from spondyl.clinic.report.references import Reference, reference_sentences, reference_text, references_of
from spondyl.clinic.report.signature import confirmation_of, names_confirmed_in, names_line
from spondyl.clinic.report.wording import (
    FLAG_TEXT,
    UNIT_TEXT,
    interval_text,
    is_per_level,
    levels_text,
    number_text,
    probability_text,
)
from spondyl.clinic.result import ChartPatient, FilmResult
from spondyl.radiograph import FilmHeader, Radiograph

DISCLAIMER = "Research software, not a medical device."
NOT_REVIEWED = "Not yet reviewed by a clinician."
HOW_TO_CORRECT = (
    "To correct a point: edit the landmarks file beside this report (the “landmarks” of {stem}.json) and run "
    "“spondyl measure FILM --landmarks FILE” again; every value, line and sentence here then follows."
)
CORRECT_IN_CHART = (
    "To correct a point: open the film in its chart, move the point, accept and sign anew; every value, line and "
    "sentence here then follows, and this report stays in the chart as it is."
)
VIEW_TEXT = {View.AP: "AP", View.PA: "PA", View.LATERAL: "lateral", View.UNKNOWN: "unknown"}
SIDE_TEXT = {
    ImageSide.PATIENT_LEFT: "patient's left",
    ImageSide.PATIENT_RIGHT: "patient's right",
    ImageSide.ANTERIOR: "anterior",
    ImageSide.POSTERIOR: "posterior",
    ImageSide.UNKNOWN: "unknown (sided statements are refused)",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasurementRow:
    """One line of the table; ``note`` numbers its definition and source.

    ``reference`` is where the middle 95 % of pain-free adults lie, or empty where none is known.
    """

    kind: str
    name: str
    value: str
    interval: str
    reference: str
    levels: str
    flags: tuple[str, ...]
    note: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteText:
    """Definition and source of one or more measurements."""

    number: int
    definition: str
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingText:
    """One finding in words."""

    sentence: str
    probability: str
    prevalence: str
    cannot_tell: str
    source: str
    flags: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassificationText:
    """One classification in words."""

    label: str
    grade: str
    reason: str
    probabilities: str
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusalText:
    """Why a film was refused."""

    code: str
    what: str
    why: str
    do: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportContent:
    """Everything on the page. Pairs are (name, text); ``signed_by`` is None until a clinician confirms."""

    title: str
    film: str
    examination: tuple[tuple[str, str], ...]
    alerts: tuple[str, ...]
    caption: str
    table_caption: str
    rows: tuple[MeasurementRow, ...]
    level_rows: tuple[MeasurementRow, ...]
    references: tuple[str, ...]
    notes: tuple[NoteText, ...]
    unmeasured: tuple[tuple[str, str], ...]
    findings: tuple[FindingText, ...]
    classifications: tuple[ClassificationText, ...]
    unclassified: tuple[tuple[str, str], ...]
    refusal: RefusalText | None
    provenance: tuple[tuple[str, str], ...]
    signed_by: str | None
    signed_at: str | None
    how_to_correct: str
    disclaimer: str = DISCLAIMER


def report_content(result: FilmResult, *, stem: str = "report") -> ReportContent:
    """Put one film's result into words. ``stem`` names the report's files, for the hint on correcting."""
    assessment = result.assessment or Assessment(
        measurements=(), unmeasured=(), classifications=(), findings=(), red_lines=()
    )
    notes = _notes(assessment.measurements)
    references = references_of(result)
    shared = _shared_flags(assessment.measurements)
    confirmation = confirmation_of(result)
    return ReportContent(
        title="Spine film report" if result.assessment else "Spine film not measured",
        film=result.film,
        examination=_examination(result),
        alerts=assessment.red_lines,
        caption=_caption(result),
        table_caption=_table_caption(shared),
        rows=tuple(
            _row(m, notes, references, shared) for m in assessment.measurements if not is_per_level(m.kind)
        ),
        level_rows=tuple(
            _row(m, notes, references, shared) for m in assessment.measurements if is_per_level(m.kind)
        ),
        references=reference_sentences(references, {m.kind: m.label for m in assessment.measurements}),
        notes=notes,
        unmeasured=tuple((item.label, item.reason) for item in assessment.unmeasured),
        findings=tuple(map(_finding, assessment.findings)),
        classifications=_classified(assessment.classifications),
        unclassified=tuple(
            (one.label, _CANNOT.sub("", one.reason))
            for one in assessment.classifications
            if one.grade is None
        ),
        refusal=_refusal(result),
        provenance=_provenance(result),
        signed_by=confirmation.person if confirmation else None,
        signed_at=moment_text(confirmation.at) if confirmation else None,
        how_to_correct=CORRECT_IN_CHART if result.chart else HOW_TO_CORRECT.format(stem=stem),
    )


def _notes(measurements: tuple[Measurement, ...]) -> tuple[NoteText, ...]:
    pairs = dict.fromkeys((m.definition, m.source) for m in measurements)
    return tuple(NoteText(number=n, definition=d, source=s) for n, (d, s) in enumerate(pairs, start=1))


def _row(
    measurement: Measurement,
    notes: tuple[NoteText, ...],
    references: Mapping[str, Reference],
    shared: frozenset[Flag],
) -> MeasurementRow:
    key = (measurement.definition, measurement.source)
    return MeasurementRow(
        kind=measurement.kind,
        name=measurement.label,
        value=number_text(measurement.value, measurement.unit) + UNIT_TEXT[measurement.unit],
        interval=interval_text(measurement),
        reference=reference_text(references[measurement.kind]),
        levels=levels_text(measurement),
        flags=tuple(FLAG_TEXT[flag] for flag in measurement.flags if flag not in shared),
        note=next(note.number for note in notes if (note.definition, note.source) == key),
    )


def _shared_flags(measurements: tuple[Measurement, ...]) -> frozenset[Flag]:
    """The red flags that every measurement of the film carries: said once above the table, not on every line."""
    if len(measurements) < 2:
        return frozenset()
    return frozenset.intersection(*(frozenset(m.flags) for m in measurements))


def _table_caption(shared: frozenset[Flag]) -> str:
    if Flag.UNCALIBRATED_INTERVAL in shared:
        meaning = (
            "The intervals come from the spread of the marked points and are not calibrated against truth."
        )
    else:
        meaning = "The true value lies in the interval with 90 % probability."
    others = [FLAG_TEXT[flag] for flag in Flag if flag in shared and flag is not Flag.UNCALIBRATED_INTERVAL]
    return " ".join([f"Read off this film. {meaning}", *(f"All values: {text}." for text in others)])


def _finding(finding: Finding) -> FindingText:
    probability = finding.probability
    return FindingText(
        sentence=finding.sentence,
        probability="not given" if probability is None else probability_text(probability),
        prevalence=finding.prevalence,
        cannot_tell=finding.cannot_tell,
        source=finding.source,
        flags=tuple(FLAG_TEXT[flag] for flag in finding.flags),
    )


_CANNOT = re.compile(r"^cannot be (classified|named) because ")
"""What the heading says already."""


def _classified(found: Sequence[Classification]) -> tuple[ClassificationText, ...]:
    return tuple(
        ClassificationText(
            label=one.label,
            grade=one.grade,
            reason=one.reason,
            probabilities=", ".join(f"{name}: {probability_text(p)}" for name, p in one.probabilities),
            source=one.source,
        )
        for one in found
        if one.grade is not None
    )


def _refusal(result: FilmResult) -> RefusalText | None:
    if result.refusal is None:
        return None
    refused = result.refusal
    return RefusalText(code=refused.refusal.value, what=refused.what, why=refused.why, do=refused.do)


def _caption(result: FilmResult) -> str:
    if result.radiograph is None:
        return "The file could not be decoded, so there is no picture."
    if result.landmarks is None:
        return "The film as read. No vertebrae were marked on it."
    return (
        "Outlines: vertebrae. Thick outline and “end”: an end vertebra of a curve. Dashed and “unsure”: "
        f"confidence below 0.5. Long lines: what was measured, with levels, value and 90 % interval.{_names(result)}"
    )


def _names(result: FilmResult) -> str:
    """How sure the level names are, where there is anything to say."""
    confirmed = names_confirmed_in(result)
    if confirmed is not None:
        return f" {names_line(confirmed)}."
    named_p = 1.0 if result.landmarks is None else names_right_p(result.landmarks)
    return (
        ""
        if named_p == 1
        else f" Level names: right with a probability of {named_p:.2f}, otherwise all one off."
    )


def _examination(result: FilmResult) -> tuple[tuple[str, str], ...]:
    film, chart = result.radiograph, result.chart
    if film is None:
        return (("Film", result.film),)
    header = film.header
    view = result.landmarks.view if result.landmarks is not None else film.view
    side = result.landmarks.image_left if result.landmarks is not None else film.image_left
    known = (
        ("Chart of", None if chart is None else _chart_of(chart)),
        ("Patient", _patient_name(header)),
        ("Patient number", header.patient_id),
        ("Sex", header.sex),
        ("Age at the film", None if header.age_years is None else f"{math.floor(header.age_years)} years"),
        ("Date of the film", None if header.study_date is None else day_text(header.study_date)),
        ("View", VIEW_TEXT[view]),
        ("Left edge of the picture", SIDE_TEXT[side]),
        ("Film", result.film),
    )
    return tuple((name, text) for name, text in known if text)


def _chart_of(chart: ChartPatient) -> str:
    """The name as the chart writes it, and the day of birth where it is known."""
    return chart.name + (f", born {day_text(chart.birth_date)}" if chart.birth_date else "")


def _patient_name(header: FilmHeader) -> str | None:
    """A DICOM person name (``Family^Given^Middle^Prefix^Suffix``) as people write it."""
    if not header.name_groups:
        return None
    family, given, *_ = [*header.name_groups[0].split("^"), ""]
    return ", ".join(part for part in (family.strip(), given.strip()) if part)


def _provenance(result: FilmResult) -> tuple[tuple[str, str], ...]:
    pairs = [("Spondyl version", __version__)]
    film = result.radiograph
    if film is not None:
        pairs += [
            ("Picture", f"{film.pixels.shape[1]} × {film.pixels.shape[0]} pixels, SHA-256 {film.sha256}"),
            ("Pixel spacing", _spacing_text(film)),
            *([("SOP instance", film.sop_uid)] if film.sop_uid else []),
            *[("Note on the film", note) for note in film.notes],
        ]
    if result.landmarks is not None:
        made = result.landmarks.provenance
        pairs.append(("Landmarks by", f"{made.method}, version {made.version}"))
    named = names_confirmed_in(result)
    if named is not None:
        pairs.append(("Level names", names_line(named).removeprefix("Level names ")))
    if result.assessment is not None and result.assessment.measurements:
        made = result.assessment.measurements[0].provenance
        pairs.append(("Measured by", f"{made.method}, version {made.version}"))
    return tuple(pairs)


def _spacing_text(film: Radiograph) -> str:
    if film.spacing_mm is None:
        return "unknown: angles and ratios only, millimetres are refused"
    row, column = film.spacing_mm
    return f"{row:.4g} × {column:.4g} mm (row × column), from {film.spacing_source.value}"
