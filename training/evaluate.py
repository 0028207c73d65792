"""Score the detector on films its networks never saw, and fit what ships beside the weights.

python evaluate.py sight --fold 0 --weights runs/fold0 --out runs/sight0.npz     what the networks say of held-out films
python evaluate.py score runs/sight0.npz runs/sight1.npz --worst runs/worst      figures, and the worst ten as pictures
python evaluate.py fit runs/sight0.npz runs/sight1.npz --out DIR/model.json      confidence, intervals, thresholds
"""

import argparse
import json
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw
from scipy.optimize import minimize
from scipy.special import expit

from films import folds, load_films
from spondyl.anatomy import AP_LEVELS, View, make_landmarks
from spondyl.assessment.aasce import aasce_angles_deg, cmae_deg, smape
from spondyl.assessment.calibration import Calibration, IntervalRule
from spondyl.assessment.coronal import coronal_quantities
from spondyl.assessment.measurement import Unmeasured
from spondyl.assessment.propagate import draw_points, spread_of
from spondyl.assessment.quantity import FilmContext, Quantity
from spondyl.provenance import Provenance
from spondyl.radiograph.abstain import Evidence
from spondyl.radiograph.detector import Detector, Sighting, confidence_features

FIELDS = ("corners_px", "corner_scale_px", "tilt_scale_deg", "disagreement_px", "width_px")
BANDS = (0, 10, 25, 45, 180)


def tilt_deg(corners):
    v = (corners[..., 1, :] + corners[..., 3, :] - corners[..., 0, :] - corners[..., 2, :]) / 2
    return np.degrees(np.arctan2(v[..., 1], v[..., 0]))


def sight(o) -> None:
    films = load_films()
    held = np.flatnonzero(folds(films, o.count) == o.fold)
    detector = Detector.load(o.weights, threads=o.threads)
    rows = {name: [] for name in (*FIELDS, "film_p", "seen", "mass")}
    for i in held:
        s = detector.sight(films[i].grey)
        for name in FIELDS:
            rows[name].append(getattr(s, name))
        for name in ("film_p", "seen", "mass"):
            rows[name].append(getattr(s.evidence, name))
    np.savez(o.out, films=held, **{k: np.stack(v) for k, v in rows.items()})


def gather(paths, films):
    stores = [np.load(p) for p in paths]
    joined = {k: np.concatenate([s[k] for s in stores]) for k in stores[0].files}
    held = joined.pop("films")
    sightings = []
    for n, i in enumerate(held):
        evidence = Evidence(
            film_p=joined["film_p"][n],
            seen=joined["seen"][n],
            mass=joined["mass"][n],
            corners_px=joined["corners_px"][n],
            shape=films[i].grey.shape,
        )
        sightings.append(Sighting(evidence=evidence, **{k: joined[k][n] for k in FIELDS}))
    return [films[i] for i in held], sightings


def shift_of(found, truth):
    """Whole levels by which the chain is displaced along the spine."""
    a, b = found.mean(1), truth.mean(1)
    cost = {
        0: np.linalg.norm(a - b, axis=1).mean(),
        1: np.linalg.norm(a[:-1] - b[1:], axis=1).mean(),
        -1: np.linalg.norm(a[1:] - b[:-1], axis=1).mean(),
    }
    return min(cost, key=cost.get)


def aligned_px(found, truth):
    k = shift_of(found, truth)
    f, t = (found, truth) if k == 0 else (found[:-1], truth[1:]) if k == 1 else (found[1:], truth[:-1])
    return np.linalg.norm(f - t, axis=-1).mean()


