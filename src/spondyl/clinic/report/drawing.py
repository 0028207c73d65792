"""What is drawn on a film: one list of strokes and labels, rendered alike as PNG, SVG and PDF.

All points are in the film's own pixels (x right, y down, origin at the centre of the top-left pixel).
"""

import math
from dataclasses import dataclass, replace
from enum import Enum
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from spondyl.anatomy import Landmarks
from spondyl.anatomy.levels import in_runs
from spondyl.assessment import Assessment, Measurement, is_cobb
from spondyl.assessment.assess import unsure_levels
from spondyl.clinic.report.typeface import BOLD, font_path
from spondyl.clinic.report.wording import interval_text, levels_text, short_name, value_text
from spondyl.clinic.result import FilmResult

LATERAL_DRAWN = (
    "pelvic_incidence",
    "lumbar_lordosis_l1_s1",
    "thoracic_kyphosis_t4_t12",
    "sva",
    "cervical_lordosis_c2_c7",
)
"""What is drawn on a lateral film: enough to check the points, few enough to see the spine."""

if TYPE_CHECKING:
    from PIL.ImageFont import FreeTypeFont

Point = tuple[float, float]
Box = tuple[float, float, float, float]


class Role(Enum):
    """What a stroke means; its colour, width and dashes follow from it (never the colour alone)."""

    VERTEBRA = "vertebra"
    END_VERTEBRA = "end-vertebra"
    UNSURE = "unsure"
    MEASURE = "measure"
    HEAD = "femoral-head"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stroke:
    """A polyline. ``title`` is what a screen reader or a pointer held over it says."""

    identifier: str
    title: str
    points_px: tuple[Point, ...]
    closed: bool
    role: Role


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """Lines of text in a dark box.

    ``anchor_px`` is the middle of its left edge, its right edge when ``to_left``; ``height_px`` is a line's.
    """

    lines: tuple[str, ...]
    anchor_px: Point
    to_left: bool
    height_px: float
    role: Role


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawing:
    """Everything drawn on a film of ``rows`` × ``columns`` pixels; ``line_px`` is a plain line's width."""

    rows: int
    columns: int
    line_px: float
    strokes: tuple[Stroke, ...]
    labels: tuple[Label, ...]
    description: str


def drawing_of(result: FilmResult) -> Drawing:
    """Lay out the outlines, names and measured lines of one film; empty when it has no landmarks.

    Raises ValueError when the film was never decoded (there is nothing to draw on).
    """
    if result.radiograph is None:
        raise ValueError(
            f"{result.film} was not decoded, so nothing can be drawn on it. Draw measured films only."
        )
    rows, columns = result.radiograph.pixels.shape
    drawn = drawn_measurements(result.assessment)
    strokes: list[Stroke] = []
    labels: list[Label] = []
    text_px = _text_height((rows, columns), result.landmarks)
    if result.landmarks is not None:
        _draw_vertebrae(result.landmarks, drawn, text_px, (strokes, labels))
        _draw_heads(result.landmarks, strokes)
    for measurement in drawn:
        _draw_measurement(measurement, (rows, columns), text_px, (strokes, labels))
    return Drawing(
        rows=rows,
        columns=columns,
        line_px=max(1.0, rows / 500),
        strokes=tuple(strokes),
        labels=_spread(labels, strokes, (rows, columns)),
        description=_description(result, drawn),
    )


def drawn_measurements(assessment: Assessment | None) -> tuple[Measurement, ...]:
    """The measurements shown on the film: up to four clinical Cobb angles, largest first, else the lateral key values.

    Two measurements with the same lines (the largest curve is also that of its region) are drawn once.
    """
    if assessment is None:
        return ()
    cobbs = sorted((m for m in assessment.measurements if is_cobb(m.kind)), key=lambda m: -abs(m.value))
    lateral = [m for kind in LATERAL_DRAWN if (m := assessment.of(kind)) is not None]
    unique = {m.points_px: m for m in reversed(cobbs or lateral) if m.points_px}
    return tuple(reversed(unique.values()))[:4] if cobbs else tuple(reversed(unique.values()))


