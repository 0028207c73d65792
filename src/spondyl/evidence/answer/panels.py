"""Forest plots as data: rows on axes, controlled and uncontrolled numbers always on axes of their own."""

from collections.abc import Iterator
from dataclasses import dataclass

from spondyl.evidence.answer.arms import one_group
from spondyl.evidence.answer.pooled_shares import pooled_single_arms
from spondyl.evidence.answer.rows import Row
from spondyl.evidence.answer.scales import Axis, axis_of, effect_figure
from spondyl.evidence.answer.shares import count_figure, difference_figure, share_figure
from spondyl.evidence.library import Figure, Group, Library, Option, Quote, Result, Role, Study


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """Rows that share an axis. ``threshold`` is the change that matters to one person, where one is known."""

    axis: Axis
    rows: tuple[Row, ...]
    threshold: Figure | None = None

    @property
    def plotted(self) -> tuple[Row, ...]:
        """Rows with a number."""
        return tuple(row for row in self.rows if row.figure is not None)


def study_quote(study: Study, *, extra: str = "") -> Quote:
    """A study's name as a quotation from its record."""
    return Quote(text=study.name + extra, origin=study.origin)


def controlled_panels(library: Library, option: Option) -> tuple[Panel, ...]:
    """The option's controlled results, a panel an axis, in the record's order; unverified ones are left out."""
    found: dict[Axis, list[Row]] = {}
    for key in option.effects:
        study, result = library.result(key)
        for axis, row in _controlled_rows(study, result, option):
            found.setdefault(axis, []).append(row)
    return tuple(
        Panel(axis=axis, rows=tuple(rows), threshold=threshold(library, axis)) for axis, rows in found.items()
    )


def threshold(library: Library, axis: Axis) -> Figure | None:
    """The change that matters to one person, drawn as a line."""
    name = {Axis.PAIN: "mic-pain-100", Axis.DISABILITY: "mic-odi"}.get(axis)
    if name is None:
        return None
    constant = library.constant(name)
    return Figure(value=constant.value, unit=f" {constant.unit.strip()}", decimals=0, origin=constant.origin)


def _controlled_rows(study: Study, result: Result, option: Option) -> Iterator[tuple[Axis, Row]]:
    if result.effect is not None:
        axis = axis_of(result.effect)
        if axis is not None and axis.is_controlled and result.effect.origin.may_be_shown:
            yield axis, _row(study, result, figure=effect_figure(result.effect))
    elif result.groups:
        pair = groups_of(result, option.id)
        difference = None if pair is None else difference_figure(*pair)
        if difference is not None:
            yield Axis.PEOPLE, _row(study, result, figure=difference)
    elif result.finding and result.origin.may_be_shown:
        yield _axis_of_words(result), _row(study, result, figure=None)


def _axis_of_words(result: Result) -> Axis:
    if result.outcome.more_is_better:
        return Axis.PEOPLE
    return Axis.DISABILITY if result.outcome.value == "function" else Axis.PAIN


CONTROLS = (Role.SHAM, Role.USUAL_CARE, Role.OTHER_ACTIVE)
"""Which of several controls a treatment is compared with: the first of these that there is."""


def groups_of(result: Result, option: str) -> tuple[Group, Group] | None:
    """The group given the option and the control beside it: sham before usual care before another treatment.

    Several groups given the option are one.
    """
    active = one_group(one for one in result.groups if one.option == option)
    controls = sorted(
        (one for one in result.groups if one.role in CONTROLS), key=lambda one: CONTROLS.index(one.role)
    )
    return None if active is None or not controls else (active, controls[0])


def can_be_shown(result: Result, option: str) -> bool:
    """Whether a person may see what the result found for the option: its effect, its counts, or its words."""
    if result.effect is not None:
        return result.effect.origin.may_be_shown
    if result.groups:
        pair = groups_of(result, option)
        return pair is not None and difference_figure(*pair) is not None
    return bool(result.finding) and result.origin.may_be_shown


def uncontrolled_panels(library: Library, option: Option) -> tuple[Panel, ...]:
    """What single groups did, on axes of their own: shares of people, pooled last, and changes from before to after."""
    shares: list[Row] = []
    changes: list[Row] = []
    for study, result in _uncontrolled(library, option):
        if result.effect is not None and result.effect.origin.may_be_shown:
            changes.append(_row(study, result, figure=effect_figure(result.effect)))
        for group in result.groups:
            figure = (
                share_figure(group) if group.option == option.id and result.outcome.more_is_better else None
            )
            if figure is not None:
                shares.append(_row(study, result, figure=figure, people=count_figure(group)))
    pooled = pooled_single_arms(library, option)
    shares += [pooled] if pooled else []
    panels = ((Axis.UNCONTROLLED_SHARE, shares), (Axis.UNCONTROLLED_CHANGE, changes))
    return tuple(Panel(axis=axis, rows=tuple(rows)) for axis, rows in panels if rows)


def _uncontrolled(library: Library, option: Option) -> Iterator[tuple[Study, Result]]:
    for study in library.studies_of(option.id):
        if study.origin.may_be_shown:
            yield from ((study, result) for result in study.results if not result.is_controlled)


def _row(study: Study, result: Result, *, figure: Figure | None, people: Figure | None = None) -> Row:
    origin = result.effect.origin if result.effect else result.origin
    versus = f", against {result.versus}" if result.versus else ""
    note = " ".join(filter(None, (study.note, result.note)))
    return Row(
        label=study_quote(study),
        detail=Quote(text=result.label + versus, origin=origin),
        timing=Quote(text=result.timing, origin=origin) if result.timing else None,
        figure=figure,
        people=people,
        finding=None if figure else Quote(text=result.finding, origin=result.origin),
        note=Quote(text=note, origin=study.origin) if note else None,
    )
