"""Score the detector on films its networks never saw, and fit what ships beside the weights.

python evaluate.py sight --fold 0 --weights runs/fold0 --out runs/sight0.npz     what the networks say of held-out films
python evaluate.py score runs/sight0.npz runs/sight1.npz --worst runs/worst      figures, shipped intervals, the worst
python evaluate.py fit runs/sight0.npz runs/sight1.npz --out DIR/model.json      confidence, intervals, thresholds
python evaluate.py sight --on-labels …                     the refiners alone, on the labels' centres
python evaluate.py agree runs/one0.npz runs/other0.npz     tilts that two networks say of the same films, and the labels
python evaluate.py copies                                  how far two labels of one picture are apart
python evaluate.py refit runs/sight0.npz runs/sight1.npz --card DIR/model.json --kinds cobb_mt   some kinds
"""

import argparse
import json
from pathlib import Path

import numpy as np

from confidence_fit import fit_confidence, names_lines
from films import DATA, folds, load_films
from interval_fit import coverage_lines, fit_rules, pairs, tilt_factor
from scores import overlap, report, scored, without_line
from sightings import gather, store_sightings, tilt_deg
from spondyl.assessment.aasce import smape
from spondyl.assessment.calibration import Calibration
from spondyl.radiograph.abstain import Evidence
from spondyl.radiograph.detector import Detector
from spondyl.radiograph.networks import WEIGHTS
from twins import SAME_PICTURE, copied_elsewhere, likeness
from worst_films import draw_worst


def sight(o: argparse.Namespace) -> None:
    films = load_films(o.films)
    held = np.flatnonzero(folds(films, o.count) == o.fold)
    detector = Detector.load(o.weights, threads=o.threads)
    store_sightings(detector, films, held, out=o.out, on_labels=o.on_labels)


def agree(o: argparse.Namespace) -> None:
    """How far two networks' tilts are apart, beside how far each is from the labels: noise of training, or the rest."""
    films, one = gather([o.one], load_films(o.films), gain=1.0)
    same, other = gather([o.other], load_films(o.films), gain=1.0)
    if [f.name for f in films] != [f.name for f in same]:
        raise SystemExit(f"{o.one} and {o.other} hold other films; give two stores of one fold.")
    told = tilt_deg(np.stack([f.corners for f in films]))
    first, second = (tilt_deg(np.stack([s.corners_px for s in store])) for store in (one, other))
    off = [np.abs(said - told).mean() for said in (first, second)]
    r = np.corrcoef((first - told).ravel(), (second - told).ravel())[0, 1]
    print(
        f"{len(films)} films: tilts {np.abs(first - second).mean():.2f} deg apart, off the labels "
        f"{off[0]:.2f} and {off[1]:.2f} deg, correlation of the errors {r:.3f}"
    )


def copies(o: argparse.Namespace) -> None:
    """How far two labels of one picture are apart: what no network can know."""
    films = load_films(o.films)
    alike = np.argwhere(np.triu(likeness(films) >= SAME_PICTURE))
    apart, angles = [], []
    for one, other in (
        (films[i], films[j]) for i, j in alike if films[i].examination != films[j].examination
    ):
        turned = [tilt_deg(one.corners)[m] - tilt_deg(other.corners)[t] for m, t in map(overlap, (-1, 0, 1))]
        apart.append(min(np.abs(d - np.median(d)).mean() for d in turned))
        angles.append((one.angles_deg, other.angles_deg))
    first, second = np.moveaxis(np.array(angles), 1, 0)
    print(
        f"{len(apart)} pictures with two labels: tilts {np.mean(apart):.2f} deg apart ({np.min(apart):.2f} to "
        f"{np.max(apart):.2f}), official angles SMAPE {smape(first, second):.2f}"
    )


def score(o: argparse.Namespace) -> None:
    every = load_films(o.films)
    films, sightings = gather(o.sights, every, gain=o.gain)
    result = scored(films, sightings)
    copied = copied_elsewhere(every, folds(every, o.count))
    learnt = {film.name for film, elsewhere in zip(every, copied, strict=True) if elsewhere}
    card = json.loads(o.card.read_text(encoding="utf-8"))
    table = pairs(films, sightings, card["tilt_sd_per_scale"])
    rules = Calibration.from_dict(card["calibration"])
    print(*report(result), without_line(result, learnt), *coverage_lines(table, rules), sep="\n")
    if o.worst:
        draw_worst(result, o.worst)


