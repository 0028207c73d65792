"""The scores that a form has given, each on the day its own answers were given: a later answer loses none of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from spondyl.assessment.intake import Intake, intake_from_json, scores_of
from spondyl.booking import wall_at


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptScore:
    """One score of a form; ``at`` is when its answers last changed, ``answers`` their fingerprint."""

    instrument: str
    value: float
    at: datetime
    note: str
    answers: str

    def day_in(self, zone: str) -> date:
        """The day it was given, by the clock of a zone."""
        return wall_at(zone, self.at).date()


def scores_at(intake: Intake, at: datetime) -> tuple[KeptScore, ...]:
    """What the answers score, as given at that instant."""
    return tuple(
        KeptScore(
            instrument=score.instrument.code,
            value=score.value,
            at=at,
            note=" ".join(score.notes),
            answers=score.provenance.inputs[0],
        )
        for score in scores_of(intake)
    )


def kept_after(
    kept: tuple[KeptScore, ...], intake: Intake, *, at: datetime, zone: str
) -> tuple[KeptScore, ...]:
    """The scores of a form after it was changed.

    A score whose answers stand keeps its day. One whose answers were changed on a later day stays, and the new one
    is another; of one day the last counts alone, as the patient is still filling the form in.
    """
    now = {score.instrument: score for score in scores_at(intake, at)}
    today = wall_at(zone, at).date()
    stand = [one for one in kept if one.day_in(zone) != today or _same(one, now.get(one.instrument))]
    last = {one.instrument: one for one in stand}
    return (*stand, *(score for code, score in now.items() if not _same(score, last.get(code))))


def _same(one: KeptScore, other: KeptScore | None) -> bool:
    return other is not None and one.answers == other.answers


def scores_to_json(kept: tuple[KeptScore, ...]) -> list[dict[str, Any]]:
    """The scores as they are kept in the form's document."""
    return [
        {
            "instrument": one.instrument,
            "value": one.value,
            "at": one.at.isoformat(),
            "note": one.note,
            "answers": one.answers,
        }
        for one in kept
    ]


def scores_in(body: Mapping[str, Any]) -> tuple[KeptScore, ...]:
    """The scores of a form's document; one from before they were kept gives those of its answers."""
    if "scores" not in body:
        return scores_at(intake_from_json(body), datetime.fromisoformat(body["answered_at"]))
    return tuple(
        KeptScore(
            instrument=one["instrument"],
            value=one["value"],
            at=datetime.fromisoformat(one["at"]),
            note=one["note"],
            answers=one["answers"],
        )
        for one in body["scores"]
    )
