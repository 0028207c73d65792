"""The pictures of a session: the stiffness map, the dose against its budget, and the waveforms."""

from collections.abc import Callable, Sequence
from typing import TypeAlias

from spondyl.clinic.report.session.gathered import Gathered, Pulse
from spondyl.clinic.report.session.picture import (
    BLUE,
    GREY,
    PALE,
    RED,
    RUST,
    Box,
    Dot,
    Label,
    Line,
    Picture,
    Shape,
    ticks,
)
from spondyl.instrument import Limits
from spondyl.treatment.adjustment import MapRow
from spondyl.true_minus import true_minus

WIDTH, ROW = 640.0, 34.0
Scale: TypeAlias = Callable[[float], float]
NAMES = {"probe": "probing", "calibrate": "measuring the share", "treat": "treating"}
COLOURS = {"probe": BLUE, "calibrate": GREY, "treat": RUST}


def map_picture(rows: Sequence[MapRow]) -> Picture | None:
    """A line for every segment: ring and interval before, disc and interval after the last course; None without one."""
    read = [row for row in rows if row.stiffness_n_mm is not None]
    if not read:
        return None
    low = min(row.low_n_mm or 0.0 for row in read)
    high = max(row.high_n_mm or 0.0 for row in read)
    room = 0.08 * (high - low) + 0.5
    segments = list(dict.fromkeys(row.segment for row in rows))
    bottom = 14.0 + ROW * len(segments)

    def x(value: float) -> float:
        return 60.0 + (WIDTH - 80.0) * (value - low + room) / (high - low + 2 * room)

    shapes = _ruler([(x(tick), true_minus(f"{tick:g}")) for tick in ticks(low - room, high + room)], bottom)
    shapes.append(Label(x=WIDTH - 20, y=bottom + 34, text="stiffness under the tip, N/mm", anchor="end"))
    for number, segment in enumerate(segments):
        y = 14.0 + ROW * (number + 0.5)
        shapes.append(Label(x=46, y=y + 4, text=segment, anchor="end", bold=True, size=12))
        here = [row for row in rows if row.segment == segment]
        shapes += _reading(here[0], x, y - 6, after=False)
        if len(here) > 1:
            shapes += _reading(here[-1], x, y + 7, after=True)
    return Picture(
        width=WIDTH,
        height=bottom + 42,
        shapes=tuple(shapes),
        said="Stiffness before and after, with 95 % intervals.",
    )


def _ruler(marks: Sequence[tuple[float, str]], bottom: float) -> list[Shape]:
    shapes: list[Shape] = [Line(points=((60.0, bottom), (WIDTH - 20.0, bottom)), colour=GREY)]
    for at, text in marks:
        shapes.append(Line(points=((at, 10.0), (at, bottom + 4)), colour="#d5dade", width=0.8))
        shapes.append(Label(x=at, y=bottom + 18, text=text, anchor="middle", colour=GREY))
    return shapes


def _reading(row: MapRow, x: Scale, y: float, *, after: bool) -> list[Shape]:
    if row.stiffness_n_mm is None or row.low_n_mm is None or row.high_n_mm is None:
        return [Label(x=66.0, y=y + 4, text="not read" + (" after" if after else ""), colour=GREY)]
    colour = RUST if after else BLUE
    return [
        Line(points=((x(row.low_n_mm), y), (x(row.high_n_mm), y)), colour=colour, width=2.4),
        Dot(x=x(row.stiffness_n_mm), y=y, colour=colour, filled=after),
    ]


def dose_picture(found: Gathered, limits: Limits, segments: Sequence[str]) -> Picture:
    """Impulse charged to every segment and to the session, each as a share of its budget."""
    budgets = [
        (name, sum(p.charged_ns for p in found.pulses if p.segment == name), limits.segment_impulse_ns)
        for name in segments
    ]
    whole = sum(pulse.charged_ns for pulse in found.pulses)
    budgets.append(("session", whole, limits.session_impulse_ns))
    left, inner = 70.0, 400.0
    shapes: list[Shape] = []
    for number, (name, spent, budget) in enumerate(budgets):
        y = 8.0 + 24.0 * number
        shapes.append(Label(x=left - 10, y=y + 13, text=name, anchor="end", bold=True))
        shapes.append(Box(x=left, y=y, width=inner, height=16, colour=PALE))
        share = min(1.0, spent / budget) if budget else 0.0
        shapes.append(Box(x=left, y=y, width=inner * share, height=16, colour=RUST))
        text = (
            f"{spent:.2f} of {budget:g} N·s ({share:.0%})"
            if budget
            else "no budget: nothing may be delivered"
        )
        shapes.append(Label(x=left + inner + 10, y=y + 13, text=text))
    return Picture(
        width=WIDTH,
        height=14.0 + 24.0 * len(budgets),
        shapes=tuple(shapes),
        said="Impulse spent against the budget of each segment and of the session.",
    )


