"""``spondyl evidence counts``: pool the counts themselves, for rare events and for proportions."""

from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from spondyl.clinic.cli.evidence_table_file import read_table_text, refuse

if TYPE_CHECKING:
    from spondyl.evidence.counts import PooledCounts


class CountsMeasureChoice(Enum):
    """What ``--measure`` takes."""

    OR = "OR"
    RR = "RR"
    RD = "RD"
    PLO = "PLO"


class CountsMethodChoice(Enum):
    """What ``--method`` takes."""

    MANTEL_HAENSZEL = "mh"
    PETO = "peto"
    GLMM = "glmm"


def counts(
    file: Annotated[Path, typer.Argument(help="Table of studies, CSV.", show_default=False)],
    measure: Annotated[
        CountsMeasureChoice, typer.Option(help="PLO for proportions of single arms.", show_default=False)
    ],
    method: Annotated[
        CountsMethodChoice, typer.Option(help="Mantel–Haenszel, Peto, or the binomial–normal model.")
    ] = CountsMethodChoice.GLMM,
    points: Annotated[int, typer.Option(help="Quadrature points of the model.", min=1, max=101)] = 7,
    level: Annotated[float, typer.Option(help="Level of the interval in percent.")] = 95.0,
    json_output: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Pool counts without turning each study into an effect first, so that zero cells need no correction.

    mh: OR, RR, RD with one common effect. peto: OR with rare events and arms of similar size. glmm: OR and PLO with
    random effects. Columns as in 'spondyl evidence pool': ai bi ci di, or ai n1i ci n2i, or xi ni.

    \b
    Examples:
      spondyl evidence counts trials.csv --measure OR --method mh
      spondyl evidence counts harms.csv --measure PLO --json

    \b
    Exit codes: 0 pooled, 2 wrong command line, 4 the table gives no estimate (the message says why).
    """
    from spondyl import evidence
    from spondyl.evidence.counts import CountsMethod, pool_counts
    from spondyl.evidence.result_json import result_to_json

    try:
        found = pool_counts(
            evidence.parse_study_table(read_table_text(file)),
            evidence.Measure(measure.value),
            CountsMethod(method.value),
            points=points,
            level_percent=level,
        )
    except evidence.EvidenceRefused as refused:
        refuse(file, refused, json_output=json_output)
    if json_output:
        from spondyl.clinic.cli.evidence_result_print import print_json

        print_json(result_to_json(found))
        return
    _show(found)


def _show(found: "PooledCounts") -> None:
    from spondyl.clinic.cli.evidence_pool_print import number, p_text
    from spondyl.clinic.cli.evidence_result_print import print_lines, remarks, with_range
    from spondyl.evidence.scale import NAMES

    lines = [
        f"Pooled {NAMES[found.measure]} {with_range(found.measure, found.effect, found.interval)}, "
        f"{found.interval.level_percent:g} % interval, {found.k} studies, {METHODS[found.method.value]}."
    ]
    if found.statistic is not None and found.p_value is not None:
        lines.append(f"Test against no effect: z = {number(found.statistic)}, p {p_text(found.p_value)}.")
    if found.tau2 is not None:
        lines.append(f"Studies differ: tau² {number(found.tau2)}.")
    print_lines([*lines, *remarks(found.notes, found.left_out)])


METHODS = {
    "mh": "one common effect (Mantel–Haenszel)",
    "peto": "one common effect (Peto)",
    "glmm": "random effects (binomial–normal model)",
}
"""How a method is called in a sentence."""
