"""Run one session from options to record."""

from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from threading import Event, Thread

from spondyl.clinic.adjust.instruments import open_instrument
from spondyl.clinic.adjust.options import OptionError, Options, plan_of
from spondyl.clinic.adjust.pump import Rig, Silent, Watcher, run_session, unsaid
from spondyl.clinic.adjust.record_file import RecordFile
from spondyl.clinic.adjust.stop_lane import send_stop
from spondyl.instrument import Interlock
from spondyl.instrument.gate import check_gate
from spondyl.treatment.adjustment import Head, Outcome, Plan, Told, no_target_foreseen

RECORDS = Path("adjustments")
LOOK_S = 0.05
Ask = Callable[[], Told | None]
"""The patient's word; None until there is one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """A session that came to its end."""

    plan: Plan
    outcome: Outcome
    record: Path
    digest: str


def _no_change() -> Told:
    """The word of a simulated patient."""
    return Told(pain=0, wants_stop=False)


def _check_asked(options: Options, plan: Plan, ask: Ask | None) -> None:
    """Nobody's word is made up: who may be treated must be heard, and is pressed for something."""
    if not options.live or plan.only_probe or check_gate(plan.gate) is not None:
        return
    if ask is None:
        raise OptionError(
            "--live treats a person, and nobody could say here how much it hurts. Run it without --json, in a terminal "
            "that can be drawn anew (TERM is not dumb)."
        )
    if why := no_target_foreseen(plan):
        raise OptionError(
            f"{why} No pulse is given to a person for nothing; to read only, run 'spondyl adjust probe'."
        )


@contextmanager
def _carried(stop: Event, address: str | None) -> Generator[None]:
    """A stop goes to the instrument by a way of its own too, past whatever holds the session up.

    From a thread: a signal's handler may start none, for it may have come while another was being started.
    """
    is_over = Event()

    def carry() -> None:
        while not is_over.is_set():
            if stop.wait(LOOK_S):
                send_stop(address)
                return

    carrier = Thread(target=carry, daemon=True, name="adjustment stop")
    carrier.start()
    try:
        yield
    finally:
        is_over.set()
        carrier.join()


def run_adjustment(
    options: Options,
    *,
    record: Path | None,
    stop: Event,
    watcher: Watcher | None = None,
    ask: Ask | None = None,
    hear: Ask = unsaid,
) -> Ran:
    """``ask`` and ``hear`` give the patient's word; without them a simulated patient says that nothing hurts.

    Raises OptionError or AddressError for options that cannot be, ScreenBlocksError for whom it may not be,
    InstrumentError when none answers, OSError for the record."""
    plan, patient = plan_of(options)
    _check_asked(options, plan, ask)
    path = record or RECORDS / f"session-{plan.session}.tar"
    source = options.address or "simulator in this process"
    if patient.spine:
        source += f", with {patient.spine}"
    head = Head(plan=plan, started_at=datetime.now(UTC).isoformat(timespec="milliseconds"), source=source)
    with (
        open_instrument(options.address, patient) as instrument,
        RecordFile(path) as file,
        _carried(stop, options.address),
    ):
        interlock = Interlock(
            instrument, session=plan.session, gate=plan.gate, limits=plan.limits, simulated=plan.simulated
        )
        rig = Rig(
            instrument=instrument,
            interlock=interlock,
            ask=ask or _no_change,
            hear=hear,
            stop=stop,
            watcher=watcher or Silent(),
        )
        outcome, digest = run_session(head, rig, file.append)
    return Ran(plan=plan, outcome=outcome, record=path, digest=digest)
