"""``spondyl evidence lost``: what if the patients who were lost had fared badly, or well?"""

from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from spondyl.clinic.cli.evidence_pool_command import InferenceChoice, ModelChoice, Tau2Choice
from spondyl.clinic.cli.evidence_table_file import read_table_text, refuse

if TYPE_CHECKING:
    from spondyl.evidence.sensitivity import LostPatients


class LostMeasureChoice(Enum):
    """What ``--measure`` takes."""

    OR = "OR"
    RR = "RR"
    RD = "RD"
    PLO = "PLO"
    PR = "PR"


def lost(
    file: Annotated[Path, typer.Argument(help="Table of studies, CSV.", show_default=False)],
    measure: Annotated[
        LostMeasureChoice, typer.Option(help="PLO or PR for proportions of single arms.", show_default=False)
    ],
    event_is_good: Annotated[
        bool, typer.Option("--event-is-good/--event-is-bad", help="Is the event relief, or harm?")
    ] = True,
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
    """Count the patients who were lost as failures, or as successes, and pool again.

    Beside the counts of those observed the table needs everyone treated: 'treated' with xi ni (one arm), or 'treated1'
    and 'treated2' with ai n1i ci n2i. In the worst case the lost of the treatment arm failed, those of control did not.

    \b
    Examples:
      spondyl evidence lost relief.csv --measure PR
      spondyl evidence lost harms.csv --measure RD --event-is-bad --json

    \b
    Exit codes: 0 pooled, 2 wrong command line, 4 the table gives no estimate (the message says why).
    """
    from spondyl import evidence
    from spondyl.evidence.sensitivity import pool_with_lost

    try:
        found = pool_with_lost(
            evidence.parse_study_table(read_table_text(file)),
            evidence.Measure(measure.value),
            event_is_good=event_is_good,
            model=evidence.Model(model.value),
            tau2_method=evidence.Tau2Method(tau2.value),
            inference=evidence.Inference(test.value),
        )
    except evidence.EvidenceRefused as refused:
        refuse(file, refused, json_output=json_output)
    (_print_json if json_output else _show)(found)


def _print_json(found: "LostPatients") -> None:
    from spondyl.clinic.cli.evidence_result_print import print_json
    from spondyl.evidence.result_json import result_to_json

    print_json(result_to_json(found))


def _show(found: "LostPatients") -> None:
    from spondyl.clinic.cli.evidence_result_print import print_lines, print_table, with_range
    from spondyl.evidence.scale import NAMES

    rows = [
        (
            one.scenario.value,
            with_range(found.measure, one.effect, one.interval)
            if one.effect is not None and one.interval
            else "not given",
        )
        for one in found.scenarios
    ]
    print_table((f"{found.lost:g} of {found.treated:g} patients lost", NAMES[found.measure]), rows)
    print_lines(f"Not given: {one.scenario.value}. {one.reason}" for one in found.scenarios if one.reason)
