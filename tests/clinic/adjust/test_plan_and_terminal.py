"""Claims: plan and probe say what they may do and treat nothing; in a terminal the stop key stops a running session."""

import json
import os
import pty
import re
import select
import subprocess
import time
from pathlib import Path
from threading import Event

import pytest
from adjust_program import ENVIRONMENT, PROGRAM, spondyl
from typer.testing import CliRunner

from spondyl.assessment.intake import Intake, Stop, answered, stop_of, stop_said
from spondyl.assessment.screening import CONTRAINDICATIONS, QUESTION_SETS
from spondyl.assessment.screening import Answer as Screened
from spondyl.clinic.adjust.gate import CLEAR, gate_of
from spondyl.clinic.adjust.options import OptionError, Options, ScreenBlocksError, plan_of, segments_of
from spondyl.clinic.adjust.run import run_adjustment
from spondyl.clinic.cli import app
from spondyl.clinic.cli.adjust_terminal import Screen, run_in_terminal
from spondyl.instrument import Answer
from spondyl.instrument.gate import check_gate
from spondyl.treatment.adjustment import Told


def test_plan_holds_every_cap() -> None:
    said = CliRunner().invoke(app, ["adjust", "plan", "--max-n", "400", "--segments", "C7,T7,L3", "--json"])
    rows = {one["segment"]: one for one in json.loads(said.stdout)["segments"]}
    # The placeholders of the project's notes: cervical 50 N, thoracolumbar 150 N, whatever a clinician sets above.
    assert {name: row["cap_n"] for name, row in rows.items()} == {"C7": 50.0, "T7": 150.0, "L3": 150.0}
    for row in rows.values():
        assert row["preload_n"] + row["probe_n"] < row["cap_n"]
        assert row["wanted_n"] > 0.0


def test_plan_without_a_maximum_says_that_nothing_is_delivered() -> None:
    said = CliRunner().invoke(app, ["adjust", "plan", "--segments", "L3"])
    assert said.exit_code == 0
    assert "No maximum is set" in said.stdout
    assert "not a medical device" in said.stdout


def test_probe_reads_and_treats_nothing(tmp_path: Path) -> None:
    said = spondyl(
        "adjust", "probe", "--segments", "L3,L4", "--max-n", "60", "--record", tmp_path / "p.tar", "--json"
    )
    assert said.code == 0
    assert {one["purpose"] for one in said.json["delivered"]} == {"probe"}
    assert [one["segment"] for one in said.json["stiffness"]] == ["L3", "L4"]
    assert said.json["stopped_because"] == "nothing_to_treat"


def test_without_a_screen_every_answer_is_unknown_and_blocks() -> None:
    assert gate_of({}).consent is Answer.UNKNOWN
    assert check_gate(gate_of({})) is not None


NOTHING_IN_THE_WAY = {one.key: "no" for one in QUESTION_SETS["all"]} | {"consent": "yes"}


def test_the_answers_of_a_screen_open_the_gate_and_one_yes_shuts_it() -> None:
    answers = {one.key: Screened.NO for one in CONTRAINDICATIONS} | {"consent": Screened.YES}
    assert gate_of(answers) == CLEAR
    for key in answers:
        changed = answers | {key: Screened.NO if key == "consent" else Screened.YES}
        assert check_gate(gate_of(changed)) is not None, key
        assert check_gate(gate_of({**answers, key: Screened.UNKNOWN})) is not None, key


def test_one_answer_of_a_live_persons_screen_that_blocks_or_is_unknown_begins_no_session(
    tmp_path: Path,
) -> None:
    """The red flags went unheeded: the kernel's gate does not know them."""
    options = live_options(tmp_path)
    assert options.screen is not None
    assert plan_of(options)[0].gate == CLEAR
    for key, safe in NOTHING_IN_THE_WAY.items():
        for said in ("unknown", "no" if safe == "yes" else "yes"):
            options.screen.write_text(json.dumps({"answers": NOTHING_IN_THE_WAY | {key: said}}))
            with pytest.raises(ScreenBlocksError):
                plan_of(options)


@pytest.mark.parametrize(
    ("said", "code", "words"),
    [("yes", 9, "Please get emergency care now."), ("unknown", 8, "No treatment yet.")],
)
@pytest.mark.parametrize("command", ["probe", "run"])
def test_a_live_session_says_what_its_screen_says_and_ends_with_its_code(
    tmp_path: Path, command: str, said: str, code: int, words: str
) -> None:
    screen = tmp_path / "screen.json"
    screen.write_text(json.dumps({"answers": NOTHING_IN_THE_WAY | {"bladder_change": said}}))
    options = ("--live", "--instrument", "tcp://127.0.0.1:1", "--screen", str(screen), "--max-n", "60")
    record = tmp_path / "live.tar"
    done = CliRunner().invoke(app, ["adjust", command, *options, "--record", str(record), "--json"])
    assert done.exit_code == code
    assert words in done.stderr and "hard to start or stop your urine" in done.stderr
    assert "Nothing was touched" in done.stderr
    assert "lets this pass" not in done.stderr
    assert not record.exists()


