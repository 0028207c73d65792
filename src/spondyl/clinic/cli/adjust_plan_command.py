"""``spondyl adjust plan``."""

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

import typer

from spondyl.clinic.cli.adjust_options import Json, MaxN, Segments
from spondyl.clinic.cli.leave import leave
from spondyl.clinic.exit_codes import ExitCode

if TYPE_CHECKING:
    from spondyl.treatment.adjustment import Approach


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedSegment:
    """What would be done at a segment; forces in N, above the preload unless total."""

    segment: str
    cap_n: float
    preload_n: float
    probe_n: float
    site: str
    cranial_tilt_deg: float
    duration_us: int
    aim_mm: float
    wanted_n: float
    fits: bool


def plan(max_n: MaxN = None, segments: Segments = "L1-L5", json_output: Json = False) -> None:
    """Say what a session may do at each segment: cap, probe, contact, and the force that the twin expects to need.

    Nothing is touched. The twin is the norm's, not the patient's; a session corrects it by what it measures.

    \b
    Example:
      spondyl adjust plan --max-n 80 --segments T12-L5
    """
    from spondyl.clinic.adjust.options import maximum_of
    from spondyl.instrument import Limits

    try:
        maximum_n = Limits(maximum_n=maximum_of(max_n)).maximum_n
        rows = _rows(segments, maximum_n)
    except ValueError as error:
        leave(ExitCode.USAGE, str(error))
    if json_output:
        from spondyl.treatment.adjustment import to_json

        typer.echo(json.dumps({"maximum_n": maximum_n, "segments": to_json(rows)}, indent=2))
        return
    _print(rows, maximum_n)


def _rows(segments: str, maximum_n: float) -> list[PlannedSegment]:
    from spondyl.biomechanics import build_spine_model, modes_of
    from spondyl.clinic.adjust.options import segments_of
    from spondyl.treatment.adjustment import Plan, best_approach

    checked = Plan(session=1, segments=segments_of(segments))
    model = build_spine_model()
    modes = modes_of(model)
    return [_row(best_approach(model, modes, name), maximum_n, checked.aim_mm) for name in checked.segments]


def _row(approach: "Approach", maximum_n: float, aim_mm: float) -> PlannedSegment:
    from spondyl.instrument import Limits, cap_n
    from spondyl.treatment.adjustment.dose import MARGIN_N, preload_n, probe_n

    cap = cap_n(approach.segment, Limits(maximum_n=maximum_n))
    wanted_n = round(aim_mm / approach.mm_per_n, 1)
    return PlannedSegment(
        segment=approach.segment,
        cap_n=cap,
        preload_n=preload_n(cap) if cap else 0.0,
        probe_n=round(probe_n(cap), 1),
        site=approach.site,
        cranial_tilt_deg=approach.cranial_tilt_deg,
        duration_us=approach.duration_us,
        aim_mm=aim_mm,
        wanted_n=wanted_n,
        fits=preload_n(cap) + wanted_n + MARGIN_N <= cap,
    )


def _print(rows: list[PlannedSegment], maximum_n: float) -> None:
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table

    from spondyl.clinic.cli.whole_table import print_table

    console = Console()
    head = ("Segment", "Cap", "Preload", "Probe", "Contact", "Tilt to head", "Pulse", "Wanted")
    table = Table(*head, box=SIMPLE_HEAD)
    for row in rows:
        wanted = f"{row.wanted_n:g} N for {row.aim_mm:g} mm" + ("" if row.fits else ", the cap is lower")
        table.add_row(
            row.segment,
            f"{row.cap_n:g} N",
            f"{row.preload_n:g} N",
            f"{row.probe_n:g} N",
            row.site,
            f"{row.cranial_tilt_deg:g}°",
            f"{row.duration_us / 1000:g} ms",
            wanted,
        )
    print_table(table, console)
    if maximum_n <= 0.0:
        console.print("No maximum is set, so every cap is zero and nothing would be delivered: --max-n.")
    console.print("Caps are engineering placeholders, not clinical advice.")
    console.print("Research software, not a medical device.")
