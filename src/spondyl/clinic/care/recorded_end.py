"""The end of a session that stands in its record and not in the chart: the server ended between the two."""

from pathlib import Path

from spondyl.clinic.adjust.live_session import Finished
from spondyl.clinic.care.adjustment_record import StoredAdjustment
from spondyl.treatment.adjustment import Plan, RecordError, StopBecause, read_record
from spondyl.treatment.adjustment.json_codec import from_json

UNKNOWN = "somebody; who it was is not known any more, for the server ended before it was kept"
"""The record says that a stop was pressed, and not by whom."""


def recorded_end(stored: StoredAdjustment, data_dir: Path) -> Finished | None:
    """None when the chart has an end already, or the record has none, is none, or is that of another session.

    Only the chain is checked here; the replay that follows every end computes each step again.
    """
    if stored.outcome is not None or stored.problem:
        return None
    try:
        record = read_record(stored.path(data_dir).read_bytes())
    except (OSError, RecordError):
        # The page then says that there is no end, and offers whatever there is of the record.
        return None
    outcome = record.outcome
    if outcome is None or record.head.plan != from_json(Plan, stored.plan):
        return None
    stopped_by = UNKNOWN if outcome.stopped_because is StopBecause.STOP_PRESSED else ""
    return Finished(outcome=outcome, digest=record.digest, stopped_by=stopped_by)
