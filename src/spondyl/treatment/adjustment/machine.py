"""The states of a session and every way between them; the picture in the docs is drawn from this table."""

from dataclasses import dataclass
from enum import Enum


class Stage(Enum):
    """Where a session stands. The tip is on the patient in AT_SEGMENT, AT_TARGET, DOSING and AT_CHECK only."""

    PLANNED = "planned"
    SURVEYING = "surveying"
    AT_SEGMENT = "at a segment"
    CHOOSING = "choosing"
    READY = "ready"
    AT_TARGET = "at the target"
    DOSING = "dosing"
    CHECKING = "checking"
    AT_CHECK = "at a check"
    JUDGING = "judging"
    ENDING = "ending"
    ENDED = "ended"
    STOPPED = "stopped"
    FAILED = "failed"


class Step(Enum):
    """What leads from one stage to the next."""

    BLOCKED = "blocked before anything is touched"
    OPENED = "instrument open and safe"
    PLACED = "tip armed at the contact"
    LIFTED = "tip off, safe state read back"
    SURVEYED = "every segment read"
    CHOSE = "target chosen"
    FOUND_NOTHING = "nothing to treat"
    CALIBRATED = "delivered share known"
    PULSED = "pulse delivered"
    COURSE_DONE = "course over, tip off"
    CHECKED = "target read again, the control after a change"
    GO_ON = "undecided"
    ENOUGH = "a reason to stop"
    RESTED = "safe state read back"
    STOP = "stop pressed"
    FAULT = "refusal or fault"


_S, _E = Stage, Step

TRANSITIONS: dict[tuple[Stage, Step], Stage] = {
    (_S.PLANNED, _E.BLOCKED): _S.ENDED,
    (_S.PLANNED, _E.OPENED): _S.SURVEYING,
    (_S.SURVEYING, _E.PLACED): _S.AT_SEGMENT,
    (_S.AT_SEGMENT, _E.LIFTED): _S.SURVEYING,
    (_S.AT_SEGMENT, _E.ENOUGH): _S.ENDING,
    (_S.SURVEYING, _E.SURVEYED): _S.CHOOSING,
    (_S.CHOOSING, _E.FOUND_NOTHING): _S.ENDING,
    (_S.CHOOSING, _E.ENOUGH): _S.ENDING,
    (_S.CHOOSING, _E.CHOSE): _S.READY,
    (_S.READY, _E.PLACED): _S.AT_TARGET,
    (_S.AT_TARGET, _E.CALIBRATED): _S.DOSING,
    (_S.AT_TARGET, _E.ENOUGH): _S.ENDING,
    (_S.DOSING, _E.PULSED): _S.DOSING,
    (_S.DOSING, _E.COURSE_DONE): _S.CHECKING,
    (_S.DOSING, _E.ENOUGH): _S.ENDING,
    (_S.CHECKING, _E.PLACED): _S.AT_CHECK,
    (_S.AT_CHECK, _E.LIFTED): _S.CHECKING,
    (_S.AT_CHECK, _E.ENOUGH): _S.ENDING,
    (_S.CHECKING, _E.CHECKED): _S.JUDGING,
    (_S.JUDGING, _E.GO_ON): _S.READY,
    (_S.JUDGING, _E.ENOUGH): _S.ENDING,
    (_S.ENDING, _E.RESTED): _S.ENDED,
}

FINAL = frozenset({_S.ENDED, _S.STOPPED, _S.FAILED})
ALWAYS: dict[Step, Stage] = {_E.STOP: _S.STOPPED, _E.FAULT: _S.FAILED}
"""Possible in every stage that is not final."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """The stage and the one way to change it."""

    stage: Stage = Stage.PLANNED

    def after(self, step: Step) -> "Machine":
        """The machine after a step; a step that has no arrow here is a bug and raises."""
        if step in ALWAYS and self.stage not in FINAL:
            return Machine(stage=ALWAYS[step])
        if (self.stage, step) not in TRANSITIONS:
            raise ValueError(
                f"A session cannot take the step '{step.value}' while {self.stage.value}: a bug."
            )
        return Machine(stage=TRANSITIONS[self.stage, step])


def mermaid() -> str:
    """The state diagram as Mermaid text."""
    arrows = [f"    {stage.name} --> {to.name}: {step.value}" for (stage, step), to in TRANSITIONS.items()]
    names = [f"    {stage.name}: {stage.value}" for stage in Stage]
    always = [
        f"    {stage.name} --> {to.name}: {step.value}"
        for step, to in ALWAYS.items()
        for stage in Stage
        if stage not in FINAL
    ]
    ends = [f"    {stage.name} --> [*]" for stage in Stage if stage in FINAL]
    return "\n".join(["stateDiagram-v2", "    [*] --> PLANNED", *names, *arrows, *always, *ends]) + "\n"
