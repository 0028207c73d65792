"""``spondyl evidence regress``: do study characteristics explain why effects differ?"""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from spondyl.clinic.cli.evidence_pool_command import InferenceChoice, MeasureChoice, ModelChoice, Tau2Choice
from spondyl.clinic.cli.evidence_table_file import read_table_text, refuse

if TYPE_CHECKING:
    from spondyl.evidence.regression import MetaRegression


def regress(  # noqa: PLR0913, PLR0917  a command's options are its arguments
    file: Annotated[Path, typer.Argument(help="Table of studies, CSV.", show_default=False)],
    measure: Annotated[
        MeasureChoice, typer.Option(help="The effect of a study; GEN for ready effects.", show_default=False)
    ],
    on: Annotated[
        list[str], typer.Option(help="A column to regress on; repeat it for more.", show_default=False)
    ],
    model: Annotated[ModelChoice, typer.Option(help="Common effect, or mixed effects.")] = ModelChoice.RANDOM,
    tau2: Annotated[
        Tau2Choice, typer.Option(help="Estimator of the variance between studies.")
    ] = Tau2Choice.REML,
    test: Annotated[
        InferenceChoice, typer.Option(help="Intervals and p-values: normal, or Knapp–Hartung.")
    ] = InferenceChoice.Z,
    level: Annotated[float, typer.Option(help="Level of the intervals in percent.")] = 95.0,
    json_output: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Regress effects on columns of the table: numbers as they are, words compared with the first word (A–Z).

    A study in which a column is empty is left out. Coefficients are on the scale of pooling (logarithms for RR and OR).

    \b
    Examples:
      spondyl evidence regress trials.csv --measure RR --on latitude
      spondyl evidence regress trials.csv --measure SMD --on dose --on design --test knha --json

    \b
    Exit codes: 0 fitted, 2 wrong command line, 4 the table gives no fit (the message says why).
    """
    from spondyl import evidence
    from spondyl.evidence.regression import meta_regression, moderated_effects
    from spondyl.evidence.result_json import result_to_json

    try:
        table = evidence.parse_study_table(read_table_text(file))
        effects, moderators = moderated_effects(table, evidence.Measure(measure.value), on)
        found = meta_regression(
            effects,
            moderators,
            model=evidence.Model(model.value),
            tau2_method=evidence.Tau2Method(tau2.value),
            inference=evidence.Inference(test.value),
            level_percent=level,
        )
    except evidence.EvidenceRefused as refused:
        refuse(file, refused, json_output=json_output)
    if json_output:
        from spondyl.clinic.cli.evidence_result_print import print_json

        print_json(result_to_json(found))
        return
    _show(found)


def _show(found: "MetaRegression") -> None:
    from spondyl.clinic.cli.evidence_pool_print import number, p_text
    from spondyl.clinic.cli.evidence_result_print import print_lines, print_table, remarks

    rows = [
        (
            one.name,
            number(one.estimate),
            number(one.se),
            f"{number(one.interval.low)} to {number(one.interval.high)}",
            number(one.statistic),
            p_text(one.p_value).removeprefix("= "),
        )
        for one in found.coefficients
    ]
    print_table(
        ("", "Coefficient", "SE", f"{found.coefficients[0].interval.level_percent:g} %", _test(found), "p"),
        rows,
    )
    explained = (
        "" if found.r2_percent is None else f"The moderators explain {found.r2_percent:.0f} % of tau². "
    )
    print_lines(
        [
            f"{explained}Left: tau² {number(found.tau2)}, I² {found.i2_percent:.0f} %, "
            f"Q({found.q_residual_df}) = {number(found.q_residual)}, p {p_text(found.q_residual_p)}.",
            f"All moderators together: p {p_text(found.q_model_p)} ({found.k} studies).",
            *remarks(found.notes, found.left_out),
        ]
    )


def _test(found: "MetaRegression") -> str:
    return "z" if found.df is None else f"t({found.df})"
