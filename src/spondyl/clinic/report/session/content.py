"""The words of a session's report, the same in HTML and PDF."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from spondyl.booking import zone_of
from spondyl.clinic.report.day_text import day_text
from spondyl.clinic.report.session.gathered import Gathered, PainSaid, gathered
from spondyl.treatment.adjustment import MapRow, Plan, RecordError, Replay, Rule, SessionRecord, Verdict
from spondyl.true_minus import true_minus

EVIDENCE = (
    "Choosing the segment by a test did not help in trials: ten trials, 931 people, pain −0.20 [−0.51, 0.10], "
    "disability −0.04 [−0.36, 0.29] (meta-analysis by Sørensen).",
    "Treating by hand beat an instrument for four weeks (107 people, Schneider 2015): 8.1 Oswestry points; no "
    "difference at 3 and 6 months.",
    "Force and speed of the thrust made no difference to outcomes in a trial that varied both.",
    "An adjustment does not straighten a spine: +2.1° of neck lordosis after four weeks (p = .12), and less than 13.5° "
    "cannot be told from chance in one person.",
    "Stiffness is not an outcome: it did not change over six weeks although patients improved.",
)
RULES = {
    Rule.PAIN: "by pain on pressing",
    Rule.STIFFNESS: "by stiffness",
    Rule.CLINICIAN: "chosen by the clinician",
}
PLACEHOLDER = (
    "Caps and budgets are engineering placeholders, not clinical advice: no source gives a safe force."
)
NO_END = "The record has no end: the session was cut off. What follows is what was written before."


@dataclass(frozen=True, slots=True, kw_only=True)
class StiffnessLine:
    """A segment before and after; ``note`` says why a reading is missing."""

    segment: str
    before: str
    after: str
    change: str
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DoseLine:
    """What a segment received beside what it might have."""

    segment: str
    pulses: str
    peak: str
    impulse: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionLine:
    """One decision with its reason and its forces."""

    number: str
    where: str
    action: str
    reason: str
    forces: str


NOT_ACCEPTED = " (proposed, not accepted)"


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionContent:
    """``simulated`` is the mark that stands at the top, empty for a real session; ``summary`` what came of it."""

    title: str
    simulated: str
    warning: str
    facts: tuple[tuple[str, str], ...]
    summary: str
    stiffness: tuple[StiffnessLine, ...]
    doses: tuple[DoseLine, ...]
    decisions: tuple[DecisionLine, ...]
    pains: tuple[PainSaid, ...]
    evidence: tuple[str, ...]
    proof: str
    notice: str


def session_content(record: SessionRecord, again: Replay, *, zone: str = "UTC") -> SessionContent:
    """All words of the report; ``again`` is the replay of the same bytes; times by the clock of the zone."""
    plan, found = record.head.plan, gathered(record)
    return SessionContent(
        title=f"Adjustment session {plan.session}",
        simulated="SIMULATED: no patient and no real instrument took part." if plan.simulated else "",
        warning=_warning(record, again),
        facts=_facts(record, zone),
        summary=_summary(record, found),
        stiffness=tuple(
            _stiffness(name, found.rows) for name in dict.fromkeys(r.segment for r in found.rows)
        ),
        doses=tuple(_dose(name, found, plan) for name in dict.fromkeys(p.segment for p in found.pulses)),
        decisions=tuple(
            DecisionLine(
                number=str(number + 1),
                where=one.segment or "session",
                action=f"{one.action.value.replace('_', ' ')}{NOT_ACCEPTED if number in found.unaccepted else ''}",
                reason=one.reason,
                forces=_forces(one.commanded_n, one.predicted_n, one.cap_n),
            )
            for number, one in enumerate(found.decisions)
        ),
        pains=found.pains,
        evidence=EVIDENCE,
        proof=again.text if record.digest in again.text else f"{again.text} SHA-256 {record.digest}",
        notice=record.head.notice,
    )


def _warning(record: SessionRecord, again: Replay) -> str:
    if again.verdict is Verdict.DIFFERENT:
        return f"This record does not replay: {again.text} Do not rely on it."
    if again.verdict is Verdict.OTHER_RULES:
        return again.text.split(" SHA-256")[0]
    if record.outcome is None:
        return NO_END
    if not record.outcome.is_safe:
        return "The safe state was not proved at the end of this session."
    return ""


def _missing(record: SessionRecord) -> tuple[tuple[str, str], ...]:
    """Said only where it happened."""
    text = f"{record.missing_ms} ms without a measurement: the program asked for it too late"
    return (("Live traces", text),) if record.missing_ms else ()


def _facts(record: SessionRecord, zone: str) -> tuple[tuple[str, str], ...]:
    plan = record.head.plan
    limits = plan.limits
    return (
        ("Started", _started(record.head.started_at, zone)),
        ("Instrument", record.head.source),
        ("Segments", ", ".join(plan.segments)),
        ("Target", "none: probing only" if plan.only_probe else RULES[plan.rule]),
        ("Most total force", f"{limits.maximum_n:g} N, set by the clinician"),
        (
            "Budget",
            f"{limits.segment_impulse_ns:g} N·s a segment, {limits.session_impulse_ns:g} N·s a session",
        ),
        (
            "Aim",
            f"{plan.aim_mm:g} mm between the segments, {plan.pulses} pulses a course, {plan.courses} courses",
        ),
        ("Software", f"Spondyl {record.head.version}"),
        *_missing(record),
    )


def _started(at: str, zone: str) -> str:
    here = zone_of(zone)
    try:
        wall = datetime.fromisoformat(at).astimezone(here)
    except (ValueError, OverflowError) as error:
        raise RecordError(f"its start is no time: {error}.") from error
    return f"{day_text(wall)}, {wall:%H:%M:%S} {wall:%Z}"


def _summary(record: SessionRecord, found: Gathered) -> str:
    ended = record.outcome.text if record.outcome else "The session was cut off."
    treated = found.treated
    if not treated:
        return f"Nothing was treated; {len(found.pulses)} small pulses were given to measure. {ended}"
    where = ", ".join(dict.fromkeys(pulse.segment for pulse in treated))
    top = max(treated, key=lambda pulse: pulse.waveform.peak_n)
    return (
        f"{where} was treated with {len(treated)} pulse{'s' if len(treated) > 1 else ''}, the highest "
        f"{top.waveform.peak_n:.1f} N of the {top.cap_n:g} N allowed, beside {len(found.pulses) - len(treated)} "
        f"small pulses to measure. {ended}"
    )


def _stiffness(segment: str, rows: Sequence[MapRow]) -> StiffnessLine:
    here = [row for row in rows if row.segment == segment]
    last = here[-1] if len(here) > 1 else None
    change = ""
    if last is not None and last.stiffness_n_mm and here[0].stiffness_n_mm:
        change = true_minus(f"{100 * (last.stiffness_n_mm / here[0].stiffness_n_mm - 1):+.1f} %")
    return StiffnessLine(
        segment=segment,
        before=_interval(here[0]),
        after=f"{_interval(last)}, {last.when}" if last is not None else "not read again",
        change=change,
        note=" ".join(dict.fromkeys(row.text for row in here if row.text)),
    )


def _interval(row: MapRow) -> str:
    if row.stiffness_n_mm is None:
        return "not read"
    return f"{row.stiffness_n_mm:.1f} ({row.low_n_mm:.1f} to {row.high_n_mm:.1f})"


def _dose(segment: str, found: Gathered, plan: Plan) -> DoseLine:
    here = [pulse for pulse in found.pulses if pulse.segment == segment]
    treated = sum(pulse.purpose == "treat" for pulse in here)
    top = max(here, key=lambda pulse: pulse.waveform.peak_n)
    spent = sum(pulse.charged_ns for pulse in here)
    small = f"{len(here) - treated} small"
    return DoseLine(
        segment=segment,
        pulses=f"{small}, {treated} to treat" if treated else small,
        peak=f"{top.waveform.peak_n:.1f} of {top.cap_n:g} N",
        impulse=f"{spent:.2f} of {plan.limits.segment_impulse_ns:g} N·s",
    )


def _forces(commanded_n: float | None, predicted_n: float | None, cap_n: float | None) -> str:
    parts = (
        ("commanded", commanded_n),
        ("expected", predicted_n),
        ("cap", cap_n),
    )
    return ", ".join(f"{name} {value:.1f} N" for name, value in parts if value is not None)
