"""``spondyl evidence influence``: the estimate without each study in turn, or as the studies came in."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from spondyl.clinic.cli.evidence_pool_command import InferenceChoice, MeasureChoice, ModelChoice, Tau2Choice
from spondyl.clinic.cli.evidence_table_file import read_table_text, refuse

if TYPE_CHECKING:
    from spondyl.evidence.sensitivity import PooledInTurn


def influence(
    file: Annotated[Path, typer.Argument(help="Table of studies, CSV.", show_default=False)],
    measure: Annotated[
        MeasureChoice, typer.Option(help="The effect of a study; GEN for ready effects.", show_default=False)
    ],
    cumulative: Annotated[
        bool, typer.Option("--cumulative", help="Add the studies one by one, in the table's order.")
    ] = False,
    model: Annotated[
        ModelChoice, typer.Option(help="One common effect, or random effects.")
    ] = ModelChoice.RANDOM,
    tau2: Annotated[
        Tau2Choice, typer.Option(help="Estimator of the variance between studies.")
    ] = Tau2Choice.REML,
    test: Annotated[
        InferenceChoice, typer.Option(help="Interval: normal, or Hartung–Knapp.")
    ] = InferenceChoice.Z,
    json_output: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Pool without each study in turn, to see whether one study carries the result; or add studies one by one.

    \b
    Examples:
      spondyl evidence influence trials.csv --measure MD
      spondyl evidence influence trials.csv --measure RR --cumulative --json

    \b
    Exit codes: 0 pooled, 2 wrong command line, 4 the table gives no estimate (the message says why).
    """
    from spondyl import evidence
    from spondyl.evidence.sensitivity import pool_in_turn

    try:
        found = pool_in_turn(
            evidence.effect_sizes(
                evidence.parse_study_table(read_table_text(file)), evidence.Measure(measure.value)
            ),
            adding=cumulative,
            model=evidence.Model(model.value),
            tau2_method=evidence.Tau2Method(tau2.value),
            inference=evidence.Inference(test.value),
        )
    except evidence.EvidenceRefused as refused:
        refuse(file, refused, json_output=json_output)
    (_print_json if json_output else _show)(found)


def _print_json(found: "PooledInTurn") -> None:
    from spondyl.clinic.cli.evidence_result_print import print_json
    from spondyl.evidence.result_json import result_to_json

    print_json(result_to_json(found))


def _show(found: "PooledInTurn") -> None:
    from spondyl.clinic.cli.evidence_pool_print import number
    from spondyl.clinic.cli.evidence_result_print import print_lines, print_table, remarks, with_range
    from spondyl.evidence.scale import NAMES

    rows = [
        (
            one.label,
            with_range(found.measure, one.effect, one.interval),
            "" if one.i2_percent is None else f"{one.i2_percent:.0f} %",
            number(one.tau2),
        )
        for one in found.steps
    ]
    print_table(("Adding" if found.adding else "Without", NAMES[found.measure], "I²", "tau²"), rows)
    print_lines(remarks(found.notes, found.left_out))
