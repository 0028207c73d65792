"""Pictures of a clinic's outcomes as SVG: every patient's change against what matters, and a hundred patients."""

from collections.abc import Sequence
from dataclasses import dataclass
from textwrap import wrap
from xml.sax.saxutils import escape

from markupsafe import Markup

from spondyl.assessment.outcomes import InstrumentOutcome
from spondyl.assessment.questionnaires.important_change import improvement_of
from spondyl.clinic.report.outcomes_words import FEWEST_SHOWN, patients_text
from spondyl.true_minus import true_minus

HEIGHT = 300.0
LEFT, RIGHT = 46.0, 12.0
MOST_BARS = 320
"""More patients than this are drawn as evenly chosen ranks, so that a bar stays wide enough to be seen."""
TICK_STEPS = (0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sheet:
    """How wide a picture is, where its plot begins and ends, and how many letters a line of it holds."""

    name: str
    width: float
    top: float
    bottom: float
    letters: int


_WIDE = _Sheet(name="chart", width=640.0, top=16.0, bottom=46.0, letters=90)
_NARROW = _Sheet(name="chart narrow", width=330.0, top=48.0, bottom=80.0, letters=38)


def change_svgs(one: InstrumentOutcome) -> Markup:
    """A bar a patient, the most improved first; the shaded band is improvement that matters to one person.

    Drawn for a wide and for a narrow place, of which the page shows one: letters are as large in both.
    """
    return Markup("").join(_change_svg(one, sheet) for sheet in (_WIDE, _NARROW))


def _change_svg(one: InstrumentOutcome, sheet: _Sheet) -> Markup:
    gains = sorted_gains(one)
    shown = thinned(gains)
    points = one.threshold.points if one.threshold else 0.0
    low, high = value_range(shown, points)
    parts = [
        _band(points, (low, high), sheet) if points else "",
        _axis((low, high), one.instrument.unit, sheet),
        *_bars(shown, points, (low, high), sheet),
        _labels(one, gains, points, sheet),
    ]
    said = _said(one, gains, points)
    return _svg((sheet.width, HEIGHT), "".join(parts), said, name=sheet.name)


def sorted_gains(one: InstrumentOutcome) -> list[float]:
    """The improvement of every patient with a score, in the scale's unit, the most improved first."""
    gains = (
        improvement_of(result.before, result.after, one.instrument.direction)
        for result in one.results
        if result.after is not None
    )
    return sorted(gains, reverse=True)


def thinned(gains: Sequence[float]) -> list[float]:
    """At most :data:`MOST_BARS` of them, evenly by rank."""
    if len(gains) <= MOST_BARS:
        return list(gains)
    last = len(gains) - 1
    return [gains[round(place * last / (MOST_BARS - 1))] for place in range(MOST_BARS)]


def value_range(gains: Sequence[float], points: float) -> tuple[float, float]:
    """The ends of the axis: room for every gain, none, and what matters to one person."""
    low, high = min([0.0, *gains]), max([points * 1.5, 1.0, *gains])
    room = 0.06 * (high - low)
    return low - room, high + room


def _y(value: float, ends: tuple[float, float], sheet: _Sheet) -> float:
    low, high = ends
    return sheet.top + (HEIGHT - sheet.top - sheet.bottom) * (high - value) / (high - low)


def _band(points: float, ends: tuple[float, float], sheet: _Sheet) -> str:
    y = _y(points, ends, sheet)
    inner = sheet.width - LEFT - RIGHT
    return (
        f'<rect class="band" x="{LEFT}" y="{sheet.top}" width="{inner}" height="{y - sheet.top:.1f}"/>'
        f'<path class="threshold" d="M{LEFT} {y:.1f}h{inner}"/>'
    )


def _axis(ends: tuple[float, float], unit: str, sheet: _Sheet) -> str:
    low, high = ends
    step = next((step for step in TICK_STEPS if (high - low) / step <= 8), TICK_STEPS[-1])
    ticks = [
        number * step for number in range(int(low // step), int(high // step) + 1) if number * step >= low
    ]
    marks = "".join(
        f'<path d="M{LEFT - 4} {_y(tick, ends, sheet):.1f}h4"/>'
        f'<text x="{LEFT - 7}" y="{_y(tick, ends, sheet) + 4:.1f}" text-anchor="end">{_number(tick)}</text>'
        for tick in ticks
    )
    zero = _y(0.0, ends, sheet)
    return (
        f'<g class="axis">{marks}<path d="M{LEFT} {sheet.top}V{HEIGHT - sheet.bottom}"/>'
        f'<path d="M{LEFT} {zero:.1f}H{sheet.width - RIGHT}"/>'
        f'<text x="{LEFT}" y="{sheet.top - 5}">{escape(unit)} better ▴</text></g>'
    )


def _number(value: float) -> str:
    return true_minus(f"{value:+g}") if value else "0"


def _bars(gains: Sequence[float], points: float, ends: tuple[float, float], sheet: _Sheet) -> list[str]:
    if not gains:
        return []
    step = (sheet.width - LEFT - RIGHT - 8) / len(gains)
    wide = max(0.6, min(16.0, 0.78 * step))
    zero = _y(0.0, ends, sheet)
    bars: list[str] = []
    for place, gain in enumerate(gains):
        x, y = LEFT + 4 + step * (place + 0.5) - wide / 2, _y(gain, ends, sheet)
        kind = "matters" if points and gain >= points - 1e-9 else "worse" if gain < 0 else "some"
        top, height = min(y, zero), max(abs(y - zero), 1.2)
        bars.append(
            f'<rect class="{kind}" x="{x:.1f}" y="{top:.1f}" width="{wide:.1f}" height="{height:.1f}"/>'
        )
    return bars


def _labels(one: InstrumentOutcome, gains: Sequence[float], points: float, sheet: _Sheet) -> str:
    below = f"{patients_text(len(gains))} with a score, the most improved first"
    if len(gains) > MOST_BARS:
        below += f" ({MOST_BARS} of them drawn, evenly by rank)"
    lines = [*wrap(below, sheet.letters), f"not drawn: {one.missing} without a score"]
    middle = (LEFT + sheet.width - RIGHT) / 2
    texts = [
        f'<text x="{middle}" y="{HEIGHT - 6 - 16 * place}" text-anchor="middle">{line}</text>'
        for place, line in enumerate(reversed(lines))
    ]
    if points:
        band = f"improvement that matters to one person: {points:g} {one.instrument.unit} or more"
        # Inside the band where one line is enough, else above the plot.
        said = wrap(band, sheet.letters)
        first = sheet.top + 14 if len(said) == 1 else 12.0
        texts += [
            f'<text class="bandtext" x="{sheet.width - RIGHT - 4}" y="{first + 15 * place}" text-anchor="end">'
            f"{escape(line)}</text>"
            for place, line in enumerate(said)
        ]
    return "".join(texts)


def _said(one: InstrumentOutcome, gains: Sequence[float], points: float) -> str:
    reach = sum(gain >= points - 1e-9 for gain in gains)
    matter = (
        f" {reach} of {len(gains)} improved by {points:g} {one.instrument.unit} or more." if points else ""
    )
    return f"Change of each patient, {one.instrument.name}, {one.window.label}.{matter}"


def hundred_svg(one: InstrumentOutcome) -> Markup | None:
    """The due patients scaled to a hundred: filled circles improved by what matters, rings did not, ? is not known."""
    found, counts = one.by_points, hundred_counts(one)
    if found is None or counts is None:
        return None
    better, same, unknown = counts
    kinds = ["matters"] * better + ["ring"] * same + ["unknown"] * unknown
    body = "".join(_person(number, kind) for number, kind in enumerate(kinds))
    said = f"Of 100 patients {better} improved by {found.threshold} or more, {same} did not, {unknown} are not known."
    return _svg((216, 216), body, said)


def hundred_counts(one: InstrumentOutcome) -> tuple[int, int, int] | None:
    """Of a hundred due patients: improved by what matters, did not, not known; None without a threshold, and
    of few people, who are no hundred."""
    found = one.by_points
    if found is None or one.people < FEWEST_SHOWN:
        return None
    better, same, unknown = of_hundred(
        found.worst_case.events, one.measured - found.worst_case.events, one.missing
    )
    return better, same, unknown


def of_hundred(*counts: int) -> tuple[int, ...]:
    """Whole numbers that add up to 100 in the proportion of the counts, by largest remainder.

    >>> of_hundred(1, 1, 1)
    (34, 33, 33)
    """
    total = sum(counts)
    exact = [100 * count / total for count in counts]
    whole = [int(share) for share in exact]
    by_remainder = sorted(range(len(counts)), key=lambda place: (whole[place] - exact[place], place))
    for place in by_remainder[: 100 - sum(whole)]:
        whole[place] += 1
    return tuple(whole)


def _person(number: int, kind: str) -> str:
    x, y = 14 + 21 * (number % 10), 14 + 21 * (number // 10)
    if kind == "matters":
        return f'<circle class="matters" cx="{x}" cy="{y}" r="8"/>'
    if kind == "ring":
        return f'<circle class="ring" cx="{x}" cy="{y}" r="7"/>'
    return f'<text class="unknown" x="{x}" y="{y + 6}" text-anchor="middle">?</text>'


def _svg(size: tuple[float, float], body: str, said: str, *, name: str = "chart") -> Markup:
    width, height = size
    return Markup(
        f'<svg class="{name}" xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}" role="img">'
        f"<title>{escape(said)}</title>{body}</svg>"
    )