def wave_picture(pulses: Sequence[Pulse]) -> Picture:
    """Total force and the tip's acceleration of all pulses of one purpose at one segment, one over the other."""
    first = pulses[0]
    caps = max(pulse.cap_n for pulse in pulses)
    top = max(caps, *(pulse.waveform.peak_n for pulse in pulses)) * 1.06
    shapes: list[Shape] = [
        Label(x=6, y=14, text=f"{first.segment}, {NAMES.get(first.purpose, first.purpose)}", bold=True),
        Label(x=294, y=14, text=_count(pulses), anchor="end", colour=GREY),
    ]
    shapes += _trace(pulses, "force", (0.0, top), (24.0, 124.0))
    cap_y = 124.0 - 100.0 * caps / top
    shapes.append(Line(points=((44, cap_y), (294, cap_y)), colour=RED, dashed=True))
    shapes.append(Label(x=294, y=cap_y - 3, text=f"cap {caps:g} N", anchor="end", colour=RED, size=9))
    # A dead accelerometer reads nothing but zeros, and a pulse cut short at once has no point or one.
    reach = max(float(abs(pulse.waveform.acceleration_m_s2).max(initial=1.0)) for pulse in pulses) * 1.1
    shapes += _trace(pulses, "acceleration", (-reach, reach), (140.0, 190.0))
    shapes += [
        Label(x=x, y=204, text=f"{ms:g}", anchor="middle", colour=GREY, size=9)
        for ms in ticks(0.0, _length_ms(pulses), 5)
        for x in [44.0 + 250.0 * ms / _length_ms(pulses)]
    ]
    shapes.append(Label(x=294, y=216, text="ms", anchor="end", colour=GREY, size=9))
    return Picture(
        width=300,
        height=220,
        shapes=tuple(shapes),
        said=f"Force and acceleration of {len(pulses)} pulses at {first.segment}, cap {caps:g} N.",
    )


def _count(pulses: Sequence[Pulse]) -> str:
    early = sum(not pulse.waveform.completed for pulse in pulses)
    text = f"{len(pulses)} pulse{'s' if len(pulses) > 1 else ''}"
    return f"{text}, {early} ended early" if early else text


def _length_ms(pulses: Sequence[Pulse]) -> float:
    return max(len(pulse.waveform.force_n) * pulse.waveform.interval_us for pulse in pulses) / 1000.0 or 1.0


def _trace(
    pulses: Sequence[Pulse], what: str, span: tuple[float, float], box: tuple[float, float]
) -> list[Shape]:
    low, high = span
    top, bottom = box

    def y(value: float) -> float:
        return bottom - (bottom - top) * (value - low) / (high - low)

    shapes: list[Shape] = [Line(points=((44, y(max(low, 0.0))), (294, y(max(low, 0.0)))), colour="#c4cbd1")]
    shapes += [
        Label(x=40, y=y(tick) + 3, text=true_minus(f"{tick:g}"), anchor="end", colour=GREY, size=9)
        for tick in ticks(low, high, 5 if what == "force" else 2)
    ]
    unit = "N" if what == "force" else "m/s²"
    shapes.append(Label(x=48, y=top - 3, text=unit, colour=GREY, size=9))
    for pulse in pulses:
        values = pulse.waveform.force_n if what == "force" else pulse.waveform.acceleration_m_s2
        step = 250.0 * pulse.waveform.interval_us / 1000.0 / _length_ms(pulses)
        points = tuple((44.0 + step * n, y(float(value))) for n, value in enumerate(values))
        if len(points) > 1:
            shapes.append(Line(points=points, colour=COLOURS.get(pulse.purpose, BLUE), width=1.1))
    return shapes


def wave_pictures(found: Gathered) -> tuple[Picture, ...]:
    """The treated segment first: its treating pulses, then the rest in the order in which they came."""
    groups: dict[tuple[str, str], list[Pulse]] = {}
    for pulse in found.pulses:
        groups.setdefault((pulse.segment, pulse.purpose), []).append(pulse)
    order = sorted(groups, key=lambda key: key[1] != "treat")
    return tuple(wave_picture(groups[key]) for key in order)
