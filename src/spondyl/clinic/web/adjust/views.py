"""What of a session is shown, the same while it runs and afterwards: stiffness, dose against budget, decisions."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from markupsafe import Markup

from spondyl.clinic.adjust.desk import Desk
from spondyl.clinic.adjust.session_process import SessionProcess
from spondyl.clinic.care.adjustment_record import StoredAdjustment
from spondyl.clinic.report.session.gathered import PainSaid, pains_of
from spondyl.clinic.web.adjust.pictures import map_svg, wave_svg
from spondyl.instrument import Limits, cap_n
from spondyl.treatment.adjustment import (
    Decision,
    Delivered,
    Fired,
    MapRow,
    Plan,
    RecordedStep,
    RecordError,
    Rule,
    StopBecause,
    delivered_of,
    read_record,
)
from spondyl.treatment.adjustment.json_codec import from_json

ACTIONS = {
    "do_nothing": "Nothing is done",
    "probe_again": "Read again",
    "leave_out": "Left out",
    "treat": "Treat",
    "lower_dose": "Lower dose",
    "go_on": "Go on",
    "stop": "End",
}
LATELY = timedelta(days=1)
RULES = {
    Rule.PAIN: ("Pain-guided", "The segment that hurts most on pressing."),
    Rule.STIFFNESS: ("Stiffness-guided", "The segment that is clearly stiffer than its neighbours."),
    Rule.CLINICIAN: ("Chosen by the clinician", "The segment you name."),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class DoseLine:
    """One segment: pulses, highest total force beside its cap, counted impulse beside its budget (N·s)."""

    segment: str
    pulses: int
    treated: int
    highest_n: float
    cap_n: float
    spent_ns: float
    budget_ns: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """The parts of a page about a session. ``impulse_ns`` was measured; ``spent_ns`` is what the budget counts."""

    map: Markup
    rows: Sequence[MapRow]
    wave: Markup | None
    doses: Sequence[DoseLine]
    decisions: Sequence[Decision]
    impulse_ns: float
    spent_ns: float
    budget_ns: float
    pulses: int
    most_pulses: int
    wave_name: str = "Last pulse"
    unaccepted: Decision | None = None
    """The decision that proposed a dose last, where nobody has accepted it."""
    pains: Sequence[PainSaid] = ()
    """What the patient said of the pain; told of a session that has ended."""
    missing_ms: int = 0
    """Milliseconds of which the live traces had no measurement; told of a session that has ended."""


def shown_live(session: SessionProcess) -> Shown:
    """A session as it stands now."""
    watched = session.watched
    wave = wave_svg(*watched.last) if watched.last else None
    shown = _shown(session.setup.plan, watched.rows, watched.delivered, watched.decisions, wave)
    return replace(shown, unaccepted=_last_dose(watched.decisions) if watched.is_unaccepted else None)


def shown_stored(stored: StoredAdjustment, data_dir: Path) -> Shown:
    """A session that has ended; its last pulse to treat, else its last one, is read from the record. So is all that was
    delivered where no end is kept."""
    plan = from_json(Plan, stored.plan)
    steps = _steps(stored, data_dir)
    fired = [(step.fire, step.reading) for step in steps if isinstance(step.reading, Fired)]
    treated = [one for one in fired if one[0].purpose == "treat"]
    wave = next((wave_svg(*one) for one in (treated or fired)[-1:]), None)
    of_record = {"missing_ms": sum(step.missing_ms for step in steps), "pains": pains_of(steps)}
    name = "Last pulse to treat" if treated else "Last pulse"
    if stored.outcome is None:
        shown = _shown(plan, (), tuple(delivered_of(*one) for one in fired), (), wave)
        return replace(shown, **of_record, wave_name=name)
    outcome: Mapping[str, Any] = stored.outcome
    rows = tuple(from_json(MapRow, one) for one in outcome.get("stiffness", ()))
    delivered = tuple(from_json(Delivered, one) for one in outcome.get("delivered", ()))
    decisions = tuple(from_json(Decision, one) for one in outcome.get("decisions", ()))
    is_unaccepted = any(step.is_unaccepted_dose for step in steps)
    unaccepted = _last_dose(decisions) if is_unaccepted else None
    shown = _shown(plan, rows, delivered, decisions, wave)
    return replace(shown, **of_record, wave_name=name, unaccepted=unaccepted)


def _last_dose(decisions: Sequence[Decision]) -> Decision | None:
    return next((one for one in reversed(decisions) if one.commanded_n), None)


def _steps(stored: StoredAdjustment, data_dir: Path) -> Sequence[RecordedStep]:
    try:
        record = read_record(stored.path(data_dir).read_bytes())
    except (OSError, RecordError):
        # The check of the record, beside the picture, says what is wrong with it.
        return ()
    return record.steps if stored.is_record(record.digest) else ()


def _shown(
    plan: Plan,
    rows: Sequence[MapRow],
    delivered: Sequence[Delivered],
    decisions: Sequence[Decision],
    wave: Markup | None,
) -> Shown:
    return Shown(
        map=map_svg(plan.segments, rows),
        rows=rows,
        wave=wave,
        doses=tuple(_dose(segment, delivered, plan.limits) for segment in plan.segments),
        decisions=decisions,
        impulse_ns=sum(one.impulse_ns for one in delivered),
        spent_ns=_counted_ns(delivered),
        budget_ns=plan.limits.session_impulse_ns,
        pulses=len(delivered),
        most_pulses=plan.limits.session_count,
    )


def _dose(segment: str, delivered: Sequence[Delivered], limits: Limits) -> DoseLine:
    of = [one for one in delivered if one.segment == segment]
    return DoseLine(
        segment=segment,
        pulses=len(of),
        treated=sum(one.purpose == "treat" for one in of),
        highest_n=max((one.peak_n for one in of), default=0.0),
        cap_n=cap_n(segment, limits),
        spent_ns=_counted_ns(of),
        budget_ns=limits.segment_impulse_ns,
    )


def _counted_ns(delivered: Iterable[Delivered]) -> float:
    return sum(one.counted_ns for one in delivered)


def given_lately(earlier: Iterable[StoredAdjustment], *, now: datetime) -> str:
    """What real sessions of the last day gave, in a sentence: budgets begin anew with every session; empty for none."""
    lately = [one for one in earlier if not one.is_simulated and now - one.at < LATELY]
    if not lately:
        return ""
    ended = [one.outcome for one in lately if one.outcome is not None]
    pulses = [pulse for outcome in ended for pulse in outcome["delivered"]]
    where = ", ".join(dict.fromkeys(pulse["segment"] for pulse in pulses))
    highest_n = max((pulse["peak_n"] for pulse in pulses), default=0.0)
    sessions = "1 session" if len(lately) == 1 else f"{len(lately)} sessions"
    gave = f": {len(pulses)} pulses at {where}, the highest {highest_n:.0f} N" if pulses else ""
    unknown = len(lately) - len(ended)
    more = f" Of {unknown} no end is kept: what was given stands in its record, below." if unknown else ""
    return f"{sessions} on the instrument within the last day{gave}. Every session has whole budgets of its own.{more}"


def still_text(desk: Desk, stored: StoredAdjustment) -> str:
    """That a session has not come to its end yet, in a few words; empty once it has."""
    live = desk.of_run(stored.run)
    if stored.outcome is not None or live is None or not live.is_open:
        return ""
    return "runs on another page" if live.runs else "is being ended"


def reason_text(stored: StoredAdjustment) -> str:
    """Why a session ended, in a few words."""
    if stored.outcome is None:
        return "broke off or could not run" if stored.problem else "no end is kept"
    because = StopBecause(stored.outcome["stopped_because"])
    if because is StopBecause.NOTHING_TO_TREAT and stored.plan["only_probe"]:
        return "only reading was asked for"
    return _SHORT[because]


_SHORT = {
    StopBecause.BLOCKED: "blocked before anything was touched",
    StopBecause.NO_MAXIMUM: "no maximum was set",
    StopBecause.NOTHING_TO_TREAT: "nothing was treated",
    StopBecause.CHANGED: "the reading changed",
    StopBecause.FUTILITY: "a change became unlikely",
    StopBecause.PAIN: "pain",
    StopBecause.DRIFT: "the readings could not be compared",
    StopBecause.BUDGET: "no further course could be given",
    StopBecause.STOP_PRESSED: "stopped",
    StopBecause.REFUSED: "the kernel or the instrument refused",
    StopBecause.INSTRUMENT_FAILED: "the instrument failed",
}
