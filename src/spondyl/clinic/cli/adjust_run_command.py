"""``spondyl adjust run`` and ``probe``."""

import json
import signal
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, NoReturn

import typer

from spondyl.clinic.cli.adjust_options import (
    Address,
    Chosen,
    Film,
    FilmLandmarks,
    Json,
    Live,
    MaxN,
    Pain,
    RecordPath,
    RuleChoice,
    RuleOption,
    ScreenFile,
    Seed,
    Segments,
    Simulated,
)
from spondyl.clinic.cli.leave import leave
from spondyl.clinic.cli.screen_command import code_of
from spondyl.clinic.exit_codes import ExitCode

if TYPE_CHECKING:
    from spondyl.clinic.adjust.film_patient import FilmOfPatient
    from spondyl.clinic.adjust.options import Options, ScreenBlocksError
    from spondyl.clinic.adjust.run import Ran
    from spondyl.treatment.adjustment import Outcome

NOT_SAFE = "NOT PROVED SAFE: press the instrument's stop and take the tip off by hand."


def run(  # noqa: PLR0913, PLR0917  a command's options are its arguments
    simulated: Simulated = False,
    seed: Seed = 1,
    instrument: Address = None,
    live: Live = False,
    max_n: MaxN = None,
    segments: Segments = "L1-L5",
    rule: RuleOption = RuleChoice.PAIN,
    segment: Chosen = "",
    pain: Pain = "",
    film: Film = None,
    landmarks: FilmLandmarks = None,
    screen: ScreenFile = None,
    record: RecordPath = None,
    json_output: Json = False,
) -> None:
    """Run a session: read every segment, choose one, treat it, check, stop. Without --live nothing real is touched.

    Research software, not a medical device. Keys in a terminal: space or s stops, 0 to 10
    (or x) say how much it hurts.

    \b
    Examples:
      spondyl adjust run --simulated --seed 1 --max-n 80
      spondyl adjust run --simulated --seed 1 --max-n 80 --json
      spondyl adjust run --simulated --seed 1 --max-n 80 --instrument tcp://127.0.0.1:7000 --json

    \b
    Exit codes: 0 ended for a stated reason, 2 wrong command line, 6 record not written, 8 blocked,
    9 emergency care now, 11 refusal or fault, 12 not proved safe, 130 stopped.
    """
    from spondyl.clinic.adjust.options import Options
    from spondyl.treatment.adjustment import Rule

    _check_address(instrument, simulated=simulated, live=live)
    options = Options(
        seed=seed,
        max_n=max_n,
        segments=segments,
        rule=Rule(rule.value),
        chosen=segment.upper(),
        pain=tuple(filter(None, pain.replace(" ", "").split(","))),
        address=instrument,
        live=live,
        screen=screen,
        film=_film(film, landmarks, here=instrument is None and not live),
    )
    _run(options, record, json_output=json_output)


def probe(  # noqa: PLR0913, PLR0917  a command's options are its arguments
    simulated: Simulated = False,
    seed: Seed = 1,
    instrument: Address = None,
    live: Live = False,
    max_n: MaxN = None,
    segments: Segments = "L1-L5",
    screen: ScreenFile = None,
    record: RecordPath = None,
    json_output: Json = False,
) -> None:
    """Read the stiffness of every segment with small pulses, and treat nothing.

    \b
    Example:
      spondyl adjust probe --simulated --seed 1 --max-n 60

    \b
    Exit codes: as those of 'spondyl adjust run'.
    """
    from spondyl.clinic.adjust.options import Options
    from spondyl.treatment.adjustment import Rule

    _check_address(instrument, simulated=simulated, live=live)
    options = Options(
        seed=seed,
        max_n=max_n,
        segments=segments,
        rule=Rule.STIFFNESS,
        address=instrument,
        live=live,
        screen=screen,
        only_probe=True,
    )
    _run(options, record, json_output=json_output)


