"""Claims: a session is a pure function of plan and readings, goes only the ways of its table, and every stop, refusal
or fault at every command ends it without another pulse."""

import pytest
from patients import CLEAR, Patient, plan, play, remember_readings

from spondyl.instrument import Answer, Gate, Limits
from spondyl.instrument.simulator import Tissue
from spondyl.treatment.adjustment import (
    FINAL,
    TRANSITIONS,
    Action,
    Command,
    Denied,
    Failed,
    Fire,
    Halted,
    Hear,
    Machine,
    Note,
    Outcome,
    Place,
    Reading,
    Rest,
    Rule,
    Stage,
    Step,
    StopBecause,
    Told,
    Wait,
    mermaid,
)
from spondyl.treatment.adjustment import run as run_module


@pytest.fixture(scope="module")
def ended() -> tuple[Outcome, list[Command]]:
    """The whole session, played once for all that only look at it."""
    return play(plan(), Patient())


@pytest.fixture(scope="module")
def whole(ended: tuple[Outcome, list[Command]]) -> list[Command]:
    return ended[1]


@pytest.fixture(autouse=True)
def _readings(monkeypatch: pytest.MonkeyPatch) -> None:
    remember_readings(monkeypatch)


def test_the_same_plan_and_readings_give_the_same_commands(
    whole: list[Command], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.undo()
    assert play(plan(), Patient())[1] == whole


def test_a_session_treats_checks_and_ends_for_a_reason(ended: tuple[Outcome, list[Command]]) -> None:
    outcome, commands = ended
    assert outcome.target == "L3"
    assert outcome.stopped_because is StopBecause.FUTILITY
    assert outcome.is_safe
    assert isinstance(commands[-1], Rest)
    assert {one.purpose for one in outcome.delivered} == {"probe", "calibrate", "treat"}
    times = ["after course 1", "after course 1, 4 contacts", "after course 2"]
    assert [row.when for row in outcome.stiffness if row.when != "before"] == times
    assert any("Undecided" in one.reason for one in outcome.decisions)
    assert all(row.stiffness_n_mm == pytest.approx(30.0, rel=0.03) for row in outcome.stiffness)


@pytest.mark.parametrize("answer", ["stop", "fault"])
def test_after_a_stop_or_a_fault_at_any_command_nothing_is_placed_or_fired(
    whole: list[Command], answer: str
) -> None:
    bent: Reading = (
        Halted(by="a test") if answer == "stop" else Failed(text="The cable is out.", is_safe=False)
    )
    because = StopBecause.STOP_PRESSED if answer == "stop" else StopBecause.INSTRUMENT_FAILED
    # The first commands one by one, then spread over the session, then the last two.
    numbers = {*range(1, 8), *range(8, len(whole), 17), len(whole) - 1, len(whole)}
    for number in sorted(numbers):
        outcome, commands = play(plan(), Patient(), lambda n, _, r, at=number: bent if n == at else r)
        assert outcome.stopped_because is because, number
        assert outcome.is_safe is (answer == "stop"), number
        assert len(commands) == number, number


def test_a_refused_pulse_ends_the_session_and_the_tip_comes_off() -> None:
    for purpose in ("probe", "calibrate", "treat"):
        outcome, commands = play(
            plan(),
            Patient(),
            lambda _, c, r, p=purpose: (
                Denied(reason="CONSENT_REFUSED", text="The patient does not consent.")
                if isinstance(c, Fire) and c.purpose == p
                else r
            ),
        )
        assert outcome.stopped_because is StopBecause.REFUSED
        assert isinstance(commands[-1], Rest)
        assert all(one.purpose != purpose for one in outcome.delivered)


def test_a_refusal_that_time_heals_is_tried_again() -> None:
    seen = {"left": 2}

    def bend(_number: int, command: Command, reading: Reading) -> Reading:
        if isinstance(command, Fire) and seen["left"]:
            seen["left"] -= 1
            return Denied(reason="DATA_NOISY", text="The force is too unsteady.")
        return reading

    outcome, commands = play(plan(), Patient(), bend)
    assert outcome.stopped_because is StopBecause.FUTILITY
    first = next(i for i, one in enumerate(commands) if isinstance(one, Fire))
    assert isinstance(commands[first + 1], Wait)
    assert isinstance(commands[first + 2], Hear)
    assert commands[first + 3] == commands[first]


def test_a_spent_budget_ends_in_the_safe_state() -> None:
    outcome, commands = play(
        plan(),
        Patient(),
        lambda n, c, r: (
            Denied(reason="IMPULSE_SEGMENT", text="The budget is used up.")
            if isinstance(c, Fire) and n > 60
            else r
        ),
    )
    assert outcome.stopped_because is StopBecause.BUDGET
    assert isinstance(commands[-1], Rest)


@pytest.mark.parametrize(("pain", "pulses"), [([2, 4], 1), ([2, 3, 4], 2), ([0, 2], 1)])
def test_more_pain_stops_at_once(pain: list[int], pulses: int) -> None:
    outcome, _ = play(plan(), Patient(pain=pain))
    assert outcome.stopped_because is StopBecause.PAIN
    assert sum(one.purpose == "treat" for one in outcome.delivered) == pulses


def test_the_patients_word_stops() -> None:
    outcome, commands = play(
        plan(), Patient(), lambda _, __, r: Told(pain=0, wants_stop=True) if isinstance(r, Told) else r
    )
    assert outcome.stopped_because is StopBecause.PAIN
    assert "asked to stop" in outcome.text
    assert isinstance(commands[-1], Rest)
    assert {one.purpose for one in outcome.delivered} == {"probe"}, "asked before, so nothing is treated"


def test_more_pain_stops_before_the_next_pulse_whichever_it_is(whole: list[Command]) -> None:
    pulses = sum(isinstance(one, Fire) for one in whole)
    assert {one.purpose for one in whole if isinstance(one, Fire)} == {"probe", "calibrate", "treat"}
    for given in range(1, pulses):
        patient = Patient(pain=[2], says={0: 3, given: 5})
        outcome, commands = play(plan(), patient)
        assert outcome.stopped_because is StopBecause.PAIN, given
        assert len(outcome.delivered) == given
        assert "to 5 of 10" in outcome.text
        assert isinstance(commands[-1], Rest), given


def test_a_rise_counts_from_the_least_pain_that_was_said() -> None:
    outcome, _ = play(plan(), Patient(pain=[6], says={0: 6, 2: 1, 4: 4}))
    assert "Pain rose from 1 to 4 of 10" in outcome.text
    assert len(outcome.delivered) == 4


@pytest.mark.parametrize("before", [9, 10])
def test_pain_that_cannot_rise_ends_a_session(before: int) -> None:
    outcome, _ = play(plan(), Patient(pain=[before], says={1: before, 3: 10}))
    assert outcome.stopped_because is StopBecause.PAIN
    assert len(outcome.delivered) == (3 if before == 9 else 1)


def test_a_change_beyond_repositioning_stops() -> None:
    outcome, _ = play(plan(), Patient(tissues={"L3": Tissue(stiffness_n_m=45_000.0, yields=0.1)}))
    assert outcome.stopped_because is StopBecause.CHANGED
    assert "not an outcome" in outcome.text


def test_a_control_that_changes_too_is_drift() -> None:
    """All tissue yields to every pulse here, so the control that is only probed changes as well."""
    soft = {name: Tissue(stiffness_n_m=60_000.0, yields=0.2) for name in ("L2", "L3", "L4")}
    patient = Patient(tissues=soft)
    real = patient.fire

    def hard(command: Fire) -> object:
        return real(Fire(**{**_fields(command), "commanded_n": max(40.0, command.commanded_n)}))

    patient.fire = hard  # type: ignore[method-assign, assignment]
    outcome, _ = play(plan(probes=2, checks=3), patient)
    assert outcome.stopped_because is StopBecause.DRIFT
    control = [row.when for row in outcome.stiffness if row.segment == "L2" and row.when != "before"]
    assert [when.split(", ")[-1] for when in control[-2:]] == [
        "6 contacts",
        "9 contacts",
    ]  # not at once believed


@pytest.mark.parametrize(
    ("segments", "chosen", "control"),
    [(("L3", "S1", "L2"), "L3", "S1"), (("C5", "L3", "L4", "S1"), "L3", "C5")],
)
def test_the_control_lies_furthest_along_the_spine_whatever_the_order(
    segments: tuple[str, ...], chosen: str, control: str
) -> None:
    """A change is confirmed at the segment that the pulses reach least; by anatomy, not by place in the list."""
    yielding = Tissue(yields=0.1, repositioning_sd=0.0)
    patient = Patient({segment: yielding if segment == chosen else Tissue() for segment in segments})
    outcome, _ = play(plan(segments=segments, chosen=chosen), patient)
    assert outcome.stopped_because is StopBecause.CHANGED
    again = {row.segment for row in outcome.stiffness if row.when != "before"}
    assert again == {chosen, control}


def _fields(command: Fire) -> dict[str, object]:
    names = ("segment", "purpose", "commanded_n", "duration_us", "predicted_n")
    return {name: getattr(command, name) for name in names}


@pytest.mark.parametrize(
    ("changes", "because"),
    [
        ({"limits": Limits()}, StopBecause.NO_MAXIMUM),
        ({"gate": Gate()}, StopBecause.BLOCKED),
        ({"gate": Gate(consent=Answer.NO, answers=CLEAR.answers)}, StopBecause.BLOCKED),
    ],
)
def test_without_leave_nothing_is_asked_of_the_instrument(
    changes: dict[str, object], because: StopBecause
) -> None:
    outcome, commands = play(plan(**changes), Patient())
    assert outcome.stopped_because is because
    assert outcome.delivered == ()
    assert all(isinstance(one, Note) for one in commands)
    assert all(one.reason for one in outcome.decisions)


def test_an_instrument_that_is_not_what_was_declared_is_refused() -> None:
    outcome, commands = play(plan(), Patient(simulated=False))
    assert outcome.stopped_because is StopBecause.REFUSED
    assert not any(isinstance(one, Place) for one in commands)


def test_a_cap_without_room_leaves_a_segment_out() -> None:
    outcome, _ = play(plan(limits=Limits(maximum_n=12.0)), Patient())
    assert outcome.delivered == ()
    left = [one for one in outcome.decisions if one.action is Action.LEAVE_OUT]
    assert {one.segment for one in left} == {"L2", "L3", "L4"}
    assert all("no room" in one.reason for one in left)


def test_only_probing_treats_nothing() -> None:
    outcome, _ = play(plan(only_probe=True, rule=Rule.STIFFNESS, chosen=""), Patient())
    assert {one.purpose for one in outcome.delivered} == {"probe"}
    assert outcome.stopped_because is StopBecause.NOTHING_TO_TREAT


def test_the_sessions_above_take_every_arrow_of_the_table(
    whole: list[Command], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What no session ever does is not in the picture: each arrow is walked by one of a few sessions."""
    walked: set[tuple[Stage, Step]] = set()

    class Watched(Machine):
        __slots__ = ()

        def after(self, step: Step) -> Machine:
            walked.add((self.stage, step))
            return Watched(stage=super().after(step).stage)

    monkeypatch.setattr(run_module, "Machine", Watched)

    def spent(stage_command: int) -> StopBecause:
        return play(
            plan(),
            Patient(),
            lambda n, c, r: (
                Denied(reason="COUNT_SESSION", text="Used up.")
                if isinstance(c, Fire) and n > stage_command
                else r
            ),
        )[0].stopped_because

    play(plan(), Patient())
    play(plan(limits=Limits()), Patient())
    play(plan(only_probe=True, rule=Rule.STIFFNESS, chosen=""), Patient())
    play(plan(), Patient(pain=[0, 9]))
    play(plan(), Patient(pain=[10]))
    fires = [n for n, c in enumerate(whole, 1) if isinstance(c, Fire)]
    for before in (0, fires[5], fires[6], fires[8]):
        assert spent(before) is StopBecause.BUDGET
    assert set(TRANSITIONS) - walked == set()


def test_no_step_leads_out_of_a_final_stage() -> None:
    for stage in FINAL:
        for step in Step:
            with pytest.raises(ValueError, match="a bug"):
                Machine(stage=stage).after(step)


def test_the_picture_names_every_stage_and_arrow() -> None:
    text = mermaid()
    for (stage, step), to in TRANSITIONS.items():
        assert f"{stage.name} --> {to.name}: {step.value}" in text
    for stage in Stage:
        assert f"    {stage.name}: {stage.value}" in text
