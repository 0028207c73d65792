"""A server of one session, for tests that kill it or stop it: ``python served_session.py RECORD ADDRESS``.

Prints the process of the session, then ``pulse`` once one was given; beats like a page until it is ended.
"""

import sys
import time
from pathlib import Path

from spondyl.clinic.adjust.gate import CLEAR
from spondyl.clinic.adjust.live_session import Keeper, Setup
from spondyl.clinic.adjust.patient import draw_patient
from spondyl.clinic.adjust.session_process import SessionProcess
from spondyl.instrument import Limits
from spondyl.treatment.adjustment import Plan, Rule


def main(record: str, address: str) -> None:
    segments = ("L3", "L4", "L5")
    plan = Plan(
        session=7,
        segments=segments,
        rule=Rule.CLINICIAN,
        chosen="L4",
        limits=Limits(maximum_n=60.0),
        gate=CLEAR,
        probes=6,
    )
    setup = Setup(plan=plan, patient=draw_patient(1, segments), address=address, record=Path(record))
    live = SessionProcess(setup, Keeper(finished=lambda _: None, checked=lambda _: None))
    print(live.pid, flush=True)
    is_told = False
    while True:
        live.beat()
        if live.watched.delivered and not is_told:
            is_told = True
            print("pulse", flush=True)
        time.sleep(0.1)


if __name__ == "__main__":
    main(*sys.argv[1:])
