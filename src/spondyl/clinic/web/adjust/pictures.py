"""The stiffness map and the last pulse as SVG; every number in them stands in a table or a sentence too."""

from collections.abc import Sequence
from xml.sax.saxutils import escape

import numpy as np
from markupsafe import Markup

from spondyl.treatment.adjustment import Fire, Fired, MapRow

WIDTH, LEFT, RIGHT, LINE, TOP, FOOT = 560.0, 44.0, 20.0, 34.0, 8.0, 40.0
WAVE_TOP, WAVE_HEIGHT, WAVE_GAP = 28.0, 132.0, 14.0
AXES_N_MM = (40.0, 60.0, 80.0, 120.0, 200.0, 400.0, 1000.0)
"""Ends of the axis: the picture changes its scale rarely, and only upwards."""


def map_svg(segments: Sequence[str], rows: Sequence[MapRow]) -> Markup:
    """One line a segment from the start, so that nothing moves as readings come in: ring before, full point after."""
    highest = max((row.high_n_mm or 0.0 for row in rows), default=0.0)
    most = next((one for one in AXES_N_MM if highest <= one), highest)
    bottom = TOP + LINE * len(segments)
    lines = "".join(_segment(name, number, rows, most) for number, name in enumerate(segments))
    ticks = "".join(_tick(most * share / 4, most, bottom) for share in range(5))
    middle = (LEFT + WIDTH - RIGHT) / 2
    axis = (
        f'<g class="axis"><path d="M{LEFT} {bottom:g}H{WIDTH - RIGHT:g}"/>{ticks}'
        f'<text x="{middle:g}" y="{bottom + 34:g}" text-anchor="middle">'
        "stiffness, N/mm (bars: 95 % intervals)</text></g>"
    )
    return Markup(
        f'<svg class="stiffness" xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH:g} {bottom + FOOT:g}" '
        f'role="img"><title>{escape(_said(rows))}</title>{axis}{lines}</svg>'
    )


def _x(value: float, most: float) -> float:
    return LEFT + (WIDTH - LEFT - RIGHT) * value / most


def _tick(value: float, most: float, bottom: float) -> str:
    x = _x(value, most)
    return (
        f'<path class="grid" d="M{x:.1f} {TOP}V{bottom:g}"/>'
        f'<text x="{x:.1f}" y="{bottom + 16:g}" text-anchor="middle">{value:g}</text>'
    )


def _segment(name: str, number: int, rows: Sequence[MapRow], most: float) -> str:
    y = TOP + LINE * (number + 0.5)
    of = [row for row in rows if row.segment == name]
    before, after = [row for row in of if row.when == "before"], [row for row in of if row.when != "before"]
    drawn = "".join(_reading(row, y - 6, most, "before") for row in before[-1:])
    drawn += "".join(_reading(row, y + 6, most, "after") for row in after[-1:])
    return f'<text class="name" x="{LEFT - 8}" y="{y + 5:g}" text-anchor="end">{escape(name)}</text>{drawn}'


def _reading(row: MapRow, y: float, most: float, kind: str) -> str:
    if row.stiffness_n_mm is None or row.low_n_mm is None or row.high_n_mm is None:
        return f'<text class="unsure" x="{LEFT + 6}" y="{y + 4:g}">unsure: read again</text>'
    low, high, x = (_x(one, most) for one in (row.low_n_mm, row.high_n_mm, row.stiffness_n_mm))
    return (
        f'<g class="{kind}"><path class="band" d="M{low:.1f} {y:g}H{high:.1f}"/>'
        f'<circle cx="{x:.1f}" cy="{y:g}" r="4.5"/></g>'
    )


def _said(rows: Sequence[MapRow]) -> str:
    if not rows:
        return "Stiffness map: nothing was read yet."
    texts = [
        f"{row.segment} {row.when} {row.stiffness_n_mm:.1f}"
        if row.stiffness_n_mm is not None
        else f"{row.segment} {row.when} unsure"
        for row in rows
    ]
    return f"Stiffness map in N/mm: {'; '.join(texts)}."


