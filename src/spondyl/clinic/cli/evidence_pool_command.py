"""``spondyl evidence pool``: a table of studies to one pooled estimate."""

from enum import Enum
from pathlib import Path
from typing import Annotated

import typer

from spondyl.clinic.cli.evidence_table_file import read_table_text, refuse

# The command line's own lists: the engine's enums would load numpy for '--help'. A test keeps both alike.


class MeasureChoice(Enum):
    """What ``--measure`` takes."""

    MD = "MD"
    SMD = "SMD"
    RR = "RR"
    OR = "OR"
    RD = "RD"
    PLO = "PLO"
    PR = "PR"
    PAS = "PAS"
    PFT = "PFT"
    GEN = "GEN"


class ModelChoice(Enum):
    """What ``--model`` takes."""

    COMMON = "ee"
    RANDOM = "re"


class Tau2Choice(Enum):
    """What ``--tau2`` takes."""

    DL = "DL"
    HE = "HE"
    SJ = "SJ"
    ML = "ML"
    REML = "REML"
    EB = "EB"
    PM = "PM"
    HS = "HS"


class InferenceChoice(Enum):
    """What ``--test`` takes."""

    Z = "z"
    HARTUNG_KNAPP = "knha"


def pool(  # noqa: PLR0913, PLR0917  a command's options are its arguments
    file: Annotated[Path, typer.Argument(help="Table of studies, CSV.", show_default=False)],
    measure: Annotated[
        MeasureChoice, typer.Option(help="The effect of a study; GEN for ready effects.", show_default=False)
    ],
    model: Annotated[
        ModelChoice, typer.Option(help="One common effect, or random effects.")
    ] = ModelChoice.RANDOM,
    tau2: Annotated[
        Tau2Choice, typer.Option(help="Estimator of the variance between studies.")
    ] = Tau2Choice.REML,
    test: Annotated[
        InferenceChoice, typer.Option(help="Interval and p-value: normal, or Hartung–Knapp.")
    ] = InferenceChoice.Z,
    level: Annotated[float, typer.Option(help="Level of the intervals in percent.")] = 95.0,
    drop00: Annotated[
        bool,
        typer.Option(
            "--drop00", help="Leave out studies without (or with nothing but) events in both groups."
        ),
    ] = False,
    json_output: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Pool a table of studies: effect, interval, prediction, heterogeneity, and what was left out and why.

    The columns carry the names of R's metafor: m1i sd1i n1i m2i sd2i n2i (MD, SMD), ai bi ci di or ai n1i ci n2i
    (RR, OR, RD), xi ni (PLO, PR, PAS, PFT), yi with vi or sei (GEN, or any measure computed elsewhere). A column
    'study' holds the names.

    \b
    Examples:
      spondyl evidence pool trials.csv --measure MD
      spondyl evidence pool trials.csv --measure RR --tau2 PM --test knha
      spondyl evidence pool effects.csv --measure GEN --model ee --json

    \b
    Exit codes: 0 pooled, 2 wrong command line, 4 the table gives no estimate (the message says why).
    """
    from spondyl import evidence

    try:
        table = evidence.parse_study_table(read_table_text(file))
        effects = evidence.effect_sizes(table, evidence.Measure(measure.value), drop_both_zero=drop00)
        estimate = evidence.pool(
            effects,
            model=evidence.Model(model.value),
            tau2_method=evidence.Tau2Method(tau2.value),
            inference=evidence.Inference(test.value),
            level_percent=level,
        )
    except evidence.EvidenceRefused as refused:
        refuse(file, refused, json_output=json_output)
    if json_output:
        import json

        typer.echo(json.dumps(evidence.estimate_to_json(estimate), ensure_ascii=False, allow_nan=False))
        return
    from spondyl.clinic.cli.evidence_pool_print import print_estimate

    print_estimate(estimate)
