"""What a person says on the command line, and the plan of the session that follows from it."""

import time
from dataclasses import dataclass
from pathlib import Path

from spondyl.assessment.screening import (
    QUESTION_SETS,
    Screen,
    screen_answers,
    screen_answers_from_csv,
    screen_answers_from_json,
)
from spondyl.clinic.adjust.film_patient import FilmOfPatient, with_film
from spondyl.clinic.adjust.gate import CLEAR, gate_of
from spondyl.clinic.adjust.patient import SimulatedPatient, draw_patient
from spondyl.clinic.answer_file import read_json_or_csv
from spondyl.instrument import SEGMENTS, Gate, Limits
from spondyl.instrument.caps import PLACEHOLDER_PEAK_N
from spondyl.treatment.adjustment import Plan, Rule


class OptionError(ValueError):
    """Options that cannot be; the message says which and what to write instead."""


class ScreenBlocksError(Exception):
    """The person's own answers stand in the way: a red flag, a contraindication, or one that is not known."""

    def __init__(self, screen: Screen, patient_id: str) -> None:
        super().__init__(screen.message)
        self.screen, self.patient_id = screen, patient_id


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What is not said is as ``spondyl adjust run`` has it. ``max_n`` None: no clinician has set a maximum.
    ``address`` None: the simulator in this process. ``film``: the spine of the simulated patient."""

    seed: int = 1
    max_n: float | None = None
    segments: str = "L1-L5"
    rule: Rule = Rule.PAIN
    chosen: str = ""
    pain: tuple[str, ...] = ()
    address: str | None = None
    live: bool = False
    screen: Path | None = None
    only_probe: bool = False
    film: FilmOfPatient | None = None


def plan_of(options: Options) -> tuple[Plan, SimulatedPatient]:
    """The plan and the patient it is for (simulated, unless live); raises OptionError for what cannot be, and
    ScreenBlocksError for whom it may not be."""
    try:
        return _plan_of(options)
    except (ValueError, OSError) as error:
        # Whatever is wrong here was said on the command line or stands in a file named there.
        raise OptionError(str(error)) from error


def _plan_of(options: Options) -> tuple[Plan, SimulatedPatient]:
    segments = segments_of(options.segments)
    patient = draw_patient(options.seed, segments)
    if options.film is not None:
        patient = with_film(patient, options.film, segments)
    stated = _target(options, segments)
    plan = Plan(
        session=time.time_ns() // 1_000_000,
        segments=segments,
        rule=options.rule,
        chosen=options.chosen,
        pain=stated if options.live or stated else patient.pain,
        limits=Limits(maximum_n=maximum_of(options.max_n)),
        gate=_gate(options),
        simulated=not options.live,
        only_probe=options.only_probe,
    )
    return plan, patient


def maximum_of(max_n: float | None) -> float:
    """What the clinician set, 0 before, and never more than the instrument's own highest cap: the lower one holds."""
    return 0.0 if max_n is None else min(max_n, max(PLACEHOLDER_PEAK_N.values()))


def segments_of(words: str) -> tuple[str, ...]:
    """``L1-L5`` or ``T12,L1,L2`` as names, head to foot where a range is given.

    >>> segments_of("T12-L2")
    ('T12', 'L1', 'L2')
    """
    first, dash, last = words.replace(" ", "").upper().partition("-")
    if not dash:
        return tuple(first.split(","))
    if first not in SEGMENTS or last not in SEGMENTS or SEGMENTS.index(first) > SEGMENTS.index(last):
        raise ValueError(f"'{words}' is no range of segments; write one such as L1-L5, head to foot.")
    return SEGMENTS[SEGMENTS.index(first) : SEGMENTS.index(last) + 1]


def _target(options: Options, segments: tuple[str, ...]) -> dict[str, int]:
    """Pain by segment; raises ValueError for what would be dropped and another segment treated instead."""
    if options.chosen and options.rule is not Rule.CLINICIAN:
        raise ValueError(
            f"--segment {options.chosen} is the target of --rule clinician, and the rule is {options.rule.value}. "
            "Give that rule, or leave --segment out."
        )
    scores = [_score(one) for one in options.pain]
    named = [segment for segment, _ in scores]
    if outside := [one for one in named if one not in segments]:
        raise ValueError(
            f"--pain names {', '.join(outside)}, which is not among the segments of the session "
            f"({', '.join(segments)}). Add it to --segments, or leave its pain out."
        )
    if twice := sorted({one for one in named if named.count(one) > 1}):
        raise ValueError(f"--pain scores {', '.join(twice)} more than once. Give each segment one score.")
    return dict(scores)


def _score(word: str) -> tuple[str, int]:
    segment, _, score = word.partition("=")
    if not score.isdigit():
        raise ValueError(f"--pain {word}: write a segment and a score from 0 to 10, such as L4=6.")
    return segment.upper(), int(score)


def _gate(options: Options) -> Gate:
    if not options.live:
        return CLEAR
    if options.screen is None:
        return Gate()
    read = read_json_or_csv(
        options.screen, from_json=screen_answers_from_json, from_csv=screen_answers_from_csv
    )
    # The kernel's gate knows the contraindications only; a red flag blocks before anything is connected.
    screen = screen_answers(read.answers, QUESTION_SETS["all"])
    if screen.blocks:
        raise ScreenBlocksError(screen, read.patient_id)
    return gate_of(read.answers)
