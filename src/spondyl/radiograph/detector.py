"""Find T1 to L5 on an AP film, four corners each, or say why not.

Locator (whole film → chain of 17 centres) → refiner (straightened spine → corners), the second time recentred and
mirrored; the two readings are averaged. What the networks report of their own doubt becomes a confidence per vertebra
and a standard deviation per corner, both calibrated on films the networks had not seen (training/RESULTS.md).
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, softmax

from spondyl.anatomy import AP_LEVELS, Landmarks, View, body_axes, make_landmarks
from spondyl.provenance import Provenance
from spondyl.radiograph.abstain import Evidence, check_confidence, check_film, check_view
from spondyl.radiograph.canvas import (
    CANVAS_COLS,
    CANVAS_ROWS,
    Canvas,
    centreline,
    fit_canvas,
    stretch,
    two_channels,
)
from spondyl.radiograph.chain import Chain, decode_chain
from spondyl.radiograph.corners import StripReading, strip_inputs, strip_reading
from spondyl.radiograph.film import Radiograph
from spondyl.radiograph.networks import WEIGHTS, Networks, load_networks

F32 = NDArray[np.float32]
F64 = NDArray[np.float64]

_SMALL_SPINE = 0.62
_BOX_MARGIN = 0.16


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """Everything the networks say of one film, before any decision: used by the detector and by its calibration."""

    evidence: Evidence
    corners_px: F64
    corner_scale_px: F64
    tilt_scale_deg: F64
    disagreement_px: F64
    width_px: F64


@dataclass(frozen=True, slots=True, kw_only=True)
class Detector:
    """The AP detector. ``networks`` are loaded once; one detector serves one thread."""

    networks: Networks

    @classmethod
    def load(cls, weights_dir: Path | None = None, *, threads: int = 2) -> "Detector":
        """Load the shipped networks, or those of another folder."""
        return cls(networks=load_networks(weights_dir or WEIGHTS, threads=threads))

    @property
    def model_id(self) -> str:
        """Name and digest of the weights: part of every result's key."""
        return self.networks.model_id

    def calibration_json(self) -> dict[str, Any] | None:
        """Interval rules from cross-validation, read by :class:`spondyl.assessment.calibration.Calibration`."""
        return self.networks.card.get("calibration")

    def detect(self, film: Radiograph) -> Landmarks:
        """Landmarks of T1 to L5 in the film's own pixels; :class:`FilmRefused` when the film cannot be read."""
        check_view(film.view)
        sighting = self.sight(film.pixels)
        thresholds = self.networks.card["thresholds"]
        check_film(sighting.evidence, thresholds, stated=film.view)
        confidence = self.confidence(sighting)
        check_confidence(confidence, thresholds)
        return make_landmarks(
            view=View.AP if film.view is View.UNKNOWN else film.view,
            image_left=film.image_left,
            levels=AP_LEVELS,
            corners_px=sighting.corners_px,
            confidence=confidence,
            corner_sd_px=self.corner_sd_px(sighting),
            provenance=Provenance(
                method=f"spondyl.radiograph.detector {self.model_id}", inputs=(film.sha256,)
            ),
        )

    def sight(self, pixels: NDArray[Any]) -> Sighting:
        """Run both networks on display pixels; decides nothing."""
        grey = stretch(pixels)
        canvas, chain, film_p = self._locate(grey)
        first = self._read(grey, canvas.to_film(chain.centres), mirror=False)
        second = self._read(grey, first.corners_px.mean(1), mirror=True)
        mean = (first.corners_px + second.corners_px) / 2
        corners = steepened(mean, gain=float(self.networks.card["tilt_gain"]))
        apart = np.linalg.norm(first.corners_px - second.corners_px, axis=-1).mean(1)
        across, _ = body_axes(corners)
        return Sighting(
            evidence=Evidence(
                film_p=film_p, seen=chain.seen, mass=chain.mass, corners_px=corners, shape=grey.shape
            ),
            corners_px=corners,
            corner_scale_px=(first.corner_scale_px + second.corner_scale_px) / 2,
            tilt_scale_deg=(first.tilt_scale_deg + second.tilt_scale_deg) / 2,
            disagreement_px=apart,
            width_px=np.linalg.norm(across, axis=1),
        )

    def confidence(self, sighting: Sighting) -> F64:
        """(17,) probability that the vertebra is found (its centre within half a vertebra of the label's)."""
        fit = self.networks.card["confidence"]
        return np.asarray(expit(confidence_features(sighting) @ np.asarray(fit["weights"]) + fit["bias"]))

    def corner_sd_px(self, sighting: Sighting) -> F64:
        """(17, 4) standard deviation of a corner such that the implied tilt has the calibrated spread."""
        factor = float(self.networks.card["tilt_sd_per_scale"])
        sd = sighting.width_px * np.radians(sighting.tilt_scale_deg * factor)
        return np.repeat(sd[:, None], 4, axis=1)

    def _locate(self, grey: F32) -> tuple[Canvas, Chain, F64]:
        canvas = fit_canvas(grey)
        chain, film_p = self._chain(canvas)
        box = spine_box(canvas, chain)
        if box is not None:
            closer = fit_canvas(grey, box=box)
            again, film_again = self._chain(closer)
            if again.seen.mean() * again.mass.mean() >= chain.seen.mean() * chain.mass.mean():
                return closer, again, (film_p + film_again) / 2
        return canvas, chain, film_p

    def _chain(self, canvas: Canvas) -> tuple[Chain, F64]:
        heat, null, film = self.networks.locate(two_channels(canvas.grey)[None])
        return decode_chain(heat, null), softmax(film.astype(np.float64))

    def _read(self, grey: F32, centres_px: F64, *, mirror: bool) -> StripReading:
        line = centreline(centres_px)
        corners, logs = self.networks.refine(strip_inputs(grey, line, mirror=mirror))
        return strip_reading(corners, logs, line, mirror=mirror)


