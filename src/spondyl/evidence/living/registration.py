"""What a trial registry says about one trial, in full and in the registry's own words; nothing is judged here."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisteredArm:
    """One arm as planned; ``kind`` is the registry's word (EXPERIMENTAL, SHAM_COMPARATOR …)."""

    label: str
    kind: str
    description: str
    interventions: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedOutcome:
    """One outcome as registered; ``rank`` is PRIMARY, SECONDARY or OTHER."""

    rank: str
    measure: str
    time_frame: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupValue:
    """What one group measured. ``value`` is in the outcome's unit; None where the registry says NA."""

    group: str
    analysed: int | None
    value: float | None
    spread: float | None
    lower: float | None
    upper: float | None
    comment: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PostedComparison:
    """One statistical analysis as posted: ``parameter`` names the effect; None where not posted.

    ``p_value`` stays text: the registry holds such as '<0.001'.
    """

    groups: tuple[str, ...]
    method: str
    parameter: str
    value: float | None
    lower: float | None
    upper: float | None
    level_percent: float | None
    p_value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasuredOutcome:
    """One reported row of an outcome: ``parameter`` (MEAN, COUNT_OF_PARTICIPANTS …) and ``dispersion`` as posted.

    ``row`` and ``category`` are the registry's sub-headings, often a time point; '' where there is none. The
    comparisons are those of the whole outcome.
    """

    rank: str
    title: str
    time_frame: str
    row: str
    category: str
    parameter: str
    dispersion: str
    unit: str
    population: str
    groups: tuple[GroupValue, ...]
    comparisons: tuple[PostedComparison, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class EventCount:
    """People with one adverse event in one group; None where not posted."""

    term: str
    organ_system: str
    serious: bool
    group: str
    affected: int | None
    at_risk: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupHarm:
    """People with any serious event, any other event, or who died, in one group; None where not posted."""

    group: str
    serious_affected: int | None
    serious_at_risk: int | None
    other_affected: int | None
    other_at_risk: int | None
    deaths: int | None
    deaths_at_risk: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupFlow:
    """People who started and who completed in one group, over the whole study."""

    group: str
    started: int | None
    completed: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Registration:
    """One trial of a registry. Dates are as posted: ``2027-10`` or ``2027-10-31``; '' where there is none."""

    registry_id: str
    other_ids: tuple[str, ...]
    title: str
    official_title: str
    acronym: str
    status: str
    study_type: str
    phases: tuple[str, ...]
    allocation: str
    model: str
    masking: str
    who_masked: tuple[str, ...]
    enrolled: int | None
    enrolled_kind: str
    conditions: tuple[str, ...]
    arms: tuple[RegisteredArm, ...]
    planned: tuple[PlannedOutcome, ...]
    measured: tuple[MeasuredOutcome, ...]
    harms: tuple[GroupHarm, ...]
    events: tuple[EventCount, ...]
    events_time_frame: str
    flow: tuple[GroupFlow, ...]
    sponsor: str
    sponsor_class: str
    collaborators: tuple[str, ...]
    start_date: str
    completion_date: str
    updated_date: str
    results_date: str

    @property
    def has_results(self) -> bool:
        """Whether outcome values were posted."""
        return bool(self.measured)
