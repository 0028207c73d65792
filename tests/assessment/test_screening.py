"""Claims: only safe answers to everything are clear; unknown blocks; a cauda equina answer sends to care now."""

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spondyl.assessment.screening import (
    CONTRAINDICATIONS,
    QUESTION_SETS,
    RED_FLAGS,
    Answer,
    Kind,
    Urgency,
    Verdict,
    questions_of,
    screen_answers,
    screen_answers_from_csv,
    screen_answers_from_json,
)
from spondyl.assessment.screening.post_test import POST_TESTS, shown_post_tests
from spondyl.assessment.screening.screen import BLOCKED_MESSAGE, EMERGENCY_MESSAGE
from spondyl.assessment.screening.spanish import EMERGENCY_MESSAGE_ES, QUESTIONS_ES
from spondyl.assessment.table_text import TableTextError
from spondyl.clinic.screen_json import screen_json
from spondyl.evidence.aid.reading_ease import Language, reading_counts

ALL = QUESTION_SETS["all"]
SAFE = {question.key: question.safe_answer for question in ALL}
CAUDA_EQUINA = ["saddle_numbness", "bladder_change", "bowel_change", "sexual_change", "both_legs"]
ANSWERS = st.fixed_dictionaries({}, optional={key: st.sampled_from(Answer) for key in SAFE})


def test_only_safe_answers_to_everything_are_clear() -> None:
    screen = screen_answers(SAFE, ALL)
    assert (screen.verdict, screen.flags, screen.asked) == (Verdict.CLEAR, (), len(ALL))
    assert "own examination comes first" in screen.message


@pytest.mark.parametrize("key", list(SAFE))
def test_one_unknown_or_missing_answer_blocks(key: str) -> None:
    for answers in (SAFE | {key: Answer.UNKNOWN}, {other: SAFE[other] for other in SAFE if other != key}):
        screen = screen_answers(answers, ALL)
        assert screen.verdict is Verdict.BLOCKED
        assert [flag.question.key for flag in screen.flags] == [key]
        assert not screen.flags[0].clinician_may_decide
        assert "Until it is known" in screen.flags[0].what_to_do


@pytest.mark.parametrize("key", list(SAFE))
def test_one_unsafe_answer_blocks_and_says_what_when_and_how(key: str) -> None:
    unsafe = Answer.NO if SAFE[key] is Answer.YES else Answer.YES
    screen = screen_answers(SAFE | {key: unsafe}, ALL)
    (flag,) = screen.flags
    assert screen.blocks
    emergency = flag.question.urgency is Urgency.EMERGENCY_NOW
    assert screen.verdict is (Verdict.EMERGENCY if emergency else Verdict.BLOCKED)
    said = screen_json(screen, patient_id="A")["flags"][0]
    assert all(said[part] for part in ("text", "may_mean", "urgency", "what_to_do", "source"))


@given(ANSWERS)
def test_any_answers_give_a_verdict_no_weaker_than_the_worst_answer(answers: dict[str, Answer]) -> None:
    screen = screen_answers(answers, ALL)
    wrong = [key for key in SAFE if answers.get(key, Answer.UNKNOWN) is not SAFE[key]]
    assert sorted(flag.question.key for flag in screen.flags) == sorted(wrong)
    assert screen.blocks == bool(wrong)
    if any(answers.get(key) is Answer.YES for key in CAUDA_EQUINA):
        assert screen.verdict is Verdict.EMERGENCY
        assert "emergency care now" in screen.message
    assert screen == screen_answers(dict(reversed(list(answers.items()))), ALL)
    urgencies = [list(Urgency).index(flag.question.urgency) for flag in screen.flags]
    assert urgencies == sorted(urgencies)


@pytest.mark.parametrize("key", [*CAUDA_EQUINA, "cauda_equina"])
def test_the_cauda_equina_message_is_calm_and_whole(key: str) -> None:
    """JOURNEYS: what it may mean, that it needs emergency care now, and whom to call; nothing shouted."""
    message = screen_answers(SAFE | {key: Answer.YES}, ALL).message
    for part in (
        "cauda equina syndrome",
        "911",
        "emergency department",
        "Do not drive yourself",
        "Do not wait",
    ):
        assert part in message
    assert "!" not in message
    assert not re.search(r"\b[A-Z]{4,}\b", message)


def test_the_lists_of_adjustment_md_are_whole() -> None:
    """Source: adjustment.md section 4: 19 absolute, 4 relative, 4 added and consent; four topics of red flags."""
    kinds = [question.kind for question in CONTRAINDICATIONS]
    counts = {kind: kinds.count(kind) for kind in Kind if kind is not Kind.RED_FLAG}
    assert counts == {Kind.ABSOLUTE: 19, Kind.RELATIVE: 4, Kind.ADDED: 4, Kind.CONSENT: 1}
    assert {question.topic for question in RED_FLAGS} == {
        "cauda equina",
        "fracture",
        "malignancy",
        "infection",
    }
    named = " ".join(question.text.lower() for question in CONTRAINDICATIONS)
    terms = """dens, fracture, cord, osteomyelitis, discitis, tuberculosis, haematoma, malignancy, herniation, basilar,
        chiari, dislocation, aggressive, fixation, kernig, lhermitte, hypermobility, instability, syringomyelia,
        hydrocephalus, diastematomyelia, cauda equina, bone mineral, anticoagulants, joint, radiculopathy,
        motor neuron, neck artery, trauma, night"""
    assert [term.strip() for term in terms.split(",") if term.strip() not in named] == []
    assert len(SAFE) == len(ALL)