def confidence_features(sighting: Sighting) -> F64:
    """(17, 4): log-odds of being seen, heat mass, log disagreement and log tilt scale."""
    seen = np.clip(sighting.evidence.seen, 1e-4, 1 - 1e-4)
    return np.stack(
        [
            np.log(seen / (1 - seen)) / 5,
            sighting.evidence.mass,
            np.log(sighting.disagreement_px / sighting.width_px + 1e-3),
            np.log(sighting.tilt_scale_deg + 1e-2),
        ],
        axis=-1,
    )


def steepened(corners_px: F64, *, gain: float) -> F64:
    """Turn every vertebra about its centre so that its tilt against the film's mean tilt grows by ``gain``.

    A network trained on noisy labels draws curves a little too flat; the gain that undoes it was chosen on films it
    had not seen. Corners (17, 4, 2) TL, TR, BL, BR.
    """
    across, _ = body_axes(corners_px)
    tilt = np.arctan2(across[:, 1], across[:, 0])
    turn = (gain - 1) * (tilt - tilt.mean())
    middle = corners_px.mean(1, keepdims=True)
    arm = corners_px - middle
    cos, sin = np.cos(turn)[:, None], np.sin(turn)[:, None]
    turned = np.stack([arm[..., 0] * cos - arm[..., 1] * sin, arm[..., 0] * sin + arm[..., 1] * cos], axis=-1)
    return middle + turned


def spine_box(canvas: Canvas, chain: Chain) -> tuple[float, float, float, float] | None:
    """Film box around a spine that fills too little of the canvas to be read well; None when it fills it."""
    if chain.seen.mean() < 0.5:
        return None
    low, high = chain.centres.min(0), chain.centres.max(0)
    if high[1] - low[1] > _SMALL_SPINE * CANVAS_ROWS:
        return None
    rows = (high[1] - low[1]) * (1 + 2 * _BOX_MARGIN)
    cols = max(high[0] - low[0] + 0.25 * rows, rows * CANVAS_COLS / CANVAS_ROWS)
    middle = (low + high) / 2
    x0, y0 = canvas.to_film(middle - np.array([cols, rows]) / 2)
    x1, y1 = canvas.to_film(middle + np.array([cols, rows]) / 2)
    return float(x0), float(y0), float(x1), float(y1)
