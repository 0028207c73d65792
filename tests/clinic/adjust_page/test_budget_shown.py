"""Claim: what stands against the budget on the page is what the kernel's ledger counts, as in report and record; the
impulse delivered is the measured one.

Source: the charges that the record keeps beside every pulse.
"""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from threading import Event

import pytest

from spondyl.clinic.adjust.options import Options
from spondyl.clinic.adjust.run import run_adjustment
from spondyl.clinic.adjust.session_json import session_json
from spondyl.clinic.care.adjustment_record import FOLDER, StoredAdjustment
from spondyl.clinic.report.session.content import session_content
from spondyl.clinic.web.adjust.views import shown_stored
from spondyl.treatment.adjustment import Fired, Rule, Verdict, read_record, replay, to_json

OPTIONS = Options(seed=3, max_n=60.0, segments="L3-L4", rule=Rule.CLINICIAN, chosen="L4")


def test_page_report_and_ledger_count_the_same_against_the_budget(tmp_path: Path) -> None:
    path = tmp_path / FOLDER / "record.tar"
    ran = run_adjustment(OPTIONS, record=path, stop=Event())
    again = replay(path.read_bytes())
    assert again.verdict is Verdict.IDENTICAL
    record = read_record(path.read_bytes())
    steps = [
        (step.command["segment"], step.reading) for step in record.steps if isinstance(step.reading, Fired)
    ]
    charged = sum(fired.charged_ns for segment, fired in steps if segment == "L4")
    measured = sum(fired.waveform.impulse_ns for _, fired in steps)
    stored = StoredAdjustment(
        run="r",
        version=2,
        person_id="p",
        plan=to_json(ran.plan),
        source="a test",
        record=path.name,
        by="a",
        at=datetime(2026, 11, 28, tzinfo=UTC),
        outcome=session_json(ran.outcome, ran.plan, record=path, digest=ran.digest),
        problem="",
        stopped_by="",
        check=None,
    )
    for shown in (shown_stored(stored, tmp_path), shown_stored(replace(stored, outcome=None), tmp_path)):
        dose = next(one for one in shown.doses if one.segment == "L4")
        assert dose.spent_ns == pytest.approx(charged, abs=1e-4)
        assert shown.spent_ns == pytest.approx(sum(fired.charged_ns for _, fired in steps), abs=1e-4)
        assert shown.impulse_ns == pytest.approx(measured, abs=1e-4)
        assert shown.impulse_ns < shown.spent_ns, "the actuator gives way"
        line = next(one for one in session_content(record, again).doses if one.segment == "L4")
        assert line.impulse.startswith(f"{dose.spent_ns:.2f} of ")
