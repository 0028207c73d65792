"""How far the networks of a folder lie from the exact corners of new synthetic AP films, level names apart.

python synthetic.py runs/fold0 --count 20     (folders with locator*.onnx, refiner*.onnx and model.json)
"""

import argparse
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from scores import partners
from spondyl.anatomy import AP_LEVELS, body_axes
from spondyl.assessment.aasce import aasce_angles_deg
from spondyl.radiograph.detector import Detector
from spondyl.radiograph.phantom import PhantomFilm, random_phantom

FIRST_SEED = 1 << 31
"""Beyond the seeds of the training films."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One film: corner error in level spacings, largest angle's error in degrees, found over true width and height of
    a body (medians), and whether the names are off."""

    away: float
    angle_deg: float
    width: float
    height: float
    is_shifted: bool


def row(film: PhantomFilm, detector: Detector) -> Row:
    pixels = film.radiograph.pixels
    found, exact = (
        detector.sight(pixels).corners_px,
        np.stack([film.landmarks.corners_of(k) for k in AP_LEVELS]),
    )
    spacing = np.linalg.norm(np.diff(exact.mean(1), axis=0), axis=1).mean()
    mine, theirs = partners(found, exact)
    a, b = found[mine], exact[theirs]
    width, height = np.median(
        np.linalg.norm(body_axes(a), axis=-1) / np.linalg.norm(body_axes(b), axis=-1), axis=1
    )
    angle, true_angle = (aasce_angles_deg(c[None], float(pixels.shape[0]))[0, 0] for c in (found, exact))
    return Row(
        away=float(np.median(np.linalg.norm(a - b, axis=-1)) / spacing),
        angle_deg=float(abs(angle - true_angle)),
        width=float(width),
        height=float(height),
        is_shifted=mine != theirs,
    )


def main() -> None:
    args = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    args.add_argument("folders", type=Path, nargs="+")
    args.add_argument("--count", type=int, default=20)
    o = args.parse_args()
    films = [random_phantom(FIRST_SEED + n, view="AP", pixel_mm=1.0) for n in range(o.count)]
    for folder in o.folders:
        detector = Detector.load(folder, threads=1)
        rows = [row(f, detector) for f in films]
        middle = {
            name: np.median([getattr(r, name) for r in rows])
            for name in ("away", "angle_deg", "width", "height")
        }
        print(
            f"{folder}: {o.count} synthetic films, medians: corners {middle['away']:.3f} of a level, largest angle off "
            f"{middle['angle_deg']:.1f} deg, width {middle['width']:.2f} and height {middle['height']:.2f} of the true "
            f"ones; names off by one {np.mean([r.is_shifted for r in rows]):.2f}"
        )


if __name__ == "__main__":
    main()
