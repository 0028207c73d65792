"""Stops a session whose gate shuts while it runs: consent taken back, a flag raised, a sign found, a plan changed."""

import logging
from threading import Thread

from spondyl.assessment.screening import Answer
from spondyl.clinic.adjust.session_process import SessionProcess
from spondyl.clinic.care.adjustment_gate import ASKED, chart_gate
from spondyl.clinic.chart.transaction import reading
from spondyl.clinic.web.services import Services

_LOG = logging.getLogger(__name__)
LOOK_S = 1.0
"""The chart is looked at this often while a session runs, and once more before a dose is accepted."""

MOST_FAILED = 3
"""So many looks in a row may fail; a gate that nobody can look at is as good as shut."""

_SAID = dict.fromkeys((one.key for one in ASKED), Answer.NO)
"""What was asked on the page was answered before the session began; here only the chart counts."""


def why_shut(services: Services, person_id: str) -> str:
    """What stands in the chart against an adjustment now; empty when nothing does."""
    with reading(services.engine) as connection:
        return " ".join(chart_gate(connection, person_id).problems(_SAID))


def watch_gate(services: Services, person_id: str, session: SessionProcess) -> None:
    """Look at the chart beside the caller until the session has ended."""
    Thread(target=_watch, args=(services, person_id, session), daemon=True, name="adjustment gate").start()


def shut(session: SessionProcess, why: str) -> None:
    """Stop the session for what the chart says."""
    session.press_stop(f"the gate, which shut: {why.rstrip('.')}")


def _watch(services: Services, person_id: str, session: SessionProcess) -> None:
    failed = 0
    while not session.has_ended.wait(LOOK_S):
        try:
            why, failed = why_shut(services, person_id), 0
        except Exception as error:
            # A chart that cannot be read takes no dose either: that is asked before every one.
            _LOG.exception("the gate of a running session could not be looked at")
            failed += 1
            said = str(error).partition("\n")[0] or type(error).__name__
            why = (
                f"the chart could not be read {failed} times in a row ({said})"
                if failed >= MOST_FAILED
                else ""
            )
        if why:
            shut(session, why)
            return
