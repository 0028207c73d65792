"""From a registration to a draft record of the library."""

from collections import Counter
from typing import Any

from spondyl.evidence.library import Design, Role, Status
from spondyl.evidence.living.draft import Draft, record_id
from spondyl.evidence.living.guesses import (
    guess_months,
    guess_options,
    guess_outcome,
    guess_role,
    is_change,
    is_not_better,
)
from spondyl.evidence.living.registration import (
    GroupHarm,
    GroupValue,
    MeasuredOutcome,
    PostedComparison,
    Registration,
)

Table = dict[str, Any]

_FINISHED = ("COMPLETED", "TERMINATED", "WITHDRAWN", "SUSPENDED", "UNKNOWN")
_PEOPLE = ("COUNT_OF_PARTICIPANTS",)
_MEANS = ("MEAN", "LEAST_SQUARES_MEAN")
_MASKING = {
    "NONE": "open: everyone knew",
    "SINGLE": "one party did not know",
    "DOUBLE": "two parties did not know",
    "TRIPLE": "three parties did not know",
    "QUADRUPLE": "four parties did not know",
}


def draft_registration(trial: Registration, *, origin: str) -> Draft:
    """A draft of one trial; ``origin`` is the name of its file. What could not be placed stands in ``to_check``."""
    options = guess_options(" ".join((trial.title, *(_arm_words(trial)))))
    results, unplaced = _results(trial, options)
    planned = "; ".join(f"{one.measure} ({one.time_frame})" for one in trial.planned if one.rank == "PRIMARY")
    record: Table = {
        "name": trial.acronym or trial.title,
        "design": _design(trial).value,
        "status": (
            Status.COMPLETED if trial.status in _FINISHED or trial.has_results else Status.ONGOING
        ).value,
        "registry_id": trial.registry_id,
        "blinding": _blinding(trial),
        "condition": "; ".join(trial.conditions),
        "note": _note(trial, planned),
        "options": list(options),
        "arms": _arms(trial),
        "results": results,
        "adverse_events": [{"text": line} for line in _harm_lines(trial)],
        "funding": {"text": _funding(trial)} if trial.sponsor else None,
        "n": trial.enrolled,
    }
    return Draft(
        id=record_id(trial.registry_id),
        record={
            key: value for key, value in record.items() if key == "options" or value not in (None, "", [])
        },
        registry_ids=(trial.registry_id, *trial.other_ids),
        doi="",
        citation=f"ClinicalTrials.gov {trial.registry_id}: {trial.title}",
        locator="registration and posted results" if trial.has_results else "registration; no results posted",
        origin=origin,
        to_check=tuple(_checks(trial, options, unplaced)),
    )


def _arm_words(trial: Registration) -> list[str]:
    return [f"{arm.label} {' '.join(arm.interventions)}" for arm in trial.arms]


def _design(trial: Registration) -> Design:
    if trial.allocation == "RANDOMIZED":
        return Design.RANDOMISED
    return Design.CONTROLLED if len(trial.arms) > 1 else Design.SINGLE_ARM


def _blinding(trial: Registration) -> str:
    who = f" ({', '.join(trial.who_masked).lower()})" if trial.who_masked else ""
    return f"{_MASKING[trial.masking]}{who}" if trial.masking in _MASKING else ""


def _note(trial: Registration, planned: str) -> str:
    ends = f"{'Ended' if trial.status == 'COMPLETED' else 'Planned to end'} {trial.completion_date}."
    parts = (
        f"The registry's status: {trial.status.replace('_', ' ').lower()}." if trial.status else "",
        ends if trial.completion_date else "",
        f"Primary outcome as registered: {planned}." if planned else "",
        f"Other registry numbers: {', '.join(trial.other_ids)}." if trial.other_ids else "",
    )
    return " ".join(part for part in parts if part)


def _arms(trial: Registration) -> list[Table]:
    started = {one.group.lower(): one.started for one in trial.flow}
    arms = [{"name": arm.label, "n": started.get(arm.label.lower())} for arm in trial.arms]
    return [{key: value for key, value in arm.items() if value is not None} for arm in arms]


def _funding(trial: Registration) -> str:
    others = f" with {', '.join(trial.collaborators)}" if trial.collaborators else ""
    return f"Sponsor: {trial.sponsor} ({trial.sponsor_class.lower() or 'class not stated'}){others}."


