"""One patient's scores over time as SVG: the line, the change that matters as a band, the day of judgement."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from xml.sax.saxutils import escape

from markupsafe import Markup

from spondyl.assessment.questionnaires import Direction, ImportantChange, Instrument
from spondyl.clinic.report.day_text import day_text

WIDTH, NARROW = 680.0, 330.0
HEIGHT = 280.0
LEFT, RIGHT, TOP, BOTTOM = 48.0, 16.0, 26.0, 40.0
NARROW_TOP = 44.0
"""In a narrow picture the day of judgement has a line of its own above the plot."""
LEAST_DAYS = 42
"""The axis of time spans at least six weeks, so that two scores a day apart do not look like a course."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreChart:
    """``points`` by day, at least one; ``begin`` is the score that later ones are held against.

    Points of before its day are of an earlier episode: they are drawn apart and reach nothing.
    """

    instrument: Instrument
    points: tuple[tuple[date, float], ...]
    threshold: ImportantChange | None
    begin: tuple[date, float]
    review_on: date | None = None

    @property
    def goal(self) -> float | None:
        """The score at which the change that matters is reached; None without a threshold or out of reach."""
        if self.threshold is None:
            return None
        sign = -1.0 if self._is_lower_better else 1.0
        goal = self.begin[1] + sign * self.threshold.points
        return goal if self.instrument.lowest <= goal <= self.instrument.highest else None

    @property
    def said(self) -> str:
        """The picture in a sentence, for who cannot see it."""
        first, last = self.points[0], self.points[-1]
        text = f"{self.instrument.name}: {first[1]:g} on {day_text(first[0])}"
        is_one = len(self.points) == 1
        text += ", one score so far." if is_one else f", {last[1]:g} on {day_text(last[0])}."
        if self.goal is None or self.threshold is None:
            return text
        less = "less" if self._is_lower_better else "more"
        by = f"{self.threshold.points:g} {self.instrument.unit} {less} than {self.begin[1]:g}"
        text += f" A score of {self.goal:g} or {self.better} ({by}) is a change that matters"
        if is_one:
            return f"{text}."
        if last[0] < self.begin[0]:
            return f"{text}. There is no score since {day_text(self.begin[0])}."
        return f"{text}: {'reached' if self.is_reached(*last) else 'not reached'}."

    @property
    def has_earlier(self) -> bool:
        """Whether a score is from before the day that later ones are held against."""
        return self.is_earlier(self.points[0][0])

    def is_earlier(self, day: date) -> bool:
        """Whether a score of that day is none of this course; the last one before it is, where it is its beginning."""
        before = [point for point in self.points if point[0] < self.begin[0]]
        begins_it = bool(before) and before[-1] == (day, self.begin[1])
        return day < self.begin[0] and not begins_it

    @property
    def better(self) -> str:
        """Whether a lower or a higher score is the better one."""
        return "lower" if self._is_lower_better else "higher"

    @property
    def _is_lower_better(self) -> bool:
        return self.instrument.direction is Direction.HIGHER_IS_WORSE

    def is_reached(self, day: date, value: float) -> bool:
        """Whether a later score is better than the first by what matters; 1e-9 for scores that are not exact."""
        if self.goal is None or self.is_earlier(day):
            return False
        if self._is_lower_better:
            return value <= self.goal + 1e-9
        return value >= self.goal - 1e-9


def score_svgs(chart: ScoreChart) -> Markup:
    """The picture. Full points reach the change that matters, rings do not: colour is never the only sign.

    Small rings on a dashed line are from before the course.

    Drawn for a wide and for a narrow place, of which the page shows one: letters are as large in both.
    """
    return Markup("").join(_score_svg(chart, width) for width in (WIDTH, NARROW))