def wave_svg(fire: Fire, fired: Fired) -> Markup:
    """Force and acceleration of one pulse over time; dotted: the force that was expected; dashed: the cap.

    What is what stands in one line above, never beside the lines: near values would lay their words on one another.
    """
    waveform = fired.waveform
    times_ms = np.arange(len(waveform.force_n)) * waveform.interval_us * 1e-3
    most_n = max(fired.cap_n * 1.08, waveform.peak_n)
    most_a = float(np.abs(waveform.acceleration_m_s2).max(initial=1.0))
    end_ms = float(times_ms[-1]) if len(times_ms) > 1 else 1.0
    x = [LEFT + (WIDTH - LEFT - RIGHT) * float(one) / end_ms for one in times_ms]
    force_y = [WAVE_TOP + WAVE_HEIGHT * (1.0 - float(one) / most_n) for one in waveform.force_n]
    low = WAVE_TOP + WAVE_HEIGHT + WAVE_GAP
    middle = low + WAVE_HEIGHT / 2
    speed_y = [middle - WAVE_HEIGHT / 2 * float(one) / most_a for one in waveform.acceleration_m_s2]
    lines = [_level(fired.cap_n, most_n, "cap")]
    key = [
        _key("peak", "\u2014", f"peak {waveform.peak_n:.1f} N"),
        _key("cap", "- -", f"cap {fired.cap_n:g} N"),
    ]
    if fire.predicted_n is not None:
        expected_n = waveform.preload_n + fire.predicted_n
        lines.append(_level(expected_n, most_n, "expected"))
        key.insert(1, _key("expected", "\u00b7\u00b7\u00b7", f"expected {expected_n:.1f} N"))
    bottom = low + WAVE_HEIGHT
    said = (
        f"{fire.segment}: peak {waveform.peak_n:.1f} N of a cap of {fired.cap_n:g} N, "
        f"preload {waveform.preload_n:.1f} N, acceleration up to {most_a:.0f} m/s², {end_ms:.0f} ms."
    )
    return Markup(
        f'<svg class="wave" xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH:g} {bottom + 22:g}" role="img">'
        f'<title>{escape(said)}</title><text class="key" x="{LEFT}" y="15">{"".join(key)}</text>'
        f'<g class="axis"><path d="M{LEFT} {WAVE_TOP}V{WAVE_TOP + WAVE_HEIGHT}H{WIDTH - RIGHT}"/>'
        f'<path d="M{LEFT} {low}V{bottom}M{LEFT} {middle}H{WIDTH - RIGHT}"/>'
        f'<text x="{LEFT - 6}" y="{WAVE_TOP + 12}" text-anchor="end">N</text>'
        f'<text x="{LEFT - 6}" y="{low + 12}" text-anchor="end">m/s²</text>'
        f'<text x="{LEFT}" y="{bottom + 16}">0</text>'
        f'<text x="{WIDTH - RIGHT}" y="{bottom + 16}" text-anchor="end">{end_ms:.0f} ms</text></g>'
        f'{"".join(lines)}<polyline class="force" points="{_points(x, force_y)}"/>'
        f'<polyline class="acceleration" points="{_points(x, speed_y)}"/></svg>'
    )


def _level(value_n: float, most_n: float, kind: str) -> str:
    y = WAVE_TOP + WAVE_HEIGHT * (1.0 - value_n / most_n)
    return f'<path class="{kind}" d="M{LEFT} {y:.1f}H{WIDTH - RIGHT}"/>'


def _key(kind: str, line: str, text: str) -> str:
    return f'<tspan class="{kind}">{line} {escape(text)}</tspan><tspan dx="18"> </tspan>'


def _points(x: list[float], y: list[float]) -> str:
    return " ".join(f"{one:.1f},{other:.1f}" for one, other in zip(x, y, strict=True))
