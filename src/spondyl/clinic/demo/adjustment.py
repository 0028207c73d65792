"""The demo's adjustment: a whole session on a simulated patient, run and replayed like any other."""

from threading import Event

from spondyl.clinic.adjust.live_session import Finished
from spondyl.clinic.adjust.options import Options
from spondyl.clinic.adjust.run import run_adjustment
from spondyl.clinic.care.adjustment_record import (
    FOLDER,
    keep_begun,
    keep_check,
    keep_finished,
    record_name,
)
from spondyl.clinic.chart.tables.column_types import new_id
from spondyl.clinic.chart.transaction import writing
from spondyl.clinic.demo.care import CLINICIAN
from spondyl.clinic.demo.clinic import DemoClinic
from spondyl.treatment.adjustment import Rule, Told, replay

ADJUSTED = "Greta"
"""Her plan holds an adjustment, and she has consented to it."""
OPTIONS = Options(seed=3, max_n=60.0, segments="L3-L4", rule=Rule.CLINICIAN, chosen="L4")


def seed_adjustment(clinic: DemoClinic) -> None:
    """Run a session, keep it and the check of its record in the chart."""
    person = next(one for one in clinic.people if one.details.given_name == ADJUSTED)
    folder, run = clinic.services.data_dir / FOLDER, new_id()
    ran = run_adjustment(
        OPTIONS,
        record=folder / f"{run}.tar",
        stop=Event(),
        ask=lambda: Told(pain=3, wants_stop=False),
    )
    record = folder / record_name(person.id, ran.plan.session)
    record.parent.mkdir(parents=True, exist_ok=True)
    ran.record.rename(record)
    with writing(clinic.services.engine) as connection:
        source = "simulator in this program"
        keep_begun(connection, person.id, run, ran.plan, source=source, actor=CLINICIAN)
        finished = Finished(outcome=ran.outcome, digest=ran.digest, stopped_by="")
        keep_finished(connection, run, ran.plan, finished, actor=CLINICIAN)
        keep_check(connection, run, replay(record.read_bytes()), actor=CLINICIAN)
