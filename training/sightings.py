"""What the networks say of held-out films: looked at once, stored, and scored as often as one likes."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from films import LabelledFilm
from spondyl.anatomy import body_axes
from spondyl.radiograph.abstain import Evidence
from spondyl.radiograph.canvas import stretch
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


def store_sightings(
    detector: Detector, films: list[LabelledFilm], held: np.ndarray, *, out: Path, on_labels: bool = False
) -> None:
    """Run the detector on the films numbered ``held`` and write what it says as one npz file; ``on_labels`` looks
    along the centres of the labels instead of what was found."""
    rows: dict[str, list] = {name: [] for name in (*FIELDS, *EVIDENCE)}
    for i in held:
        s = detector.sight(films[i].grey)
        if on_labels:
            s = _looked_again(detector, films[i], s)
        for name in FIELDS:
            rows[name].append(getattr(s, name))
        for name in EVIDENCE:
            rows[name].append(getattr(s.evidence, name))
    np.savez(out, films=held, **{k: np.stack(v) for k, v in rows.items()})


def _looked_again(detector: Detector, film: LabelledFilm, found: Sighting) -> Sighting:
    looks = max(2, len(detector.networks.refiners))
    said = detector.look(stretch(film.grey), film.corners.mean(1), looks=looks)
    across, _ = body_axes(said.corners_px)
    return replace(
        found,
        corners_px=said.corners_px,
        corner_scale_px=said.corner_scale_px,
        tilt_scale_deg=said.tilt_scale_deg,
        shift_logits=said.shift_logits,
        width_px=np.linalg.norm(across, axis=1),
    )


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