def fit(o: argparse.Namespace) -> None:
    films, sightings = gather(o.sights, load_films(o.films), gain=o.gain)
    factor = tilt_factor(films, sightings)
    confidence, p = fit_confidence(films, sightings)
    rules = fit_rules(films, pairs(films, sightings, factor))
    print(*threshold_lines([s.evidence for s in sightings], p), *names_lines(films, sightings, p), sep="\n")
    source = f"cross-validation on {len(films)} held-out films (training/RESULTS.md)"
    card = {
        "name": o.name,
        "thresholds": {"film": o.film, "seen": o.seen, "mass": o.mass, "unsure_levels": o.unsure},
        "confidence": confidence,
        "tilt_gain": o.gain,
        "tilt_sd_per_scale": round(factor, 4),
        "calibration": Calibration(rules=rules, source=source).to_dict(),
    }
    o.out.write_text(json.dumps(card, indent=1, sort_keys=True) + "\n", encoding="utf-8")


def refit(o: argparse.Namespace) -> None:
    """Intervals of some kinds anew, from films that the networks of this card did not see; the rest of it stays."""
    card = json.loads(o.card.read_text(encoding="utf-8"))
    films, sightings = gather(o.sights, load_films(o.films), gain=card["tilt_gain"])
    rules = fit_rules(films, pairs(films, sightings, card["tilt_sd_per_scale"]))
    fitted = Calibration(rules={kind: rules[kind] for kind in o.kinds}, source="").to_dict()
    calibration = card["calibration"]
    calibration["rules"] |= fitted["rules"]
    calibration["source"] = (
        f"{calibration['source'].partition(';')[0]}; {', '.join(sorted(o.kinds))}: on {len(films)}"
    )
    o.card.write_text(json.dumps(card, indent=1, sort_keys=True) + "\n", encoding="utf-8")


def threshold_lines(evidence: list[Evidence], confidence: np.ndarray) -> list[str]:
    """The low ends of what held-out films show, beside which the thresholds are chosen."""
    ends = (0, 0.005, 0.01, 0.05)
    low = {
        "film": np.quantile([e.film_p[0] for e in evidence], ends),
        "seen": np.quantile([e.seen.min() for e in evidence], ends),
        "mass": np.quantile([e.mass.mean() for e in evidence], ends),
        "unsure": np.quantile((confidence < 0.5).sum(1), [1, 0.99, 0.95]),
    }
    return [f"held-out films, {name}: quantiles {np.round(values, 3)}" for name, values in low.items()]


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
    a.add_argument("--on-labels", action="store_true", help="no locator: one look along the labels' centres")
    a.set_defaults(run=sight)
    e = sub.add_parser("agree")
    e.add_argument("one", type=Path)
    e.add_argument("other", type=Path)
    e.set_defaults(run=agree)
    f = sub.add_parser("copies")
    f.set_defaults(run=copies)
    b = sub.add_parser("score")
    b.add_argument("sights", type=Path, nargs="+")
    b.add_argument("--worst", type=Path)
    b.add_argument(
        "--count", type=int, default=4, help="folds of the networks, to know whose copies they learnt"
    )
    b.add_argument("--card", type=Path, default=WEIGHTS / "model.json", help="whose intervals are counted")
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
    d = sub.add_parser("refit")
    d.add_argument("sights", type=Path, nargs="+")
    d.add_argument("--card", type=Path, required=True)
    d.add_argument("--kinds", nargs="+", required=True)
    d.set_defaults(run=refit)
    for command in (b, c):
        command.add_argument("--gain", type=float, default=1.0, help="steepening of curves; 1 is what ships")
    for command in (a, b, c, d, e, f):
        command.add_argument(
            "--films", type=Path, default=DATA, help="folder of films, labels and official angles"
        )
    o = parser.parse_args()
    o.run(o)


if __name__ == "__main__":
    main()
