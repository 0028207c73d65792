"""``spondyl evidence sequential``: is the evidence enough, given that it was looked at again and again?"""

from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from spondyl.clinic.cli.evidence_pool_command import MeasureChoice, ModelChoice, Tau2Choice
from spondyl.clinic.cli.evidence_table_file import read_table_text, refuse

if TYPE_CHECKING:
    from spondyl.evidence.sequential import SequentialAnalysis


class SpendingChoice(Enum):
    """What ``--spending`` takes."""

    OBRIEN_FLEMING = "obf"
    POCOCK = "pocock"


def sequential(  # noqa: PLR0913, PLR0917  a command's options are its arguments
    file: Annotated[Path, typer.Argument(help="Table of studies in order of time, CSV.", show_default=False)],
    measure: Annotated[
        MeasureChoice, typer.Option(help="The effect of a study; GEN for ready effects.", show_default=False)
    ],
    detect: Annotated[
        float,
        typer.Option(
            help="Smallest effect that matters; for RR and OR the ratio itself.", show_default=False
        ),
    ],
    alpha: Annotated[float, typer.Option(help="Error of the first kind, all looks together.")] = 0.05,
    power: Annotated[float, typer.Option(help="Chance to detect that effect.")] = 0.9,
    spending: Annotated[
        SpendingChoice, typer.Option(help="Boundaries like O'Brien–Fleming's or Pocock's.")
    ] = SpendingChoice.OBRIEN_FLEMING,
    model: Annotated[
        ModelChoice, typer.Option(help="One common effect, or random effects.")
    ] = ModelChoice.RANDOM,
    tau2: Annotated[
        Tau2Choice, typer.Option(help="Estimator of the variance between studies.")
    ] = Tau2Choice.REML,
    json_output: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Trial sequential analysis: after each study, has the pooled z crossed the boundary for repeated looks?

    \b
    Examples:
      spondyl evidence sequential trials.csv --measure MD --detect 10
      spondyl evidence sequential trials.csv --measure RR --detect 0.8 --json

    \b
    Exit codes: 0 analysed, 2 wrong command line, 4 the table gives no analysis (the message says why).
    """
    from spondyl import evidence
    from spondyl.evidence.scale import pooled_value
    from spondyl.evidence.sequential import Design, Spending, sequential_analysis

    wanted = evidence.Measure(measure.value)
    try:
        found = sequential_analysis(
            evidence.effect_sizes(evidence.parse_study_table(read_table_text(file)), wanted),
            Design(
                smallest_effect=pooled_value(wanted, detect),
                alpha=alpha,
                power=power,
                spending=Spending(spending.value),
            ),
            model=evidence.Model(model.value),
            tau2_method=evidence.Tau2Method(tau2.value),
        )
    except evidence.EvidenceRefused as refused:
        refuse(file, refused, json_output=json_output)
    (_print_json if json_output else _show)(found)


def _print_json(found: "SequentialAnalysis") -> None:
    from spondyl.clinic.cli.evidence_result_print import print_json
    from spondyl.evidence.result_json import result_to_json

    print_json(result_to_json(found))


def _show(found: "SequentialAnalysis") -> None:
    from spondyl.clinic.cli.evidence_pool_print import number
    from spondyl.clinic.cli.evidence_result_print import print_lines, print_table

    rows = [
        (
            look.label,
            f"{100 * look.fraction:.1f} %",
            number(look.z),
            ("none yet" if look.fraction < 1.0 else "at the last")
            if look.boundary is None
            else number(look.boundary),
            "crossed" if look.crossed else "",
        )
        for look in found.looks
    ]
    print_table(("After", "Information", "z", "Boundary ±", ""), rows)
    print_lines(
        [
            _verdict(found),
            f"{100 * found.reached / found.required:.0f} % of the required information is in; differences between "
            f"studies (D² {found.diversity_percent:.0f} %) raise what is required "
            f"{1 / (1 - found.diversity_percent / 100):.1f} times.",
            *(f"Note: {note}" for note in found.notes),
        ]
    )


def _verdict(found: "SequentialAnalysis") -> str:
    """The verdict in a sentence; a firm one with its direction."""
    if found.verdict.value != "firm":
        return VERDICTS[found.verdict.value]
    side = "above" if found.effect > 0.0 else "below"
    against = "; that is the other way than the effect to detect" if found.opposite else ""
    return VERDICTS["firm"].format(direction=f"the effect is {side} no effect{against}")


VERDICTS = {
    "firm": "Firm: {direction}. With all studies in the boundary is crossed, so repeated looks do not explain it.",
    "no effect of that size": "All the information is in and the boundary is not crossed: an effect of that size is "
    "unlikely.",
    "not yet": "Not yet: too little information, and the boundary is not crossed.",
}
