"""What a session decided and why: no decision without its reason."""

from dataclasses import dataclass
from enum import Enum


class Action(Enum):
    """What a decision does."""

    DO_NOTHING = "do_nothing"
    PROBE_AGAIN = "probe_again"
    LEAVE_OUT = "leave_out"
    TREAT = "treat"
    LOWER_DOSE = "lower_dose"
    GO_ON = "go_on"
    STOP = "stop"


class StopBecause(Enum):
    """Why a session ended."""

    BLOCKED = "blocked"
    NO_MAXIMUM = "no_maximum"
    NOTHING_TO_TREAT = "nothing_to_treat"
    CHANGED = "changed"
    FUTILITY = "futility"
    PAIN = "pain"
    DRIFT = "drift"
    BUDGET = "budget"
    STOP_PRESSED = "stop_pressed"
    REFUSED = "refused"
    INSTRUMENT_FAILED = "instrument_failed"

    @property
    def text(self) -> str:
        """What it means, in a sentence."""
        return _TEXTS[self]


_TEXTS = {
    StopBecause.BLOCKED: "Consent or a contraindication stands in the way; nothing was touched.",
    StopBecause.NO_MAXIMUM: "No clinician has set a maximum force, so it is zero and nothing may be delivered.",
    StopBecause.NOTHING_TO_TREAT: "No segment to treat was found or asked for; only probing pulses were delivered.",
    StopBecause.CHANGED: "The reading changed beyond the repositioning error. A reading is not an outcome.",
    StopBecause.FUTILITY: "A change worth having has become unlikely.",
    StopBecause.PAIN: "The patient reported more pain or asked to stop.",
    StopBecause.DRIFT: "The readings can no longer be compared: an untreated segment changed too, or one was not read "
    "again.",
    StopBecause.BUDGET: "No further course: the planned ones or the session's budget are used up, or the dose would be "
    "too small.",
    StopBecause.STOP_PRESSED: "The stop was pressed.",
    StopBecause.REFUSED: "The safety kernel or the instrument refused, or it is another instrument than planned.",
    StopBecause.INSTRUMENT_FAILED: "The instrument did not do what was asked or did not answer.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """One decision. ``segment`` is empty where it concerns the whole session; forces are above the preload."""

    segment: str
    action: Action
    reason: str
    commanded_n: float | None = None
    predicted_n: float | None = None
    cap_n: float | None = None

    def __post_init__(self) -> None:
        if not self.reason.strip():
            raise ValueError(f"The decision to {self.action.value} has no reason; say why.")