def _check_address(address: str | None, *, simulated: bool, live: bool) -> None:
    if simulated and live:
        leave(ExitCode.USAGE, "Either --simulated or --live: an instrument is one of the two.")
    if address is not None and not (simulated or live):
        leave(
            ExitCode.USAGE,
            "Say what stands at --instrument: --simulated for a simulator, --live for a device.",
        )
    if address is None and live:
        leave(
            ExitCode.USAGE,
            "--live needs the device's address: --instrument tcp://host:port or serial:///dev/name.",
        )


def _film(film: Path | None, landmarks: Path | None, *, here: bool) -> "FilmOfPatient | None":
    from spondyl.clinic.adjust.film_patient import FilmOfPatient

    if film is None and landmarks is None:
        return None
    if film is None or landmarks is None or not here:
        leave(
            ExitCode.USAGE,
            "--film and --landmarks belong together, and to the simulator in this process (no --instrument).",
        )
    return FilmOfPatient(film=film, landmarks=landmarks)


def _run(options: "Options", record: Path | None, *, json_output: bool) -> None:
    from spondyl.clinic.adjust.session_json import session_json

    stop = Event()
    with _signals(stop):
        ran = _ran(options, record, stop, json_output=json_output)
    if json_output:
        value = session_json(ran.outcome, ran.plan, record=ran.record, digest=ran.digest)
        typer.echo(json.dumps(value, indent=2, ensure_ascii=False))
    if not ran.outcome.is_safe:
        leave(ExitCode.SESSION_NOT_SAFE, NOT_SAFE)
    leave(_code(ran.outcome))


def _ran(options: "Options", record: Path | None, stop: Event, *, json_output: bool) -> "Ran":
    from spondyl.clinic.adjust.address import AddressError
    from spondyl.clinic.adjust.options import OptionError, ScreenBlocksError
    from spondyl.clinic.adjust.run import run_adjustment
    from spondyl.instrument import InstrumentError, NotSafeError

    try:
        if json_output:
            return run_adjustment(options, record=record, stop=stop)
        from spondyl.clinic.cli.adjust_terminal import run_in_terminal

        return run_in_terminal(options, record=record, stop=stop)
    except NotSafeError as error:
        leave(ExitCode.SESSION_NOT_SAFE, f"{NOT_SAFE} {error}")
    except InstrumentError as error:
        leave(ExitCode.SESSION_FAILED, str(error))
    except (OptionError, AddressError) as error:
        leave(ExitCode.USAGE, str(error))
    except ScreenBlocksError as blocked:
        _leave_blocked(blocked)
    except OSError as error:
        leave(ExitCode.OUTPUT_FAILED, f"The record cannot be written: {error}. Nothing goes on without one.")


def _leave_blocked(blocked: "ScreenBlocksError") -> NoReturn:
    from spondyl.clinic.cli.screens import print_screen

    print_screen(blocked.screen, blocked.patient_id, to_stderr=True)
    said = "\nNothing was touched: no session begins while its own screen blocks."
    if all(flag.clinician_may_decide for flag in blocked.screen.flags):
        # Whoever lets a flag pass is named with the reason, by their own sign-in; a command line has none.
        said += (
            " Nobody is named here who could decide otherwise: a clinician who has looked lets this pass, "
            "with the reason, on the patient's intake page (spondyl serve), and adjusts from there."
        )
    leave(code_of(blocked.screen), said)


@contextmanager
def _signals(stop: Event) -> Generator[None]:
    """Ctrl-C and SIGTERM press the stop."""

    def press(_signal: int, _frame: object) -> None:
        stop.set()

    before = {one: signal.signal(one, press) for one in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for one, handler in before.items():
            signal.signal(one, handler)


def _code(outcome: "Outcome") -> ExitCode:
    from spondyl.treatment.adjustment import StopBecause

    codes = {
        StopBecause.STOP_PRESSED: ExitCode.INTERRUPTED,
        StopBecause.REFUSED: ExitCode.SESSION_FAILED,
        StopBecause.INSTRUMENT_FAILED: ExitCode.SESSION_FAILED,
        StopBecause.BLOCKED: ExitCode.SCREEN_BLOCKS,
    }
    return codes.get(outcome.stopped_because, ExitCode.ALL_MEASURED)
