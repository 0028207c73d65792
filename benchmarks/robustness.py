"""How much the detector's answer moves when the same film is turned, inverted, darkened, scaled, cropped or framed.

    python benchmarks/robustness.py --films 40

Corners found on the changed film are compared with those of the same detector on the film as it is, carried through
the change. Needs the supplied films beside the checkout. The shipped networks saw these films in training, so this
measures stability, not accuracy; accuracy is in training/RESULTS.md, by cross-validation.
"""

import argparse
import statistics
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy import ndimage

from aasce_films import LabelledFilm, sample_films
from refusals import as_film
from spondyl.assessment.aasce import aasce_angles_deg
from spondyl.radiograph.detector import Detector
from spondyl.radiograph.errors import FilmRefused

F64 = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """``pixels`` after the change, and points of the film as it was into the changed film: xy @ matrix.T + shift."""

    pixels: NDArray[Any]
    matrix: F64
    shift: F64

    def carry(self, xy: F64) -> F64:
        return xy @ self.matrix.T + self.shift


Variant = Callable[[LabelledFilm], Change]


def grey(work: Callable[[F64], NDArray[Any]]) -> Variant:
    """A change of grey values only."""
    return lambda film: Change(
        pixels=work(film.pixels.astype(np.float64)), matrix=np.eye(2), shift=np.zeros(2)
    )


def to_bytes(values: F64) -> NDArray[np.uint8]:
    return np.clip(np.rint(values), 0, 255).astype(np.uint8)


def turned(angle_deg: float) -> Variant:
    """The film turned about its centre on a frame that holds all of it, black around."""

    def work(film: LabelledFilm) -> Change:
        pixels = ndimage.rotate(film.pixels, angle_deg, reshape=True, order=1)
        c, s = np.cos(np.radians(angle_deg)), np.sin(np.radians(angle_deg))
        matrix = np.array([[c, s], [-s, c]])
        before, after = (_centre(p) for p in (film.pixels, pixels))
        return Change(pixels=pixels, matrix=matrix, shift=after - matrix @ before)

    return work


def _centre(pixels: NDArray[Any]) -> F64:
    return (np.array(pixels.shape[::-1]) - 1) / 2


def scaled(factor: float) -> Variant:
    def work(film: LabelledFilm) -> Change:
        rows, cols = (round(side * factor) for side in film.pixels.shape)
        pixels = np.asarray(Image.fromarray(film.pixels).resize((cols, rows), Image.Resampling.BICUBIC))
        share = np.array([cols, rows]) / np.array(film.pixels.shape[::-1])
        return Change(pixels=pixels, matrix=np.diag(share), shift=0.5 * share - 0.5)

    return work


def trimmed(film: LabelledFilm) -> Change:
    """Margins cut to half a vertebra's width beyond the outermost labelled corner."""
    points = film.corners_px.reshape(-1, 2)
    margin = 0.5 * np.linalg.norm(film.corners_px[:, 1] - film.corners_px[:, 0], axis=1).mean()
    x0, y0 = np.maximum(points.min(0) - margin, 0).astype(int)
    x1, y1 = (points.max(0) + margin).astype(int) + 1
    return Change(pixels=film.pixels[y0:y1, x0:x1], matrix=np.eye(2), shift=-np.array([x0, y0], np.float64))


def framed(film: LabelledFilm) -> Change:
    """The film in the middle of a black frame twice as wide."""
    side = film.pixels.shape[1] // 2
    pixels = np.pad(film.pixels, ((0, 0), (side, side)))
    return Change(pixels=pixels, matrix=np.eye(2), shift=np.array([side, 0.0]))


VARIANTS: dict[str, Variant] = {
    **{f"turned {a:+d} deg": turned(a) for a in (-15, -10, -5, 5, 10, 15)},
    "inverted": grey(lambda v: to_bytes(255 - v)),
    "contrast x 0.3": grey(lambda v: to_bytes(0.3 * v + 90)),
    "gamma 0.5": grey(lambda v: to_bytes(255 * (v / 255) ** 0.5)),
    "gamma 2": grey(lambda v: to_bytes(255 * (v / 255) ** 2)),
    "16 bit": grey(lambda v: (v * 257).astype(np.uint16)),
    **{f"scaled x {f}": scaled(f) for f in (0.5, 0.7, 1.5, 2.0)},
    "margins cut": trimmed,
    "framed 2 x wide": framed,
}
"""Name of each change, and what makes it."""


def corners_of(detector: Detector, pixels: NDArray[Any]) -> F64 | str:
    """Corners (17, 4, 2), or the name of the refusal."""
    try:
        return detector.detect(as_film(np.ascontiguousarray(pixels))).corners_px
    except FilmRefused as refused:
        return refused.refusal.value


def moved(found: F64, change: Change, original: F64) -> tuple[float, float]:
    """Median corner distance in vertebral widths, and the change of the largest AASCE angle in degrees."""
    there = change.carry(original)
    width = float(np.linalg.norm(there[:, 1] - there[:, 0], axis=1).mean())
    apart = float(np.median(np.linalg.norm(found - there, axis=-1))) / width
    before, after = (aasce_angles_deg(c[None], float(np.ptp(c[..., 1])))[0, 0] for c in (original, found))
    return apart, abs(float(after - before))


def line(name: str, answers: list[tuple[float, float] | str]) -> str:
    pairs = [a for a in answers if not isinstance(a, str)]
    refused = sorted({a for a in answers if isinstance(a, str)})
    share = f"{name:18}{len(pairs):4}/{len(answers):<4}{100 * len(pairs) / max(len(answers), 1):6.1f} %"
    if not pairs:
        return f"{share}   refused: {', '.join(refused)}"
    width, angle = (statistics.median(pair[k] for pair in pairs) for k in (0, 1))
    far = sum(pair[0] > 0.5 for pair in pairs)
    tail = f"   refused: {', '.join(refused)}" if refused else ""
    return f"{share}   {width:6.3f} widths   {angle:5.2f} deg   {far} off by over half a width{tail}"


def main() -> None:
    """Print a line per change: share measured, median corner distance, median change of the largest angle."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--films", type=int, default=40, help="films drawn (40)")
    parser.add_argument("--seed", type=int, default=5, help="another seed, other films (5)")
    parser.add_argument("--variants", nargs="*", default=list(VARIANTS), help="only these changes")
    o = parser.parse_args()
    films = sample_films(o.films, seed=o.seed)
    if not films:
        print("not run: no films")
        return
    detector = Detector.load()
    originals = [(film, corners_of(detector, film.pixels)) for film in films]
    measured = [(film, found) for film, found in originals if not isinstance(found, str)]
    print(f"model {detector.model_id}; films as they are: {len(measured)} of {len(films)} measured")
    for name in o.variants:
        answers: list[tuple[float, float] | str] = []
        for film, original in measured:
            change = VARIANTS[name](film)
            found = corners_of(detector, change.pixels)
            answers.append(found if isinstance(found, str) else moved(found, change, original))
        print(line(name, answers), flush=True)


if __name__ == "__main__":
    main()
