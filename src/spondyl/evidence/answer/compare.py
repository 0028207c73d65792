"""All options by one yardstick: the same axis for the same scale, single arms apart."""

from dataclasses import dataclass

from spondyl.evidence.answer.answer import Answer, answer
from spondyl.evidence.answer.conclusion import Conclusion, SignedConclusion
from spondyl.evidence.answer.lists import GuidelineLine, HarmLine, RuleLine
from spondyl.evidence.answer.panels import Panel, threshold
from spondyl.evidence.answer.rows import Row
from spondyl.evidence.answer.scales import Axis
from spondyl.evidence.library import Library, Quote


@dataclass(frozen=True, slots=True, kw_only=True)
class OptionLine:
    """One option in a line, the same columns for every option.

    ``tried_in`` names the people of the study that decides; None where none does, or none that was verified.
    """

    id: str
    name: str
    clinics_own: bool
    condition: str
    tried_in: Quote | None
    conclusion: Conclusion
    harms: tuple[HarmLine, ...]
    regulation: tuple[RuleLine, ...]
    guidelines: tuple[GuidelineLine, ...]
    guidelines_conflict: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class OptionPanel:
    """One axis with the rows of every option that has a number or a finding on it."""

    panel: Panel
    options: tuple[str, ...]
    absent: tuple[str, ...]

    def __post_init__(self) -> None:
        if len(self.options) != len(self.panel.rows):
            raise ValueError("Every row of a shared axis names its option.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Every option of the library on one page."""

    options: tuple[OptionLine, ...]
    controlled: tuple[OptionPanel, ...]
    uncontrolled: tuple[OptionPanel, ...]


def compare(library: Library, *, signed: tuple[SignedConclusion, ...] = ()) -> Comparison:
    """Answer every option and lay the answers side by side."""
    answers = [answer(library, option.id, signed=signed) for option in library.options]
    return Comparison(
        options=tuple(_line(library, one) for one in answers),
        controlled=_panels(library, answers, controlled=True),
        uncontrolled=_panels(library, answers, controlled=False),
    )


def _line(library: Library, found: Answer) -> OptionLine:
    study = library.result(found.option.main)[0] if found.option.main else None
    return OptionLine(
        id=found.option.id,
        name=found.option.name,
        clinics_own=found.option.clinics_own,
        condition=found.option.condition,
        tried_in=Quote(text=study.condition, origin=study.origin)
        if study and study.condition and study.origin.may_be_shown
        else None,
        conclusion=found.conclusion,
        harms=found.harms,
        regulation=found.regulation,
        guidelines=found.guidelines,
        guidelines_conflict=found.guidelines_conflict,
    )


def _panels(library: Library, answers: list[Answer], *, controlled: bool) -> tuple[OptionPanel, ...]:
    """One panel an axis, in the order of the axes; never a controlled and an uncontrolled number on one."""
    panels = (_panel(library, answers, axis) for axis in Axis if axis.is_controlled is controlled)
    return tuple(panel for panel in panels if panel is not None)


def _panel(library: Library, answers: list[Answer], axis: Axis) -> OptionPanel | None:
    rows = [(one.option.name, row) for one in answers for row in _rows(one, axis)]
    if not rows:
        return None
    named = dict.fromkeys(name for name, _ in rows)
    return OptionPanel(
        panel=Panel(axis=axis, rows=tuple(row for _, row in rows), threshold=threshold(library, axis)),
        options=tuple(name for name, _ in rows),
        absent=tuple(one.option.name for one in answers if one.option.name not in named),
    )


def _rows(found: Answer, axis: Axis) -> tuple[Row, ...]:
    panels = found.controlled if axis.is_controlled else found.uncontrolled
    return tuple(row for panel in panels if panel.axis is axis for row in panel.rows)
