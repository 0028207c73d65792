"""90 % intervals of every kind of angle: how far labels of held-out films lie from what was measured on them."""

from collections.abc import Iterator
from itertools import pairwise

import numpy as np

from films import LabelledFilm, halves
from sightings import tilt_deg
from spondyl.anatomy import AP_LEVELS, Landmarks, View, make_landmarks
from spondyl.assessment.calibration import Calibration, IntervalRule
from spondyl.assessment.coronal import coronal_quantities
from spondyl.assessment.measurement import Unmeasured
from spondyl.assessment.propagate import draw_points, spread_of
from spondyl.assessment.quantity import FilmContext, Quantity
from spondyl.assessment.representative import representative
from spondyl.provenance import Provenance
from spondyl.radiograph.detector import Sighting

BANDS = (0, 10, 25, 45, 180)
"""Severity bands in degrees whose coverage shall be even."""
LEAST_ROWS = 60
"""Fewer examples give no rule of their own: the kind falls back on the rule whose name it begins with."""
NUMBERS = ("lo_scale", "hi_scale", "floor", "offset", "unbias")
UNBIAS = (0.0, 0.5, 1.0)
FLOORS_DEG = (0.25, 0.5, 1.0, 1.5, 2.0, 3.0, 4.0, 6.0, 10.0)


def tilt_factor(films: list[LabelledFilm], sightings: list[Sighting]) -> float:
    """Standard deviation of the tilt per unit of the network's own Laplace scale."""
    both = zip(films, sightings, strict=True)
    error = np.concatenate([tilt_deg(s.corners_px) - tilt_deg(f.corners) for f, s in both])
    scale = np.concatenate([s.tilt_scale_deg for s in sightings])
    return float(np.quantile(np.abs(error) / scale, 0.683) * np.sqrt(2))


def pairs(films: list[LabelledFilm], sightings: list[Sighting], factor: float) -> dict[str, np.ndarray]:
    """Per rule key: rows of (film, value, sd, shift, truth)."""
    table: dict[str, list[tuple[float, ...]]] = {}
    for n, (film, s) in enumerate(zip(films, sightings, strict=True)):
        for key, row in _film_pairs(film, s, factor):
            table.setdefault(key, []).append((n, *row))
    return {k: np.array(v) for k, v in table.items()}


def _film_pairs(film: LabelledFilm, s: Sighting, factor: float) -> Iterator[tuple[str, tuple[float, ...]]]:
    context = context_of(film)
    mine = landmarks_of(film, s, factor)
    truth = _truth(film, context)
    points = draw_points(mine, context)
    for q in coronal_quantities(mine, context):
        key = rule_key(q.kind) if isinstance(q, Quantity) else None
        if key is None or q.kind not in truth:
            continue
        spread = spread_of(q, points)
        if not isinstance(spread, Unmeasured) and np.isfinite(truth[q.kind]):
            yield key, (spread.value, spread.sd, spread.shift, truth[q.kind])


def context_of(film: LabelledFilm) -> FilmContext:
    return FilmContext(rows=film.grey.shape[0], columns=film.grey.shape[1])


def landmarks_of(film: LabelledFilm, s: Sighting, factor: float) -> Landmarks:
    """What the product makes of a sighting: corners with their error, moved to the spine that stands for it."""
    sd = np.repeat((s.width_px * np.radians(s.tilt_scale_deg * factor))[:, None], 4, 1)
    return representative(_landmarks(s.corners_px, sd), context_of(film))


def _truth(film: LabelledFilm, context: FilmContext) -> dict[str, float]:
    """Every angle of the label; the three of the challenge as the challenge states them."""
    label = _landmarks(film.corners, np.full((17, 4), 1e-6))
    points = draw_points(label, context, draws=2)
    spreads = {
        q.kind: spread_of(q, points) for q in coronal_quantities(label, context) if isinstance(q, Quantity)
    }
    values = {kind: s.value for kind, s in spreads.items() if not isinstance(s, Unmeasured)}
    official = {k: float(film.angles_deg[int(k[-1]) - 1]) for k in values if k.startswith("cobb_aasce_")}
    return values | official


def _landmarks(corners: np.ndarray, sd_px: np.ndarray) -> Landmarks:
    return make_landmarks(
        view=View.AP,
        levels=AP_LEVELS,
        corners_px=corners,
        corner_sd_px=sd_px,
        provenance=Provenance(method="evaluation"),
    )


def rule_key(kind: str) -> str | None:
    """Which rule serves a kind of measurement: one for all tilts, one for all disc wedges, one for each Cobb angle."""
    if kind.startswith(("tilt_", "disc_wedge_")):
        return kind[: kind.index("_", 5 if kind.startswith("disc") else 0) + 1]
    return kind if kind.startswith("cobb_") or kind == "t1_tilt" else None


