"""Print scores for a person, or as JSON Lines; and empty forms to fill in."""

import json

import typer
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from spondyl.assessment.questionnaires import (
    ChangeJudgement,
    Direction,
    Score,
    ScoredSheet,
    important_change_of,
    instrument_of,
)
from spondyl.assessment.questionnaires.important_change import FOR_ONE_PERSON
from spondyl.clinic.cli.whole_table import print_table
from spondyl.clinic.score_json import scored_sheet_json
from spondyl.true_minus import true_minus

WORSE = {Direction.HIGHER_IS_WORSE: "higher is worse", Direction.HIGHER_IS_BETTER: "higher is better"}


def print_scores_json(scored: tuple[ScoredSheet, ...]) -> None:
    """One JSON object a sheet on stdout."""
    for one in scored:
        typer.echo(json.dumps(scored_sheet_json(one), ensure_ascii=False, allow_nan=False))


def print_scores(scored: tuple[ScoredSheet, ...]) -> None:
    """A table on stdout: whose, when, what, the score on its scale, the change; then each note and each source."""
    console = Console()
    table = Table("Patient", "Date", "Questionnaire", "Score", "Change from the first", box=SIMPLE_HEAD)
    for one in scored:
        cells = (one.sheet.instrument, _score_cell(one), _change_cell(one))
        table.add_row(*(Text(cell) for cell in (*_who(one), *cells)))
    print_table(table, console)
    for line in _below(scored):
        console.print(line, highlight=False, markup=False)


def _who(one: ScoredSheet) -> tuple[str, str]:
    return one.sheet.patient_id or "–", one.sheet.on.isoformat() if one.sheet.on else "–"


def _below(scored: tuple[ScoredSheet, ...]) -> list[str]:
    lines: list[str] = []
    for one in scored:
        said = one.score.notes if one.score else (f"REFUSED. {one.refusal}",)
        lines += [f"{' '.join((*_who(one), one.sheet.instrument))}: {note}" for note in said]
    scales = {one.score.instrument.code: one.score.instrument for one in scored if one.score}
    lines += [
        f"{code}: {of.name}, {of.lowest:g} to {of.highest:g} {of.unit}, {WORSE[of.direction]}. Source: {of.source}."
        for code, of in scales.items()
    ]
    return [*lines, FOR_ONE_PERSON] if any(one.change for one in scored) else lines


def _score_cell(one: ScoredSheet) -> str:
    if one.score is None:
        return "REFUSED"
    group = f"\n{one.score.group}" if one.score.group else ""
    parts = "".join(f"\n{name} {value:g}" for name, value in one.score.parts)
    return f"{one.score.value:.4g} {one.score.instrument.unit}{group}{parts}"


def _change_cell(one: ScoredSheet) -> str:
    if one.first_unusable:
        return "no score at first to compare with"
    if one.first is None or one.score is None:
        return ""
    if one.change is None:
        return f"{true_minus(f'{one.score.value - one.first.value:+.3g}')}; no threshold is known"
    return judgement_text(one.change, one.score)


def judgement_text(change: ChangeJudgement, score: Score) -> str:
    """The change in words, beside the threshold it was held against."""
    threshold = important_change_of(score.instrument)
    assert threshold is not None  # a judgement is only made against one
    unit = score.instrument.unit
    gain = change.improvement
    how = "better" if gain > 0 else "worse" if gain < 0 else "unchanged"
    size = f"{abs(gain):.3g} {unit} {how}" if gain else how
    points = "reaches" if change.reaches_points else "does not reach"
    share = "reaches" if change.reaches_share else "does not reach"
    words = f"{size}: {points} {threshold.points:g} {unit}, {share} 30 % of the first score"
    return (
        words if change.can_reach_points else f"{words}; began too low to reach {threshold.points:g} {unit}"
    )


def form_text(code: str) -> str:
    """An empty form as JSON to fill in; where the wording is free, each sentence stands beside its number."""
    of = instrument_of(code)
    form: dict[str, object] = {"patient_id": "", "date": "", "instrument": of.code}
    if of.wording:
        sentences = dict(zip(of.items, of.wording, strict=True))
        return json.dumps({**form, "ticked": None, "sentences": sentences}, indent=1, ensure_ascii=False)
    return json.dumps({**form, "answers": dict.fromkeys(of.items), "takes": of.answers}, indent=1)
