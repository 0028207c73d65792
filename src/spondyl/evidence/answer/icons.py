"""Pictures of a hundred people: sham or other control beside active, one denominator, one time frame."""

from collections.abc import Iterable
from dataclasses import dataclass

from spondyl.evidence.answer.arms import one_group
from spondyl.evidence.answer.panels import CONTROLS, groups_of, study_quote
from spondyl.evidence.answer.rows import result_key
from spondyl.evidence.answer.shares import difference_figure, number_needed, people_of_100, share_figure
from spondyl.evidence.library import Figure, Group, Library, Option, Quote, Result, Role, Study

NO_NNT_INTERVAL = (
    "No number needed to treat: the interval of the difference holds zero, so there may be none at all."
)
NO_NNT_WORSE = "No number needed to treat: fewer people got better with it than with the control."
NO_NNT_COUNTS = (
    "No number needed to treat: the groups' sizes were not read, so the difference has no interval."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class People:
    """One group as a hundred people; ``better`` of them got better, ``share`` is the number behind."""

    name: Quote
    role: Role
    better: Figure
    share: Figure

    def __post_init__(self) -> None:
        if not 0 <= self.better.value <= 100:
            raise ValueError(f"{self.better.value} of a hundred people cannot be drawn.")


@dataclass(frozen=True, slots=True, kw_only=True)
class IconPair:
    """Groups of one trial at one time, the control always beside the active."""

    study: Quote
    outcome: Quote
    timing: Quote
    groups: tuple[People, ...]
    difference: Figure | None
    number_needed: Figure | None
    why_no_number_needed: str

    def __post_init__(self) -> None:
        roles = {group.role for group in self.groups}
        if Role.ACTIVE not in roles or len(roles) < 2:
            raise ValueError("A picture of people needs a control group beside the active one.")

    @property
    def active(self) -> People:
        """The group that was given the option."""
        return next(one for one in self.groups if one.role is Role.ACTIVE)

    @property
    def control(self) -> People:
        """The control that ``difference`` is about, by the same rule: sham, usual care, another treatment."""
        controls = (one for one in self.groups if one.role in CONTROLS)
        return min(controls, key=lambda one: CONTROLS.index(one.role))


def icon_pairs(library: Library, option: Option) -> tuple[IconPair, ...]:
    """Every controlled result of the option with a published share of people in each group.

    The picture shows the shares as published; the difference comes from counts where there are some, of the result
    itself or of the one named after it with ``-counts``.
    """
    pairs = (
        _pair(study, result, option)
        for study in library.studies_of(option.id)
        for result in study.results
        if result.outcome.more_is_better and not result.id.endswith(COUNTS)
    )
    return tuple(pair for pair in pairs if pair is not None)


COUNTS = "-counts"
"""Ending of the id of a result whose counts were rebuilt from the percentages of another one."""


def deciding_pair(option: Option, pairs: Iterable[IconPair]) -> IconPair | None:
    """The picture that may stand beside the reading: that of the deciding result, or None.

    Pictures of other trials, and of other outcomes or times of the same trial, do not speak for it.
    """
    main = option.main.removesuffix(COUNTS)
    return next((one for one in pairs if result_key(one.outcome.origin) == main), None)


def _pair(study: Study, result: Result, option: Option) -> IconPair | None:
    active = one_group(group for group in result.groups if group.option == option.id)
    others = [group for group in result.groups if not group.option]
    groups = [(group, _people(group)) for group in ([active] if active else []) + others]
    shown = [(group, people) for group, people in groups if people is not None]
    roles = {group.role for group, _ in shown}
    if Role.ACTIVE not in roles or len(roles) < 2:
        return None
    counted = groups_of(study.result(result.id + COUNTS) or result, option.id)
    difference = None if counted is None else difference_figure(*counted)
    needed = None if difference is None else number_needed(difference)
    why = "" if needed else _why_none(difference)
    return IconPair(
        study=study_quote(study),
        outcome=Quote(text=result.label, origin=result.origin),
        timing=Quote(text=result.timing, origin=result.origin),
        groups=tuple(people for _, people in shown),
        difference=difference,
        number_needed=needed,
        why_no_number_needed=why,
    )


def _why_none(difference: Figure | None) -> str:
    if difference is None or difference.interval_95 is None:
        return NO_NNT_COUNTS
    return NO_NNT_WORSE if difference.interval_95[1] < 0.0 else NO_NNT_INTERVAL


def _people(group: Group) -> People | None:
    better, share = people_of_100(group), share_figure(group)
    if better is None or share is None:
        return None
    return People(
        name=Quote(text=group.name, origin=group.origin), role=group.role, better=better, share=share
    )
