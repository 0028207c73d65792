"""``spondyl evidence bias``: do small studies differ, and how much could missing studies change?"""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from spondyl.clinic.cli.evidence_pool_command import MeasureChoice, ModelChoice, Tau2Choice
from spondyl.clinic.cli.evidence_table_file import read_table_text, refuse

if TYPE_CHECKING:
    from spondyl.evidence.small_study import SmallStudyEffects


def bias(
    file: Annotated[Path, typer.Argument(help="Table of studies, CSV.", show_default=False)],
    measure: Annotated[
        MeasureChoice, typer.Option(help="The effect of a study; GEN for ready effects.", show_default=False)
    ],
    model: Annotated[
        ModelChoice, typer.Option(help="Common or random effects, for trim and fill.")
    ] = ModelChoice.RANDOM,
    tau2: Annotated[
        Tau2Choice, typer.Option(help="Estimator of the variance between studies.")
    ] = Tau2Choice.REML,
    json_output: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Test whether small studies show other effects than large ones: Egger, Begg, Peters (OR only), trim and fill.

    A test that these studies do not allow is named with the reason.

    \b
    Examples:
      spondyl evidence bias trials.csv --measure SMD
      spondyl evidence bias trials.csv --measure OR --model ee --json

    \b
    Exit codes: 0 tested, 2 wrong command line, 4 the table allows no test (the message says why).
    """
    from spondyl import evidence
    from spondyl.evidence.small_study import small_study_effects

    try:
        found = small_study_effects(
            evidence.parse_study_table(read_table_text(file)),
            evidence.Measure(measure.value),
            model=evidence.Model(model.value),
            tau2_method=evidence.Tau2Method(tau2.value),
        )
    except evidence.EvidenceRefused as refused:
        refuse(file, refused, json_output=json_output)
    (_print_json if json_output else _show)(found)


def _print_json(found: "SmallStudyEffects") -> None:
    from spondyl.clinic.cli.evidence_result_print import print_json
    from spondyl.evidence.result_json import result_to_json

    print_json(result_to_json(found))


def _show(found: "SmallStudyEffects") -> None:
    from spondyl.clinic.cli.evidence_pool_print import number, p_text
    from spondyl.clinic.cli.evidence_result_print import print_lines, print_table, remarks, with_range

    rows = [
        (
            test.name,
            number(test.statistic),
            "" if test.df is None else str(test.df),
            p_text(test.p_value).removeprefix("= "),
            with_range(found.measure, test.limit, test.limit_interval)
            if test.limit is not None and test.limit_interval
            else "",
        )
        for test in found.tests
    ]
    if rows:
        print_table(("Test", "Statistic", "df", "p", "Limit (95 %)"), rows)
    lines = (
        ["Limit: the effect that the regression expects of a study without sampling error."] if rows else []
    )
    if found.trim_and_fill:
        told = found.trim_and_fill
        lines.append(
            f"Trim and fill: {told.k0} studies thought missing on the {told.side.value} side; with mirror images "
            f"{with_range(found.measure, told.filled.effect, told.filled.interval)}."
        )
    notes = dict.fromkeys(note for one in (*found.tests, found.trim_and_fill) if one for note in one.notes)
    lines += [f"Not given: {item.name}. {item.reason}" for item in found.not_given]
    print_lines([*lines, *remarks(notes, found.left_out)])
