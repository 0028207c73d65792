"""``spondyl evidence network``: many treatments compared through the trials that join them."""

from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from spondyl.clinic.cli.evidence_pool_command import ModelChoice
from spondyl.clinic.cli.evidence_table_file import read_table_text, refuse

if TYPE_CHECKING:
    from spondyl.evidence import StudyTable
    from spondyl.evidence.network import NetworkReport


class NetworkTau2Choice(Enum):
    """What ``--tau2`` takes."""

    DL = "DL"
    ML = "ML"
    REML = "REML"


def network(
    file: Annotated[Path, typer.Argument(help="Table of arms or comparisons, CSV.", show_default=False)],
    reference: Annotated[
        str | None,
        typer.Option(
            help="Compare all treatments with this one; by default the first by name.", show_default=False
        ),
    ] = None,
    model: Annotated[
        ModelChoice, typer.Option(help="One common effect, or random effects.")
    ] = ModelChoice.RANDOM,
    tau2: Annotated[
        NetworkTau2Choice, typer.Option(help="Estimator of the variance between trials.")
    ] = NetworkTau2Choice.REML,
    low_is_good: Annotated[
        bool | None,
        typer.Option(
            "--low-is-good/--high-is-good",
            help="Which way is better: low for pain, high for relief. Needed for events and ready effects; of "
            "means low is taken.",
            show_default=False,
        ),
    ] = None,
    level: Annotated[float, typer.Option(help="Level of the intervals in percent.")] = 95.0,
    json_output: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Compare many treatments through the trials that join them, and check whether the trials agree.

    Arms: study, treatment and m1i sd1i n1i (means) or xi ni (events) or yi vi, a row an arm.
    Comparisons: study, treat1, treat2, yi, vi (treat1 less treat2), every pair of a trial with more than two arms.

    \b
    Examples:
      spondyl evidence network arms.csv --reference placebo --low-is-good
      spondyl evidence network events.csv --high-is-good --model ee --json

    \b
    Exit codes: 0 compared, 2 wrong command line, 4 the table gives no network (the message says why).
    """
    from spondyl import evidence
    from spondyl.evidence.network import NetworkTau2, report_network

    try:
        table = evidence.parse_study_table(read_table_text(file))
        if low_is_good is None:
            _refuse_unknown_direction(table)
        found = report_network(
            table,
            reference=reference,
            model=evidence.Model(model.value),
            tau2_method=NetworkTau2(tau2.value),
            low_is_good=low_is_good is not False,
            level_percent=level,
        )
    except evidence.EvidenceRefused as refused:
        refuse(file, refused, json_output=json_output)
    (_print_json if json_output else _show)(found)


def _refuse_unknown_direction(table: "StudyTable") -> None:
    """Means are of pain or disability here, where low is good; an event may be relief or harm."""
    from spondyl.clinic.cli.leave import leave
    from spondyl.clinic.exit_codes import ExitCode

    if not ("treatment" in table.texts and table.has("m1i", "sd1i", "n1i")):
        leave(
            ExitCode.USAGE,
            "Nobody can tell from the table which way is better, and the ranks turn on it. Give --high-is-good when "
            "more is good, such as relief, or --low-is-good when less is, such as pain or harm.",
        )


def _print_json(found: "NetworkReport") -> None:
    from spondyl.clinic.cli.evidence_result_print import print_json
    from spondyl.evidence.result_json import result_to_json

    print_json(result_to_json(found))


def _show(found: "NetworkReport") -> None:
    from spondyl.clinic.cli.evidence_pool_print import number, p_text
    from spondyl.clinic.cli.evidence_result_print import print_lines, print_table, with_range
    from spondyl.evidence.scale import NAMES

    estimate = found.estimate
    reference = estimate.treatments[0]
    ranks = {rank.treatment: rank for rank in found.ranks}
    rows = [
        (
            one.treatment,
            with_range(estimate.measure, one.effect, one.interval),
            str(one.direct_trials),
            f"{ranks[one.treatment].rank_interval.low:g} to {ranks[one.treatment].rank_interval.high:g}",
            f"{ranks[one.treatment].p_score:.2f}",
        )
        for one in estimate.comparisons
        if one.versus == reference
    ]
    title = f"Against {reference}"
    print_table(("Treatment", title, "Direct", "Rank (95 %)", "P-score"), rows)
    lines = [
        f"{estimate.trials} trials, {NAMES[estimate.measure]}.",
        f"Ranks: {'low' if found.low_is_good else 'high'} is good.",
        "Direct: trials that compare the two themselves. P-score: 1 better than all others, 0 worse.",
    ]
    if estimate.q_p_value is not None:
        told = "" if estimate.tau2 is None else f", tau² {number(estimate.tau2)}"
        lines.append(
            f"Trials differ: Q({estimate.q_df}) = {number(estimate.q)}, p {p_text(estimate.q_p_value)}{told}."
        )
    between = found.inconsistency.between_with_tau2
    if between.p_value is None:
        lines.append("Direct and indirect evidence cannot be compared: no loop joins different trials.")
    else:
        lines.append(
            f"Do direct and indirect evidence disagree? Q({between.df}) = {number(between.q)}, "
            f"p {p_text(between.p_value)}."
        )
    lines += [
        f"They may disagree for {split.treatment} against {split.versus}: p {p_text(split.p_value)}."
        for split in found.splits
        if split.p_value is not None and split.p_value < 0.1
    ]
    lines += [
        f"{reference} itself may rank {ranks[reference].rank_interval.low:g} to "
        f"{ranks[reference].rank_interval.high:g} of {len(ranks)}."
    ]
    print_lines([*lines, *(f"Note: {note}" for note in found.notes)])