def covered(rule: IntervalRule, rows: np.ndarray) -> np.ndarray:
    limits = np.array([rule.interval_90(v, sd, shift=shift) for _, v, sd, shift, _ in rows])
    return (rows[:, 4] >= limits[:, 0]) & (rows[:, 4] <= limits[:, 1])


def band_gap(inside: np.ndarray, values: np.ndarray) -> float:
    """Largest distance of a severity band's coverage from 90 %, in binomial standard errors over a tolerance of 2 %."""
    gaps = []
    for low, high in pairwise(BANDS):
        pick = (np.abs(values) >= low) & (np.abs(values) < high)
        if pick.sum() >= 12:
            gaps.append(abs(inside[pick].mean() - 0.9) / (0.02 + 0.3 / np.sqrt(pick.sum())))
    return max(gaps, default=0.0)


def fit_rule(rows: np.ndarray) -> IntervalRule:
    """Floor and unbias by the evenness over severity bands; scales from 5 % and 95 % quantiles (split conformal)."""
    best, chosen = np.inf, IntervalRule()
    rows = rows[np.argsort(rows[:, 0], kind="stable")]
    for unbias in UNBIAS:
        for floor in FLOORS_DEG:
            rule, cost = _tried_rule(rows, floor=floor, unbias=unbias)
            if cost < best:
                best, chosen = cost, rule
    return chosen


def _tried_rule(rows: np.ndarray, *, floor: float, unbias: float) -> tuple[IntervalRule, float]:
    """The rule of one floor and unbias, and its cost: unevenness over severity, and a little for its width."""
    n = len(rows)
    level = min(1.0, np.ceil(0.95 * (n + 1)) / n)
    reach = np.hypot(rows[:, 2], floor)
    off = (rows[:, 4] - (rows[:, 1] - unbias * rows[:, 3])) / reach
    lo, hi = max(0.0, float(np.quantile(-off, level))), max(0.0, float(np.quantile(off, level)))
    rule = IntervalRule(lo_scale=lo, hi_scale=hi, floor=floor, unbias=unbias)
    inside = covered(rule, rows)
    uneven = band_gap(inside, rows[:, 1]) + band_gap(inside, rows[:, 4])
    return rule, uneven + 0.02 * float(np.median((lo + hi) * reach))


def fit_rules(films: list[LabelledFilm], table: dict[str, np.ndarray]) -> dict[str, IntervalRule]:
    """A rule for every key, fitted on all films; prints its coverage when fitted on the other half of the groups."""
    half = halves(films)
    rules = {}
    for key, rows in sorted(table.items()):
        if len(rows) < LEAST_ROWS:
            continue
        rules[key] = fit_rule(rows)
        print(_coverage_line(key, rows, rule=rules[key], side=half[rows[:, 0].astype(int)]))
    return {key: _rounded(rule) for key, rule in rules.items()}


def coverage_lines(table: dict[str, np.ndarray], calibration: Calibration) -> list[str]:
    """What the intervals of rules that exist cover, of every kind that they serve."""
    lines = []
    for key, rows in sorted(table.items()):
        if (rule := calibration.rules.get(key)) is not None:
            inside = covered(rule, rows)
            lines.append(
                f"{key:14s} n {len(rows):5d} coverage {inside.mean():.3f}  "
                f"by label size {_by_size(inside, rows[:, 4])}"
            )
    return lines


def _by_size(inside: np.ndarray, truth: np.ndarray) -> list[str]:
    """The share of intervals that hold their label's angle, in the severity bands of that angle."""
    size = np.abs(truth)
    return [
        f"{lo}-{hi}: {inside[m].mean():.3f} of {m.sum()}"
        for lo, hi in pairwise(BANDS)
        if (m := (size >= lo) & (size < hi)).sum()
    ]


def _coverage_line(key: str, rows: np.ndarray, *, rule: IntervalRule, side: np.ndarray) -> str:
    inside = np.zeros(len(rows), bool)
    for part in (0, 1):
        inside[side == part] = covered(fit_rule(rows[side != part]), rows[side == part])
    width = np.median([np.diff(rule.interval_90(v, sd, shift=sh))[0] for _, v, sd, sh, _ in rows])
    return (
        f"{key:14s} n {len(rows):5d} coverage (fitted on the other half) {inside.mean():.3f}  "
        f"by label size {_by_size(inside, rows[:, 4])}  median width {width:.1f}"
    )


def _rounded(rule: IntervalRule) -> IntervalRule:
    return IntervalRule(**{n: round(v, 4) for n, v in zip(NUMBERS, rule.numbers(), strict=True)})