def test_osteoporosis_is_not_a_clinicians_choice_here() -> None:
    """Source: adjustment.md section 4: osteoporosis is excluded."""
    (flag,) = screen_answers(SAFE | {"severe_demineralisation": Answer.YES}, ALL).flags
    assert not flag.clinician_may_decide
    (bleeding,) = screen_answers(SAFE | {"bleeding": Answer.YES}, ALL).flags
    assert bleeding.clinician_may_decide


def test_unverified_probabilities_are_kept_and_shown_to_nobody() -> None:
    """Nothing that a screen says holds one of them, whatever is answered."""
    assert len(POST_TESTS) == 6
    assert shown_post_tests() == ()
    everything = dict.fromkeys(SAFE, Answer.YES) | {"consent": Answer.NO}
    said = json.dumps(screen_json(screen_answers(everything, ALL), patient_id=""))
    assert "%" not in said
    assert not re.search(r"\b(probab|percent|likel)", said)


@pytest.mark.parametrize(
    ("part", "told"), [("red-flags", "cauda_equina"), ("contraindications", "saddle_numbness")]
)
def test_a_danger_told_in_the_other_part_is_not_left_out(part: str, told: str) -> None:
    """Everything of the part is safe, and the same file says cauda equina: that is no 'clear'."""
    assert questions_of(part, SAFE) == QUESTION_SETS[part]
    assert questions_of(part, SAFE | {told: Answer.UNKNOWN}) == QUESTION_SETS[part]
    answers = SAFE | {told: Answer.YES}
    screen = screen_answers(answers, questions_of(part, answers))
    assert screen.verdict is Verdict.EMERGENCY
    assert [flag.question.key for flag in screen.flags] == [told]


def test_answers_from_json_and_csv() -> None:
    given = screen_answers_from_json(
        '{"patient_id": "A", "answers": {"fever": true, "steroids": null, "consent": "Yes"}}'
    )
    assert given.answers == {"fever": Answer.YES, "steroids": Answer.UNKNOWN, "consent": Answer.YES}
    table = screen_answers_from_csv("patient_id,question,answer\nA,fever,yes\nA,steroids,\nA,consent,YES\n")
    assert table == given


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("question,answer\nfeever,no", "line 2: there is no question 'feever'"),
        ("question,answer\nfever,maybe", "'maybe' is not an answer"),
        ("question,answer\nfever,no\nfever,yes", "line 3: 'fever' is answered a second time"),
        ("patient_id,question,answer\nA,fever,no\nB,steroids,no", "line 3: another patient begins"),
        ("question\nfever", "answer are missing"),
    ],
)
def test_a_faulty_csv_names_the_line(text: str, said: str) -> None:
    with pytest.raises(TableTextError, match=said):
        screen_answers_from_csv(text)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[]", "has no answers"),
        ('{"answers": {"fever": 2}}', "2 is not an answer"),
        ('{"answers": {"fever": "no", "fever": "yes"}}', "'fever' is given twice"),
        ('{"answers": {}, "answer": {}}', "'answer' is not known"),
    ],
)
def test_a_faulty_json_names_the_place(text: str, said: str) -> None:
    with pytest.raises(TableTextError, match=said):
        screen_answers_from_json(text)


def patient_texts() -> list[str]:
    of_questions = [text for one in RED_FLAGS for text in (one.text, one.may_mean, one.what_to_do)]
    return [*of_questions, EMERGENCY_MESSAGE, BLOCKED_MESSAGE]


@pytest.mark.parametrize("text", patient_texts())
def test_what_a_patient_reads_is_at_most_grade_8(text: str) -> None:
    """Source: Flesch-Kincaid grade (Kincaid et al. 1975), each text by itself."""
    assert reading_counts(text, Language.ENGLISH).flesch_kincaid_grade <= 8


def test_every_question_to_the_patient_is_there_in_spanish_and_easy() -> None:
    """Source: INFLESZ: 55 and more is normal or easier (Barrio Cantalejo 2008)."""
    assert set(QUESTIONS_ES) == {question.key for question in RED_FLAGS}
    assert all(text.startswith("¿") and text.endswith("?") for text in QUESTIONS_ES.values())
    assert reading_counts(EMERGENCY_MESSAGE_ES, Language.SPANISH).inflesz >= 55
    for part in ("911", "112", "No conduzca", "cola de caballo", "sala de emergencias"):
        assert part in EMERGENCY_MESSAGE_ES


@pytest.mark.parametrize("key", CAUDA_EQUINA)
def test_what_is_new_in_english_is_recent_in_spanish_and_not_again(key: str) -> None:
    """Source: Diccionario de la lengua española (RAE), 'de nuevo': otra vez; to that, whoever has it first says no."""
    question = next(one for one in RED_FLAGS if one.key == key)
    assert "new" in question.text
    assert "hace poco" in QUESTIONS_ES[key]
    assert not re.search(r"\b(de nuevo|otra vez|nuevamente)\b", QUESTIONS_ES[key])