def _text_height(shape: tuple[int, int], landmarks: Landmarks | None) -> float:
    """Height of a level name: half a vertebra, within bounds that stay readable on a printed page."""
    rows, columns = shape
    if landmarks is None or not landmarks.levels:
        return rows / 55
    heights = landmarks.corners_px[:, :, 1]
    marked = heights[np.isfinite(heights).any(axis=1)]
    gaps = np.abs(np.diff(np.nanmean(marked, axis=1)))
    gap = float(np.median(gaps)) if gaps.size else rows / 25
    return float(min(np.clip(0.42 * gap, rows / 110, rows / 45), columns / 24))


def _draw_vertebrae(
    landmarks: Landmarks,
    drawn: tuple[Measurement, ...],
    text_px: float,
    into: tuple[list[Stroke], list[Label]],
) -> None:
    ends = {level for m in drawn if is_cobb(m.kind) for level in (*m.levels[:1], *m.levels[-1:])}
    unsure = set(unsure_levels(landmarks))
    for index, level in enumerate(landmarks.levels):
        corners = landmarks.corners_px[index]
        outline = [corners[i] for i in (0, 1, 3, 2) if np.all(np.isfinite(corners[i]))]
        if len(outline) < 2:
            continue
        role = Role.UNSURE if level in unsure else Role.END_VERTEBRA if level in ends else Role.VERTEBRA
        words = [level.value, *(["end"] if level in ends else []), *(["unsure"] if level in unsure else [])]
        points = tuple((float(x), float(y)) for x, y in outline)
        title = f"{level.value}, confidence {landmarks.confidence[index]:.2f}"
        into[0].append(
            Stroke(
                identifier=f"vertebra-{level.value}",
                title=title,
                points_px=points,
                closed=len(points) > 2,
                role=role,
            )
        )
        left = float(min(x for x, _ in points)) - 0.4 * text_px
        middle = float(np.mean([y for _, y in points]))
        into[1].append(
            Label(
                lines=(" · ".join(words),),
                anchor_px=(left, middle),
                to_left=True,
                height_px=text_px,
                role=role,
            )
        )


def _draw_heads(landmarks: Landmarks, strokes: list[Stroke]) -> None:
    for number, (x, y, radius) in enumerate(landmarks.femoral_heads_px, start=1):
        size = float(radius) if math.isfinite(radius) else 12.0
        turn = np.linspace(0, 2 * math.pi, 48, endpoint=False)
        circle = tuple((float(x + size * math.cos(t)), float(y + size * math.sin(t))) for t in turn)
        strokes.append(
            Stroke(
                identifier=f"femoral-head-{number}",
                title=f"Femoral head {number}",
                points_px=circle,
                closed=True,
                role=Role.HEAD,
            )
        )


def _draw_measurement(
    measurement: Measurement, shape: tuple[int, int], text_px: float, into: tuple[list[Stroke], list[Label]]
) -> None:
    cobb = is_cobb(measurement.kind)
    segments = measurement.points_px
    extended = [_extended(segment, shape, text_px) for segment in segments] if cobb else segments
    for number, segment in enumerate(extended, start=1):
        into[0].append(
            Stroke(
                identifier=f"measurement-{measurement.kind}-{number}",
                title=f"{measurement.label}: {value_text(measurement)} ({interval_text(measurement)})",
                points_px=segment,
                closed=False,
                role=Role.MEASURE,
            )
        )
    x = max(point[0] for segment in extended for point in segment)
    y = float(np.mean([max(segment)[1] for segment in extended]))
    name = levels_text(measurement) if cobb else short_name(measurement)
    lines = (f"{name} {value_text(measurement)}", interval_text(measurement))
    into[1].append(Label(lines=lines, anchor_px=(x, y), to_left=False, height_px=text_px, role=Role.MEASURE))


def _extended(segment: tuple[Point, Point], shape: tuple[int, int], text_px: float) -> tuple[Point, Point]:
    """The segment, left end first, drawn out to the right so that its slope can be read beside the spine."""
    (x0, y0), (x1, y1) = sorted(segment)
    length = math.hypot(x1 - x0, y1 - y0)
    if length == 0 or x1 == x0:
        return (x0, y0), (x1, y1)
    far_x = min(x1 + (x1 - x0) * max(1.0, 4 * text_px / length), shape[1] - 1.0)
    slope = (y1 - y0) / (x1 - x0)
    near_x = max(x0 - 0.15 * (x1 - x0), 0.0)
    return (near_x, y0 + slope * (near_x - x0)), (far_x, y1 + slope * (far_x - x1))


