"""An answer as plain JSON values: every number and quotation an object with its origin."""

from collections.abc import Callable
from dataclasses import fields, is_dataclass
from enum import Enum
from typing import Any

from spondyl import __version__
from spondyl.clinic.report.evidence.words import STEPS
from spondyl.evidence.answer import Answer, Comparison, Conclusion
from spondyl.evidence.certainty import Certainty, Signature
from spondyl.evidence.library import Figure, Origin, Prose, Quote

FORMAT_VERSION = 2
"""Raised when a key changes its meaning or goes away."""


def answer_json(answer: Answer) -> dict[str, Any]:
    """The answer; keys follow :class:`spondyl.evidence.answer.Answer`.

    ``reading``, ``short`` and ``paragraph`` are the conclusion in force: the signed words while new data awaits review.
    """
    option = answer.option
    found = {**_table(answer, leave_out=("option",)), **_in_force(answer.conclusion)}
    return {
        "option": option.id,
        "question": option.question,
        "name": option.name,
        "what": option.what,
        "condition": option.condition,
        "clinics_own": option.clinics_own,
        "unknown": list(option.unknown),
        **found,
        "format_version": FORMAT_VERSION,
        "spondyl_version": __version__,
    }


def comparison_json(comparison: Comparison) -> dict[str, Any]:
    """All options by one yardstick."""
    return {**_table(comparison), "format_version": FORMAT_VERSION, "spondyl_version": __version__}


def _table(value: Any, *, leave_out: tuple[str, ...] = ()) -> dict[str, Any]:
    names = [field.name for field in fields(value) if field.name not in leave_out]
    return {name: _plain(getattr(value, name)) for name in names}


def _plain(value: Any) -> Any:
    """Plain JSON values; numbers only ever inside a figure, beside its origin."""
    for kind, write in _WRITERS:
        if isinstance(value, kind):
            return write(value)
    return _table(value) if is_dataclass(value) else value


def _figure(figure: Figure) -> dict[str, Any]:
    return {
        "value": figure.value,
        "interval_95": None if figure.interval_95 is None else list(figure.interval_95),
        "text": figure.text,
        "origin": _origin(figure.origin),
    }


def _origin(origin: Origin) -> dict[str, Any]:
    return {
        "record": origin.record,
        "part": origin.part,
        "standing": origin.standing.value,
        "source": origin.citation,
        "locator": origin.locator,
        "verified_by": origin.verified_by,
        "verified_on": origin.verified_on,
        "method": origin.method,
        "inputs": [one.key for one in origin.inputs],
    }


def _in_force(conclusion: Conclusion) -> dict[str, Any]:
    return {name: _plain(getattr(conclusion, name)) for name in ("reading", "short", "paragraph")}


def _conclusion(conclusion: Conclusion) -> dict[str, Any]:
    return {**_table(conclusion), "mark": conclusion.mark}


def _certainty(certainty: Certainty) -> dict[str, Any]:
    steps = [
        {"concern": step.concern.value, "direction": STEPS[step.steps], "why": step.why}
        for step in certainty.steps
    ]
    return {"start": certainty.start.value, "level": certainty.level.value, "steps": steps}


_WRITERS: tuple[tuple[type, Callable[[Any], Any]], ...] = (
    (Figure, _figure),
    (Quote, lambda quote: {"text": quote.text, "origin": _origin(quote.origin)}),
    (Prose, lambda prose: {"pieces": [_plain(piece) for piece in prose.pieces]}),
    (Certainty, _certainty),
    (Conclusion, _conclusion),
    (Signature, lambda one: {"person": one.person, "role": one.role, "at": one.at, "digest": one.digest}),
    (Enum, lambda one: one.value),
    (tuple, lambda items: [_plain(item) for item in items]),
)
