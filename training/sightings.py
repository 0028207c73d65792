"""What the networks say of held-out films: looked at once, stored, and scored as often as one likes."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from films import LabelledFilm
from spondyl.radiograph.abstain import Evidence
from spondyl.radiograph.detector import Detector, Sighting, steepened

FIELDS = (
    "corners_px",
    "corner_scale_px",
    "tilt_scale_deg",
    "shift_logits",
    "width_px",
    "is_mended",
    "was_slipped",
)
EVIDENCE = ("film_p", "seen", "mass")


def tilt_deg(corners: np.ndarray) -> np.ndarray:
    """Tilt of vertebrae (…, 4, 2; TL TR BL BR) against the picture's horizontal: the mean of both endplates."""
    v = (corners[..., 1, :] + corners[..., 3, :] - corners[..., 0, :] - corners[..., 2, :]) / 2
    return np.degrees(np.arctan2(v[..., 1], v[..., 0]))


def store_sightings(detector: Detector, films: list[LabelledFilm], held: np.ndarray, *, out: Path) -> None:
    """Run the detector on the films numbered ``held`` and write what it says as one npz file."""
    rows: dict[str, list] = {name: [] for name in (*FIELDS, *EVIDENCE)}
    for i in held:
        s = detector.sight(films[i].grey)
        for name in FIELDS:
            rows[name].append(getattr(s, name))
        for name in EVIDENCE:
            rows[name].append(getattr(s.evidence, name))
    np.savez(out, films=held, **{k: np.stack(v) for k, v in rows.items()})


def gather(
    paths: Sequence[Path], films: list[LabelledFilm], *, gain: float
) -> tuple[list[LabelledFilm], list[Sighting]]:
    """The films of several stores and what was said of each, in the same order, curves steepened by ``gain``.

    The stores are written with the cards of the fold networks, whose gain is 1: so one store serves every gain.
    """
    stores = [np.load(p) for p in paths]
    joined = {k: np.concatenate([s[k] for s in stores]) for k in stores[0].files}
    held = joined.pop("films")
    joined["corners_px"] = np.stack([steepened(corners, gain=gain) for corners in joined["corners_px"]])
    return [films[i] for i in held], [_sighting(joined, n, films[i].grey.shape) for n, i in enumerate(held)]


def _sighting(joined: dict[str, np.ndarray], n: int, shape: tuple[int, ...]) -> Sighting:
    corners = joined["corners_px"][n]
    evidence = Evidence(corners_px=corners, shape=shape, **{k: joined[k][n] for k in EVIDENCE})
    return Sighting(evidence=evidence, **{k: joined[k][n] for k in FIELDS})