def score(o) -> None:
    films, sightings = gather(o.sights, load_films())
    found = np.stack([s.corners_px for s in sightings])
    truth = np.stack([f.corners for f in films])
    official = np.stack([f.angles_deg for f in films])
    angles = np.concatenate(
        [aasce_angles_deg(c[None], float(f.grey.shape[0])) for c, f in zip(found, films, strict=True)]
    )
    per_film = 100 * np.abs(angles - official).sum(1) / (angles + official).sum(1)
    px = np.linalg.norm(found - truth, axis=-1).mean((1, 2))
    shifts = np.array([shift_of(a, b) for a, b in zip(found, truth, strict=True)])
    worst_first = np.argsort(-per_film)
    print(
        f"films {len(films)}  SMAPE {smape(angles, official):.2f}  CMAE {cmae_deg(angles, official):.2f} deg  "
        f"median film SMAPE {np.median(per_film):.2f}  share of worst tenth {np.sort(per_film)[-len(films) // 10 :].sum() / per_film.sum():.2f}"
    )
    print(
        f"MAE of the three angles {np.abs(angles - official).mean(0).round(2)}  bias {(angles - official).mean(0).round(2)}  "
        f"largest within 5 deg {(np.abs(angles - official)[:, 0] <= 5).mean():.3f}"
    )
    print(
        f"corner error px: median of film means {np.median(px):.1f}, level-aligned "
        f"{np.median([aligned_px(a, b) for a, b in zip(found, truth, strict=True)]):.1f}; shifted by a level {(shifts != 0).mean():.3f}"
    )
    tilt = np.abs(tilt_deg(found) - tilt_deg(truth))
    print(
        f"vertebral tilt error: mean {tilt.mean():.2f} deg, median {np.median(tilt):.2f}, film-wise worst {tilt.mean(1).max():.1f}"
    )
    print("worst ten:", [(films[k].name, round(float(per_film[k]), 1)) for k in worst_first[:10]])
    if o.worst:
        o.worst.mkdir(parents=True, exist_ok=True)
        tiles = [
            picture(films[k], found[k], f"{per_film[k]:.0f}: {angles[k].round(0)} / {official[k].round(0)}")
            for k in worst_first[:10]
        ]
        sheet = Image.new("RGB", (5 * 320, 2 * 760))
        for n, tile in enumerate(tiles):
            sheet.paste(tile, (n % 5 * 320, n // 5 * 760))
        sheet.save(o.worst / "worst_ten.png")


def picture(film, found, title):
    scale = min(310 / film.grey.shape[1], 730 / film.grey.shape[0])
    tile = Image.new("RGB", (320, 760))
    small = (
        Image.fromarray(film.grey)
        .convert("RGB")
        .resize((int(film.grey.shape[1] * scale), int(film.grey.shape[0] * scale)))
    )
    draw = ImageDraw.Draw(small)
    for corners, colour in ((film.corners, (0, 230, 0)), (found, (255, 90, 60))):
        for four in corners * scale:
            draw.polygon([tuple(p) for p in four[[0, 1, 3, 2]]], outline=colour)
    tile.paste(small, (0, 20))
    ImageDraw.Draw(tile).text((4, 4), title, fill=(255, 255, 255))
    return tile


def landmarks_of(corners, sd_px):
    return make_landmarks(
        view=View.AP,
        levels=AP_LEVELS,
        corners_px=corners,
        corner_sd_px=sd_px,
        provenance=Provenance(method="evaluation"),
    )


def rule_key(kind: str) -> str | None:
    if kind.startswith(("tilt_", "disc_wedge_")):
        return kind[: kind.index("_", 5 if kind.startswith("disc") else 0) + 1]
    return kind if kind.startswith("cobb_") or kind == "t1_tilt" else None


def pairs(films, sightings, factor):
    """Per rule key: rows of (film, value, sd, shift, truth)."""
    table: dict[str, list[tuple[float, ...]]] = {}
    for n, (film, s) in enumerate(zip(films, sightings, strict=True)):
        context = FilmContext(rows=film.grey.shape[0], columns=film.grey.shape[1])
        sd = np.repeat((s.width_px * np.radians(s.tilt_scale_deg * factor))[:, None], 4, 1)
        mine = landmarks_of(s.corners_px, sd)
        label = landmarks_of(film.corners, np.full((17, 4), 1e-6))
        truth = {
            q.kind: spread_of(q, draw_points(label, context, draws=2))
            for q in coronal_quantities(label, context)
            if isinstance(q, Quantity)
        }
        points = draw_points(mine, context)
        for q in coronal_quantities(mine, context):
            key = rule_key(q.kind) if isinstance(q, Quantity) else None
            if key is None or q.kind not in truth or isinstance(truth[q.kind], Unmeasured):
                continue
            target = truth[q.kind].value
            if q.kind.startswith("cobb_aasce_"):
                target = float(film.angles_deg[int(q.kind[-1]) - 1])
            spread = spread_of(q, points)
            if isinstance(spread, Unmeasured) or not np.isfinite(target):
                continue
            table.setdefault(key, []).append((n, spread.value, spread.sd, spread.shift, target))
    return {k: np.array(v) for k, v in table.items()}


def covered(rule: IntervalRule, rows):
    limits = np.array([rule.interval_90(v, sd, shift=shift) for _, v, sd, shift, _ in rows])
    return (rows[:, 4] >= limits[:, 0]) & (rows[:, 4] <= limits[:, 1])


def band_gap(inside, values):
    """Largest distance of a severity band's coverage from 90 %, in binomial standard errors over a tolerance of 2 %."""
    gaps = []
    for low, high in zip(BANDS[:-1], BANDS[1:], strict=True):
        pick = (np.abs(values) >= low) & (np.abs(values) < high)
        if pick.sum() >= 12:
            gaps.append(abs(inside[pick].mean() - 0.9) / (0.02 + 0.3 / np.sqrt(pick.sum())))
    return max(gaps, default=0.0)


def fit_rule(rows) -> IntervalRule:
    """Floor and unbias by the evenness over severity bands; scales from the 5 % and 95 % quantiles (split conformal)."""
    best, chosen = np.inf, IntervalRule()
    n = len(rows)
    level = min(1.0, np.ceil(0.95 * (n + 1)) / n)
    rows = rows[np.argsort(rows[:, 0], kind="stable")]
    for unbias in (0.0, 0.5, 1.0):
        for floor in (0.25, 0.5, 1.0, 1.5, 2.0, 3.0, 4.0, 6.0, 10.0):
            reach = np.hypot(rows[:, 2], floor)
            off = (rows[:, 4] - (rows[:, 1] - unbias * rows[:, 3])) / reach
            lo, hi = max(0.0, float(np.quantile(-off, level))), max(0.0, float(np.quantile(off, level)))
            rule = IntervalRule(lo_scale=lo, hi_scale=hi, floor=floor, unbias=unbias)
            inside = covered(rule, rows)
            cost = (
                band_gap(inside, rows[:, 1])
                + band_gap(inside, rows[:, 4])
                + 0.02 * float(np.median((lo + hi) * reach))
            )
            if cost < best:
                best, chosen = cost, rule
    return chosen


def fit_confidence(films, sightings):
    x = np.concatenate([confidence_features(s) for s in sightings])
    y = []
    for film, s in zip(films, sightings, strict=True):
        centres = film.corners.mean(1)
        spacing = np.gradient(np.r_[0, np.cumsum(np.linalg.norm(np.diff(centres, axis=0), axis=1))])
        y.append(np.linalg.norm(s.corners_px.mean(1) - centres, axis=1) < 0.5 * spacing)
    y = np.concatenate(y).astype(float)

    def cost(w):
        p = np.clip(expit(x @ w[:-1] + w[-1]), 1e-9, 1 - 1e-9)
        return -(y * np.log(p) + (1 - y) * np.log(1 - p)).mean() + 1e-4 * (w[:-1] ** 2).sum()

    w = minimize(cost, np.zeros(x.shape[1] + 1)).x
    p = expit(x @ w[:-1] + w[-1])
    for low in np.arange(0, 1, 0.2):
        pick = (p >= low) & (p < low + 0.2 + 1e-9)
        if pick.any():
            print(
                f"confidence {low:.1f}-{low + 0.2:.1f}: {pick.sum()} vertebrae, said {p[pick].mean():.2f}, right {y[pick].mean():.2f}"
            )
    return {"weights": [round(float(v), 5) for v in w[:-1]], "bias": round(float(w[-1]), 5)}, p.reshape(
        -1, 17
    )


def fit(o) -> None:
    films, sightings = gather(o.sights, load_films())
    error = np.concatenate(
        [tilt_deg(s.corners_px) - tilt_deg(f.corners) for f, s in zip(films, sightings, strict=True)]
    )
    scale = np.concatenate([s.tilt_scale_deg for s in sightings])
    factor = float(np.quantile(np.abs(error) / scale, 0.683) * np.sqrt(2))
    confidence, p = fit_confidence(films, sightings)
    table = pairs(films, sightings, factor)
    halves = np.random.default_rng(3).integers(0, 2, max(f.group for f in films) + 1)[
        [f.group for f in films]
    ]
    rules = {}
    for key, rows in sorted(table.items()):
        rules[key] = fit_rule(rows)
        inside = np.zeros(len(rows), bool)
        side = halves[rows[:, 0].astype(int)]
        for part in (0, 1):
            inside[side == part] = covered(fit_rule(rows[side != part]), rows[side == part])
        width = np.median([np.diff(rules[key].interval_90(v, sd, shift=sh))[0] for _, v, sd, sh, _ in rows])
        bands = [
            f"{lo}-{hi}: {inside[m].mean():.3f} of {m.sum()}"
            for lo, hi in zip(BANDS[:-1], BANDS[1:], strict=True)
            if (m := (np.abs(rows[:, 4]) >= lo) & (np.abs(rows[:, 4]) < hi)).sum()
        ]
        print(
            f"{key:14s} n {len(rows):5d} coverage (fitted on the other half) {inside.mean():.3f}  by label size {bands}  median width {width:.1f}"
        )
    rules = {
        k: IntervalRule(
            **{
                n: round(v, 4)
                for n, v in zip(
                    ("lo_scale", "hi_scale", "floor", "offset", "unbias"), r.numbers(), strict=True
                )
            }
        )
        for k, r in rules.items()
    }
    evidence = [s.evidence for s in sightings]
    low = {
        "film": np.quantile([e.film_p[0] for e in evidence], [0, 0.005, 0.01, 0.05]),
        "seen": np.quantile([e.seen.min() for e in evidence], [0, 0.005, 0.01, 0.05]),
        "mass": np.quantile([e.mass.mean() for e in evidence], [0, 0.005, 0.01, 0.05]),
        "unsure": np.quantile((p < 0.5).sum(1), [1, 0.99, 0.95]),
    }
    for name, values in low.items():
        print(f"held-out films, {name}: quantiles {np.round(values, 3)}")
    source = f"cross-validation on {len(films)} held-out films (training/RESULTS.md)"
    card = {
        "name": o.name,
        "thresholds": {"film": o.film, "seen": o.seen, "mass": o.mass, "unsure_levels": o.unsure},
        "confidence": confidence,
        "tilt_sd_per_scale": round(factor, 4),
        "calibration": Calibration(rules=rules, source=source).to_dict(),
    }
    o.out.write_text(json.dumps(card, indent=1, sort_keys=True) + "\n", encoding="utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    sub = parser.add_subparsers(required=True)
    a = sub.add_parser("sight")
    a.add_argument("--fold", type=int, required=True)
    a.add_argument("--count", type=int, default=4)
    a.add_argument("--weights", type=Path, required=True)
    a.add_argument("--threads", type=int, default=1)
    a.add_argument("--out", type=Path, required=True)
    a.set_defaults(run=sight)
    b = sub.add_parser("score")
    b.add_argument("sights", type=Path, nargs="+")
    b.add_argument("--worst", type=Path)
    b.set_defaults(run=score)
    c = sub.add_parser("fit")
    c.add_argument("sights", type=Path, nargs="+")
    c.add_argument("--out", type=Path, required=True)
    c.add_argument("--name", default="spondyl-ap-1")
    c.add_argument("--film", type=float, default=0.5)
    c.add_argument("--seen", type=float, default=0.1)
    c.add_argument("--mass", type=float, default=0.12)
    c.add_argument("--unsure", type=float, default=9)
    c.set_defaults(run=fit)
    o = parser.parse_args()
    o.run(o)


if __name__ == "__main__":
    main()