@pytest.mark.parametrize(
    ("key", "said", "is_told"), [("older_age", "yes", True), ("steroids", "unknown", False)]
)
def test_where_a_clinician_may_decide_the_command_line_says_where(
    tmp_path: Path, key: str, said: str, is_told: bool
) -> None:
    """As on the clinic's pages the flag blocks; only there somebody is named who may let it pass."""
    assert stop_of(answered(Intake(), key, (said,))) is Stop.TREATMENT
    assert stop_said(answered(Intake(), key, ("yes",)), frozenset({key})) is Stop.NOTHING
    screen = tmp_path / "screen.json"
    screen.write_text(json.dumps({"answers": NOTHING_IN_THE_WAY | {key: said}}))
    options = ("--live", "--instrument", "tcp://127.0.0.1:1", "--screen", str(screen), "--max-n", "60")
    done = CliRunner().invoke(app, ["adjust", "probe", *options, "--record", str(tmp_path / "live.tar")])
    assert done.exit_code == 8
    assert ("lets this pass, with the reason, on the patient's intake page" in done.stderr) is is_told


@pytest.mark.parametrize(
    ("words", "names"), [("L1-L3", ("L1", "L2", "L3")), ("t12, l1", ("T12", "L1")), ("S1", ("S1",))]
)
def test_ranges(words: str, names: tuple[str, ...]) -> None:
    assert segments_of(words) == names


def live_options(tmp_path: Path) -> Options:
    """Nothing answers at that port: a refusal comes before anything is connected."""
    screen = tmp_path / "screen.json"
    screen.write_text(json.dumps({"answers": NOTHING_IN_THE_WAY}))
    return Options(live=True, max_n=60.0, address="tcp://127.0.0.1:1", screen=screen)


def test_the_word_of_a_person_is_never_made_up(tmp_path: Path) -> None:
    with pytest.raises(OptionError, match="how much it hurts"):
        run_adjustment(live_options(tmp_path), record=tmp_path / "live.tar", stop=Event())
    assert not (tmp_path / "live.tar").exists()


def test_nobody_is_treated_before_a_terminal_that_shows_no_question(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It pressed the person, showed nothing, and waited for an answer that was never asked for."""
    ours, theirs = pty.openpty()
    monkeypatch.setenv("TERM", "dumb")
    monkeypatch.setenv("FORCE_COLOR", "1")  # for rich, what is printed here goes to a terminal
    with os.fdopen(theirs) as keys:
        monkeypatch.setattr("sys.stdin", keys)
        with pytest.raises(OptionError, match="TERM is not dumb"):
            run_in_terminal(live_options(tmp_path), record=tmp_path / "live.tar", stop=Event())
    os.close(ours)


def test_a_person_is_not_pressed_for_a_rule_that_can_find_nothing(tmp_path: Path) -> None:
    options = live_options(tmp_path)
    with pytest.raises(OptionError, match=r"no pain on pressing was recorded.*spondyl adjust probe"):
        run_adjustment(options, record=tmp_path / "live.tar", stop=Event(), ask=lambda: None)
    assert not (tmp_path / "live.tar").exists()


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("--segment", "L4"), "--segment L4 is the target of --rule clinician, and the rule is pain."),
        (("--pain", "T5=8,L4=3"), "--pain names T5, which is not among the segments"),
        (("--pain", "L4=8,L3=5,l4=0"), "--pain scores L4 more than once."),
    ],
)
def test_a_target_that_would_be_dropped_is_refused(tmp_path: Path, words: tuple[str, ...], why: str) -> None:
    """Another segment was treated instead."""
    record = tmp_path / "r.tar"
    done = CliRunner().invoke(
        app, ["adjust", "run", "--segments", "L3-L5", *words, "--record", str(record), "--json"]
    )
    assert done.exit_code == 2, done.output
    assert why in done.stderr
    assert not record.exists()


def test_in_a_terminal_a_person_is_asked_and_a_simulated_patient_has_no_pain() -> None:
    live, simulated = (Screen(live=one, max_n=60.0, paced=False) for one in (True, False))
    assert live.told() is None and live.heard() is None
    live.pain.say(4)
    assert (live.told(), live.heard()) == (Told(pain=4, wants_stop=False),) * 2
    assert simulated.heard() is None
    assert simulated.told() == Told(pain=0, wants_stop=False)


def test_the_stop_key_stops_a_session_in_a_terminal(tmp_path: Path) -> None:
    ours, theirs = pty.openpty()
    words = ("adjust", "run", "--max-n", "60", "--record", str(tmp_path / "t.tar"))
    environment = {**ENVIRONMENT, "TERM": "xterm", "COLUMNS": "110", "LINES": "40"}
    with subprocess.Popen(
        [*PROGRAM, *words], stdin=theirs, stdout=theirs, stderr=theirs, env=environment
    ) as host:
        os.close(theirs)
        seen = read_until(ours, "probe: 20 N")
        assert "SIMULATED" in seen
        assert "STOP: space or s" in seen
        os.write(ours, b"s")
        seen = read_until(ours, "Record:")
        assert host.wait(timeout=60) == 130
    assert "stop pressed" in seen
    os.close(ours)


def read_until(terminal: int, word: str) -> str:
    """What the terminal shows until the word, without its colours."""
    seen, end = "", time.monotonic() + 60.0
    while word not in re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", seen) and time.monotonic() < end:
        ready, _, _ = select.select([terminal], [], [], 0.2)
        try:
            seen += os.read(terminal, 65536).decode(errors="replace") if ready else ""
        except OSError:
            break
    return re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", seen)
