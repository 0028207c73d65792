"""From plan to adjustment session: whom to treat where, how hard, when to stop, and a record that proves it.

Nothing here reaches a device: a session is a generator of commands, and the shell connects it to an instrument.
"""

from spondyl.treatment.adjustment.approach import Approach, best_approach
from spondyl.treatment.adjustment.commands import (
    Ask,
    Command,
    Fire,
    Hear,
    Note,
    Open,
    Place,
    Rest,
    Show,
    Wait,
)
from spondyl.treatment.adjustment.decision import Action, Decision, StopBecause
from spondyl.treatment.adjustment.delivered import delivered_of
from spondyl.treatment.adjustment.dose import Dose, Room, Share, choose_dose, share_of
from spondyl.treatment.adjustment.json_codec import to_json
from spondyl.treatment.adjustment.machine import ALWAYS, FINAL, TRANSITIONS, Machine, Stage, Step, mermaid
from spondyl.treatment.adjustment.outcome import Delivered, MapRow, Outcome
from spondyl.treatment.adjustment.plan import RULES, Device, Plan, Rule
from spondyl.treatment.adjustment.probing import Scatter, Stiffness, read_probe, scatter, stiffness_of
from spondyl.treatment.adjustment.readings import (
    Denied,
    Done,
    Failed,
    Fired,
    Halted,
    InContact,
    Opened,
    Reading,
    Rested,
    Told,
)
from spondyl.treatment.adjustment.record import Head, RecordedStep, RecordWriter, SessionRecord, read_record
from spondyl.treatment.adjustment.replay import Replay, Verdict, replay
from spondyl.treatment.adjustment.session import session
from spondyl.treatment.adjustment.stopping import (
    READINGS,
    Look,
    judge,
    judge_drift,
    judge_pain,
    suspects_drift,
)
from spondyl.treatment.adjustment.tar_chain import RecordError
from spondyl.treatment.adjustment.target import Target, choose_target, no_target_foreseen

__all__ = [
    "ALWAYS",
    "FINAL",
    "READINGS",
    "RULES",
    "TRANSITIONS",
    "Action",
    "Approach",
    "Ask",
    "Command",
    "Decision",
    "Delivered",
    "Denied",
    "Device",
    "Done",
    "Dose",
    "Failed",
    "Fire",
    "Fired",
    "Halted",
    "Head",
    "Hear",
    "InContact",
    "Look",
    "Machine",
    "MapRow",
    "Note",
    "Open",
    "Opened",
    "Outcome",
    "Place",
    "Plan",
    "Reading",
    "RecordError",
    "RecordWriter",
    "RecordedStep",
    "Replay",
    "Rest",
    "Rested",
    "Room",
    "Rule",
    "Scatter",
    "SessionRecord",
    "Share",
    "Show",
    "Stage",
    "Step",
    "Stiffness",
    "StopBecause",
    "Target",
    "Told",
    "Verdict",
    "Wait",
    "best_approach",
    "choose_dose",
    "choose_target",
    "delivered_of",
    "judge",
    "judge_drift",
    "judge_pain",
    "mermaid",
    "no_target_foreseen",
    "read_probe",
    "read_record",
    "replay",
    "scatter",
    "session",
    "share_of",
    "stiffness_of",
    "suspects_drift",
    "to_json",
]