def text_size_px(label: Label) -> float:
    """Font size (em) of a label."""
    return 0.92 * label.height_px


def label_width_px(label: Label) -> float:
    """Width of a label's box: its text in the report's bold typeface and a margin."""
    widest = max(_bold_100().getlength(line) for line in label.lines)
    return text_size_px(label) / 100 * widest + 0.5 * label.height_px


def label_lines_px(label: Label) -> tuple[tuple[str, float, float], ...]:
    """Each line with the x and y of its middle."""
    x0, y0, x1, _ = label_box_px(label)
    middle, height = (x0 + x1) / 2, label.height_px
    return tuple(
        (line, middle, y0 + (0.72 + 1.2 * number) * height) for number, line in enumerate(label.lines)
    )


@cache
def _bold_100() -> "FreeTypeFont":
    from PIL import ImageFont

    return ImageFont.truetype(str(font_path(BOLD)), size=100)


def label_box_px(label: Label) -> tuple[float, float, float, float]:
    """The box (x0, y0, x1, y1) of a label."""
    width = label_width_px(label)
    x0 = label.anchor_px[0] - width if label.to_left else label.anchor_px[0]
    half = (0.12 + 0.6 * len(label.lines)) * label.height_px
    return x0, label.anchor_px[1] - half, x0 + width, label.anchor_px[1] + half


def _spread(labels: list[Label], strokes: list[Stroke], drawing_shape: tuple[int, int]) -> tuple[Label, ...]:
    """Keep every label on the picture, and move value labels to where they cover no name and no vertebra."""
    rows, columns = drawing_shape
    names = [_inside(label, rows, columns) for label in labels if label.role is not Role.MEASURE]
    taken = [label_box_px(name) for name in names] + [_box_of(stroke) for stroke in strokes]
    values: list[Label] = []
    for label in sorted((x for x in labels if x.role is Role.MEASURE), key=lambda item: item.anchor_px[1]):
        placed = _free_place(_inside(label, rows, columns), tuple(taken), (rows, columns))
        taken.append(label_box_px(placed))
        values.append(placed)
    return (*names, *values)


def _free_place(label: Label, taken: tuple[Box, ...], shape: tuple[int, int]) -> Label:
    """The nearest place, on either side, that covers nothing; its own place when there is none."""
    x, y = label.anchor_px
    right = shape[1] - label_width_px(label)
    heights = np.arange(1.5 * label.height_px, shape[0] - 1.5 * label.height_px, 0.25 * label.height_px)
    places = [(column, float(height)) for column in (x, (x + right) / 2, right, 0.0) for height in heights]
    places.sort(key=lambda place: math.hypot(place[0] - x, place[1] - y))
    tries = (replace(label, anchor_px=place) for place in places)
    return next((t for t in tries if not any(_overlap(label_box_px(t), box) for box in taken)), label)


def _box_of(stroke: Stroke) -> Box:
    xs, ys = zip(*stroke.points_px, strict=True)
    return min(xs), min(ys), max(xs), max(ys)


def _inside(label: Label, rows: int, columns: int) -> Label:
    x0, y0, x1, y1 = label_box_px(label)
    shift_x = max(0.0, -x0) + min(0.0, columns - x1)
    shift_y = max(0.0, -y0) + min(0.0, rows - y1)
    return replace(label, anchor_px=(label.anchor_px[0] + shift_x, label.anchor_px[1] + shift_y))


def _overlap(a: Box, b: Box) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


def _description(result: FilmResult, drawn: tuple[Measurement, ...]) -> str:
    if result.landmarks is None or not result.landmarks.levels:
        return f"Spine film {result.film}. Nothing is drawn on it."
    levels = result.landmarks.levels
    unsure = in_runs(unsure_levels(result.landmarks))
    parts = [
        f"Spine film with the outlines of {len(levels)} vertebrae, {levels[0].value} to {levels[-1].value}."
    ]
    parts += [f"{m.label}: {value_text(m)} (90 % interval {interval_text(m)})." for m in drawn]
    parts += [f"Unsure vertebrae, drawn dashed: {unsure}."] if unsure else []
    return " ".join(parts)