def _results(trial: Registration, options: tuple[str, ...]) -> tuple[list[Table], list[str]]:
    """The rows that have a place in the record, and the titles of what has none.

    A comparison of an outcome with several rows does not say of which row, that is of which time, it is.
    """
    rows: list[Table] = []
    unplaced: list[str] = []
    times = Counter((measured.title, measured.time_frame) for measured in trial.measured)
    for number, measured in enumerate(trial.measured, start=1):
        alone = times[measured.title, measured.time_frame] == 1
        row = _result(trial, measured, f"outcome-{number}", options, alone=alone)
        rows += [row] if row else []
        unplaced += [] if row else [measured.title]
        if row and measured.comparisons and "effect" not in row:
            unplaced.append(f"{measured.title}, the posted comparison")
    return rows, list(dict.fromkeys(unplaced))


def _result(
    trial: Registration, measured: MeasuredOutcome, name: str, options: tuple[str, ...], *, alone: bool
) -> Table | None:
    counts = measured.parameter in _PEOPLE
    outcome = guess_outcome(f"{measured.title} {measured.row}", counts_people=counts)
    if outcome is None or measured.parameter not in (*_PEOPLE, *_MEANS):
        return None
    if counts and outcome.more_is_better and is_not_better(measured.category, measured.row):
        return None
    label = ", ".join(
        part for part in (measured.title, measured.row, measured.category, measured.unit) if part
    )
    comparison = next((one for one in measured.comparisons if _is_difference(one)), None)
    if counts or not alone:
        comparison = None
    changes = not counts and is_change(measured.title, measured.row, measured.unit)
    if changes and comparison is None:
        return None
    row: Table = {
        "id": name,
        "outcome": outcome.value,
        "label": label,
        "timing": measured.row or measured.time_frame,
        "months": guess_months(measured.row, measured.category, measured.time_frame),
        "versus": " v ".join(comparison.groups) if comparison else "",
        "effect": _effect(comparison, measured) if comparison else None,
        "groups": [
            _group(trial, one, counts=counts, changes=changes, options=options) for one in measured.groups
        ],
    }
    return {key: value for key, value in row.items() if value not in (None, "")}


def _is_difference(comparison: PostedComparison) -> bool:
    """A difference of means with both ends of a 95 % interval: an effect of the library holds nothing else."""
    parameter = comparison.parameter.replace("_", " ").lower()
    named = "difference" in parameter and not any(word in parameter for word in ("median", "risk", "rate"))
    ends = (comparison.value, comparison.lower, comparison.upper)
    return named and None not in ends and comparison.level_percent == 95.0


def _effect(comparison: PostedComparison, measured: MeasuredOutcome) -> Table:
    return {
        "measure": "mean difference",
        "estimate": comparison.value,
        "low": comparison.lower,
        "high": comparison.upper,
        "scale": measured.unit,
    }


def _group(
    trial: Registration, group: GroupValue, *, counts: bool, changes: bool, options: tuple[str, ...]
) -> Table:
    kind = next((arm.kind for arm in trial.arms if arm.label.lower() == group.group.lower()), "")
    role = guess_role(kind, group.group)
    table: Table = {
        "name": group.group,
        "role": role.value,
        "option": options[0] if role is Role.ACTIVE and options else None,
        "n": group.analysed,
        "events": int(group.value) if counts and group.value is not None and group.analysed else None,
        "after": None if counts or changes else group.value,
    }
    return {key: value for key, value in table.items() if value is not None}


def _harm_lines(trial: Registration) -> list[str]:
    when = f" ({trial.events_time_frame})" if trial.events_time_frame else ""
    lines = [line for harm in trial.harms for line in _totals(harm, when)]
    terms = [
        f"{one.group}: {one.term} in {one.affected} of {one.at_risk}{', serious' if one.serious else ''}."
        for one in trial.events
        if one.affected and one.at_risk is not None
    ]
    return lines + terms


def _totals(harm: GroupHarm, when: str) -> list[str]:
    rows = (
        ("any serious adverse event", harm.serious_affected, harm.serious_at_risk),
        ("any other adverse event above the registry's threshold", harm.other_affected, harm.other_at_risk),
        ("death of any cause", harm.deaths, harm.deaths_at_risk),
    )
    return [
        f"{harm.group}: {name} in {affected} of {at_risk}{when}."
        for name, affected, at_risk in rows
        if affected is not None and at_risk is not None
    ]


def _checks(trial: Registration, options: tuple[str, ...], unplaced: list[str]) -> list[str]:
    lines = [f"options were guessed from the words of the registration: {', '.join(options) or 'none found'}"]
    lines += [
        f"no place for the outcome '{title}'; its numbers are in the .source.json file" for title in unplaced
    ]
    if trial.measured:
        lines.append("outcome kinds, roles and the sign of each effect (negative: less pain) were guessed")
    return lines