def _score_svg(chart: ScoreChart, width: float) -> Markup:
    frame = _Frame.around(chart, width)
    parts = [_band(chart, frame), _axes(chart, frame), _review(chart, frame), _line(chart, frame)]
    return Markup(
        f'<svg class="{"score-chart narrow" if frame.is_narrow else "score-chart"}" xmlns="http://www.w3.org/2000/svg" '
        f'viewBox="0 0 {width:g} {HEIGHT:g}" role="img">'
        f"<title>{escape(chart.said)}</title>{''.join(parts)}</svg>"
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Frame:
    first: date
    days: int
    low: float
    high: float
    width: float

    @classmethod
    def around(cls, chart: ScoreChart, width: float) -> "_Frame":
        first = chart.points[0][0]
        ends = [chart.points[-1][0], first + timedelta(days=LEAST_DAYS)]
        ends += [chart.review_on] if chart.review_on else []
        days = (max(ends) - first).days
        return cls(
            first=first, days=days, low=chart.instrument.lowest, high=chart.instrument.highest, width=width
        )

    @property
    def is_narrow(self) -> bool:
        return self.width < WIDTH

    @property
    def top(self) -> float:
        return NARROW_TOP if self.is_narrow else TOP

    def x(self, day: date) -> float:
        share = (day - self.first).days / self.days
        return LEFT + 10 + share * (self.width - LEFT - RIGHT - 20)

    def y(self, value: float) -> float:
        return self.top + (HEIGHT - self.top - BOTTOM) * (self.high - value) / (self.high - self.low)


def _band(chart: ScoreChart, frame: _Frame) -> str:
    if chart.goal is None:
        return ""
    good_end = frame.low if chart.instrument.direction is Direction.HIGHER_IS_WORSE else frame.high
    top, bottom = sorted((frame.y(chart.goal), frame.y(good_end)))
    edge = frame.y(chart.goal)
    inner = frame.width - LEFT - RIGHT
    what = "matters" if frame.is_narrow else "change that matters"
    return (
        f'<rect class="band" x="{LEFT}" y="{top:.1f}" width="{inner}" height="{bottom - top:.1f}"/>'
        f'<path class="edge" d="M{LEFT} {edge:.1f}h{inner}"/>'
        f'<text class="band-text" x="{LEFT + 8}" y="{max(top + 16, bottom - 7):.1f}">'
        f"{what}: {chart.goal:g} {escape(chart.instrument.unit)} or {chart.better}</text>"
    )


def _axes(chart: ScoreChart, frame: _Frame) -> str:
    bottom = HEIGHT - BOTTOM
    values = _ticks(chart.instrument)
    marks = "".join(
        f'<path d="M{LEFT - 4} {frame.y(value):.1f}h4"/>'
        f'<text x="{LEFT - 8}" y="{frame.y(value) + 4:.1f}" text-anchor="end">{value:g}</text>'
        for value in values
    )
    weeks = _weeks(frame)
    dates = "".join(
        f'<path d="M{frame.x(frame.first + timedelta(days=7 * week)):.1f} {bottom}v4"/>'
        f'<text x="{frame.x(frame.first + timedelta(days=7 * week)):.1f}" y="{bottom + 17}" text-anchor="middle">'
        f"{week}</text>"
        for week in weeks
    )
    middle = (LEFT + frame.width - RIGHT) / 2
    return (
        f'<g class="axis">{marks}{dates}<path d="M{LEFT} {frame.top}V{bottom}H{frame.width - RIGHT}"/>'
        f'<text x="{LEFT}" y="{frame.top - 9}">{escape(chart.instrument.unit)}</text>'
        f'<text x="{middle}" y="{HEIGHT - 6}" text-anchor="middle">weeks since {day_text(frame.first)}</text></g>'
    )


def _ticks(instrument: Instrument) -> list[float]:
    step = 4.0 if instrument.highest == 24 else (instrument.highest - instrument.lowest) / 5
    count = round((instrument.highest - instrument.lowest) / step)
    return [instrument.lowest + step * number for number in range(count + 1)]


def _weeks(frame: _Frame) -> Sequence[int]:
    last, most = frame.days // 7, 6 if frame.is_narrow else 9
    step = next(step for step in (1, 2, 4, 8, 13, 26, 52, 104, 520, 5200) if last / step <= most)
    return range(0, last + 1, step)


def _review(chart: ScoreChart, frame: _Frame) -> str:
    if chart.review_on is None or chart.review_on < frame.first:
        return ""
    x = frame.x(chart.review_on)
    # Up to 180 wide: in a narrow picture it stays between the edges, on a line of its own.
    middle = min(max(x, LEFT + 90), frame.width - 90)
    place = f'x="{middle:.1f}" y="14" text-anchor="middle"'
    if not frame.is_narrow:
        place = f'x="{x - 4:.1f}" y="{TOP - 9}" text-anchor="end"'
    return (
        f'<path class="review" d="M{x:.1f} {frame.top - (26 if frame.is_narrow else 0)}V{HEIGHT - BOTTOM}"/>'
        f"<text {place}>judged {day_text(chart.review_on)}</text>"
    )


def _line(chart: ScoreChart, frame: _Frame) -> str:
    earlier = sum(chart.is_earlier(day) for day, _ in chart.points)
    dots = "".join(_dot(chart, frame, day, value) for day, value in chart.points)
    before = _path("course earlier", frame, chart.points[: earlier + 1]) if earlier else ""
    return before + _path("course", frame, chart.points[earlier:]) + dots


def _path(name: str, frame: _Frame, points: Sequence[tuple[date, float]]) -> str:
    places = "L".join(f"{frame.x(day):.1f} {frame.y(value):.1f}" for day, value in points)
    return f'<path class="{name}" d="M{places}"/>' if places else ""


def _dot(chart: ScoreChart, frame: _Frame, day: date, value: float) -> str:
    x, y = frame.x(day), frame.y(value)
    kind = "earlier" if chart.is_earlier(day) else "reached" if chart.is_reached(day, value) else "ring"
    return (
        f'<circle class="{kind}" cx="{x:.1f}" cy="{y:.1f}" r="{4 if kind == "earlier" else 6}"/>'
        f'<text class="value" x="{x:.1f}" y="{y - 11:.1f}" text-anchor="middle">{value:g}</text>'
    )
