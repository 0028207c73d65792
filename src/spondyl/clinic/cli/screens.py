"""Print a screen for a person or as JSON, and its questions as an empty form."""

import json
from dataclasses import replace
from itertools import groupby

import typer
from rich.console import Console
from rich.padding import Padding

from spondyl.assessment.screening import QUESTION_SETS, Answer, Flag, Screen, Verdict
from spondyl.assessment.screening.question import URGENCY_SOURCE
from spondyl.assessment.screening.screen import EMERGENCY_MESSAGE
from spondyl.assessment.screening.spanish import EMERGENCY_MESSAGE_ES, QUESTIONS_ES
from spondyl.clinic.screen_json import screen_json

HEADS = {
    Verdict.CLEAR: "CLEAR",
    Verdict.BLOCKED: "BLOCKED: do not treat yet",
    Verdict.EMERGENCY: "EMERGENCY",
}


def in_language(screen: Screen, language: str) -> Screen:
    """The screen with the patient's emergency message in the patient's language; what staff read stays English."""
    if language == "es" and screen.message == EMERGENCY_MESSAGE:
        return replace(screen, message=EMERGENCY_MESSAGE_ES)
    return screen


def print_screen_json(screen: Screen, patient_id: str) -> None:
    """One JSON object on stdout."""
    typer.echo(json.dumps(screen_json(screen, patient_id=patient_id), ensure_ascii=False))


def print_screen(screen: Screen, patient_id: str, *, to_stderr: bool = False) -> None:
    """The verdict and its message first, then each flag by how soon to act."""
    console = Console(highlight=False, markup=False, stderr=to_stderr)
    console.print(f"{HEADS[screen.verdict]}{f' ({patient_id})' if patient_id else ''}", style="bold")
    console.print(f"\n{screen.message}")
    known = [flag for flag in screen.flags if flag.answer is not Answer.UNKNOWN]
    for urgency, flags in groupby(known, key=lambda flag: flag.question.urgency):
        console.print(f"\nAct: {urgency.words}", style="bold")
        for flag in flags:
            _print_flag(console, flag)
    _print_unknown(console, [flag for flag in screen.flags if flag.answer is Answer.UNKNOWN], screen.asked)
    if screen.flags:
        console.print(f"\n{URGENCY_SOURCE}.")


def _print_flag(console: Console, flag: Flag) -> None:
    of = flag.question
    lines = (
        f"What it may mean: {of.may_mean}",
        f"What to do: {flag.what_to_do}",
        *(("A named clinician may decide otherwise, with the reason.",) if flag.clinician_may_decide else ()),
        f"Source: {of.source}.",
    )
    console.print(Padding(f"{of.text} {flag.answer.value.upper()}", (0, 0, 0, 2)))
    for line in lines:
        console.print(Padding(line, (0, 0, 0, 6)))


def _print_unknown(console: Console, unknown: list[Flag], asked: int) -> None:
    if not unknown:
        return
    console.print(
        f"\nNot known: {len(unknown)} of {asked} questions. An unknown answer blocks.", style="bold"
    )
    for flag in unknown:
        first = " Ask now, before anything else." if flag.is_emergency_topic else ""
        console.print(Padding(f"{flag.question.text}{first} [{flag.question.key}]", (0, 0, 0, 2)))


def form_text(part: str, language: str) -> str:
    """The questions of a part as a JSON form: every answer begins as unknown."""
    questions = QUESTION_SETS[part]
    spoken = QUESTIONS_ES if language == "es" else {}
    form = {
        "patient_id": "",
        "answers": dict.fromkeys((one.key for one in questions), Answer.UNKNOWN.value),
        "questions": {one.key: spoken.get(one.key, one.text) for one in questions},
    }
    return json.dumps(form, indent=1, ensure_ascii=False)
