"""Claim: a stop in a terminal reaches the instrument while the session is held up, and no pulse begins after it."""

import time
from pathlib import Path
from threading import Event

import pytest

from served_instrument import simulator
from spondyl.clinic.adjust import pump
from spondyl.clinic.adjust.options import Options
from spondyl.clinic.adjust.pump import Rig
from spondyl.clinic.adjust.run import run_adjustment
from spondyl.treatment.adjustment import Command, Fire, Reading, Rule, StopBecause

pytestmark = pytest.mark.alone  # the stop must be there before the pulse is asked for


def test_a_stop_overtakes_a_session_that_is_held_up_just_before_a_pulse(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stop, obey = Event(), pump._do

    def held_up(command: Command, rig: Rig) -> Reading:
        if isinstance(command, Fire) and not stop.is_set():
            stop.set()
            time.sleep(0.3)
        return obey(command, rig)

    monkeypatch.setattr(pump, "_do", held_up)
    with simulator("--port", "0") as address:
        options = Options(max_n=60.0, segments="L3", rule=Rule.CLINICIAN, chosen="L3", address=address)
        ran = run_adjustment(options, record=tmp_path / "record.tar", stop=stop)
    assert ran.outcome.stopped_because is StopBecause.STOP_PRESSED
    assert ran.outcome.delivered == ()
