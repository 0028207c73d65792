"""Run one session from options to record."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from threading import Event

from spondyl.clinic.adjust.instruments import open_instrument
from spondyl.clinic.adjust.options import Options, plan_of
from spondyl.clinic.adjust.pump import Rig, Silent, Watcher, run_session
from spondyl.clinic.adjust.record_file import RecordFile
from spondyl.instrument import Interlock
from spondyl.treatment.adjustment import Head, Outcome, Plan, Told

RECORDS = Path("adjustments")


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """A session that came to its end."""

    plan: Plan
    outcome: Outcome
    record: Path
    digest: str


def _no_change() -> Told:
    return Told(pain=0, wants_stop=False)


def run_adjustment(
    options: Options,
    *,
    record: Path | None,
    stop: Event,
    watcher: Watcher | None = None,
    ask: Callable[[], Told] = _no_change,
) -> Ran:
    """Raises OptionError or AddressError for options that cannot be, InstrumentError when none answers, OSError for the
    record."""
    plan, patient = plan_of(options)
    path = record or RECORDS / f"session-{plan.session}.tar"
    source = options.address or "simulator in this process"
    if options.film is not None:
        source += ", with the spine of a film"
    head = Head(plan=plan, started_at=datetime.now(UTC).isoformat(timespec="milliseconds"), source=source)
    with open_instrument(options.address, patient) as instrument, RecordFile(path) as file:
        interlock = Interlock(
            instrument, session=plan.session, gate=plan.gate, limits=plan.limits, simulated=plan.simulated
        )
        rig = Rig(instrument=instrument, interlock=interlock, ask=ask, stop=stop, watcher=watcher or Silent())
        outcome, digest = run_session(head, rig, file.append)
    return Ran(plan=plan, outcome=outcome, record=path, digest=digest)
