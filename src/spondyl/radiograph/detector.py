"""Find T1 to L5 on an AP film, four corners each, or say why not.

Locators (whole film → chain of 17 centres) → refiners (straightened spine → corners). The first look recentres the
strip; the second look is the mean of all refiners, every other one on the mirrored strip. What the networks report of
their own doubt becomes a confidence per vertebra and a standard deviation per corner, both calibrated on films the
networks had not seen (training/RESULTS.md).
"""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, log_softmax, softmax

from spondyl.anatomy import AP_LEVELS, Landmarks, View, body_axes, make_landmarks
from spondyl.provenance import Provenance
from spondyl.radiograph.abstain import Evidence, check_confidence, check_film, check_picture, check_view
from spondyl.radiograph.canvas import (
    CANVAS_COLS,
    CANVAS_ROWS,
    Canvas,
    Centreline,
    centreline,
    fit_canvas,
    stretch,
    two_channels,
)
from spondyl.radiograph.chain import Chain, decode_chain
from spondyl.radiograph.corners import StripReading, mean_reading, mirrored, strip_inputs, strip_reading
from spondyl.radiograph.film import Radiograph
from spondyl.radiograph.networks import WEIGHTS, Networks, load_networks
from spondyl.radiograph.plausible import crowded
from spondyl.radiograph.slip import Answer, heat_at, missing_above, once

F32 = NDArray[np.float32]
F64 = NDArray[np.float64]

_LEVEL_OFF = -1
"""Column of :func:`confidence_features`: the log probability that the whole chain is not a level off."""
_SMALL_SPINE = 0.62
_BOX_MARGIN = 0.16
_FLAT_SHARE = 0.1
"""A vertebra of less than this share of the film's median area has fallen together."""
_MENDED_MOST = 2
_MENDED_CONFIDENCE = 0.3
_SLIPPED_CONFIDENCE = 0.45
"""Share of vertebrae rightly found on the 17 of 230 held-out films on which one was counted twice; 0.78 elsewhere."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """Everything the networks say of one film, before any decision: used by the detector and by its calibration."""

    evidence: Evidence
    corners_px: F64
    corner_scale_px: F64
    tilt_scale_deg: F64
    shift_logits: F64
    width_px: F64
    is_mended: NDArray[np.bool_]
    was_slipped: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What the locators say: the chain on the canvas it was found on, the log shares of heat (17, rows, cols) that it
    was decoded from, and probabilities (3,) of the film classes."""

    canvas: Canvas
    chain: Chain
    heat: F32
    film_p: F64


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
        thresholds = self.networks.card["thresholds"]
        grey = stretch(film.pixels)
        found = self.locate(grey)
        check_picture(found.film_p, thresholds, stated=film.view)
        sighting = self._read(grey, found)
        check_film(sighting.evidence, thresholds, stated=film.view)
        check_confidence(self.place_confidence(sighting), thresholds)
        return make_landmarks(
            view=View.AP if film.view is View.UNKNOWN else film.view,
            image_left=film.image_left,
            levels=AP_LEVELS,
            corners_px=sighting.corners_px,
            confidence=self.confidence(sighting),
            corner_sd_px=self.corner_sd_px(sighting),
            provenance=Provenance(
                method=f"spondyl.radiograph.detector {self.model_id}", inputs=(film.sha256,)
            ),
        )

    def sight(self, pixels: NDArray[Any]) -> Sighting:
        """Run all networks on display pixels; decides nothing."""
        grey = stretch(pixels)
        return self._read(grey, self.locate(grey))

    def _read(self, grey: F32, found: Found) -> Sighting:
        first, was_slipped = self._first_look(grey, found)
        second = self.look(grey, first.corners_px.mean(1), looks=max(2, len(self.networks.refiners)))
        whole, is_mended = mended(second.corners_px)
        corners = steepened(whole, gain=float(self.networks.card["tilt_gain"]))
        across, _ = body_axes(corners)
        return Sighting(
            evidence=Evidence(
                film_p=found.film_p,
                seen=found.chain.seen,
                mass=found.chain.mass,
                corners_px=corners,
                shape=grey.shape,
            ),
            corners_px=corners,
            corner_scale_px=second.corner_scale_px,
            tilt_scale_deg=second.tilt_scale_deg,
            shift_logits=second.shift_logits,
            width_px=np.linalg.norm(across, axis=1),
            is_mended=is_mended,
            was_slipped=was_slipped,
        )

    def _first_look(self, grey: F32, found: Found) -> tuple[StripReading, bool]:
        """One look at the located chain; where it counts a vertebra twice, the better of both ways to count it once."""
        first = self.look(grey, found.canvas.to_film(found.chain.centres), looks=1)
        whole, _ = mended(first.corners_px)
        twice = crowded(whole)
        if not twice.any():
            return first, False
        above, below = self.both_counts(grey, whole.mean(1), twice)
        p = missing_above(answer_of(found, above), answer_of(found, below))
        return (above if p >= 0.5 else below), True

    def both_counts(
        self, grey: F32, centres_px: F64, twice: NDArray[np.bool_]
    ) -> tuple[StripReading, StripReading]:
        """A look at each way to count once what the chain counts ``twice``: a vertebra missing above T1, below L5."""
        strips = [_Strip.along(grey, once(centres_px, twice, above=first)) for first in (True, False)]
        above, below = self.networks.side_by_side(lambda strip: self._look(strip, 0), strips)
        return above, below

    def confidence(self, sighting: Sighting) -> F64:
        """(17,) probability that the vertebra is found (its centre within half a vertebra of the label's)."""
        p = self._calibrated(sighting, confidence_features(sighting))
        has_slipped = sighting.was_slipped or crowded(sighting.corners_px).any()
        return np.minimum(p, _SLIPPED_CONFIDENCE) if has_slipped else p

    def place_confidence(self, sighting: Sighting) -> F64:
        """(17,) the same if the chain is not a level off: that doubt is told at every vertebra but refuses no film.

        On films the networks had not seen, angles were as good where it was great (training/RESULTS.md).
        """
        features = confidence_features(sighting)
        features[:, _LEVEL_OFF] = 0.0
        return self._calibrated(sighting, features)

    def _calibrated(self, sighting: Sighting, features: F64) -> F64:
        fit = self.networks.card["confidence"]
        p = expit(features @ np.asarray(fit["weights"]) + fit["bias"])
        doubtful = sighting.is_mended | crowded(sighting.corners_px)
        return np.where(doubtful, np.minimum(p, _MENDED_CONFIDENCE), p)

    def corner_sd_px(self, sighting: Sighting) -> F64:
        """(17, 4) standard deviation of a corner such that the implied tilt has the calibrated spread."""
        factor = float(self.networks.card["tilt_sd_per_scale"])
        sd = sighting.width_px * np.radians(sighting.tilt_scale_deg * factor)
        return np.repeat(sd[:, None], 4, axis=1)

    def locate(self, grey: F32) -> Found:
        """The chain on the whole film, or on the part that the spine fills where that reads better."""
        far = self._chain(fit_canvas(grey))
        box = spine_box(far.canvas, far.chain)
        if box is None:
            return far
        near = self._chain(fit_canvas(grey, box=box))
        if near.chain.seen.mean() * near.chain.mass.mean() < far.chain.seen.mean() * far.chain.mass.mean():
            return far
        return replace(near, film_p=(far.film_p + near.film_p) / 2)

    def _chain(self, canvas: Canvas) -> Found:
        heat, null, film = self.networks.locate(two_channels(canvas.grey)[None])
        film_p = softmax(film.astype(np.float64))
        return Found(canvas=canvas, chain=decode_chain(heat, null), heat=heat, film_p=film_p)

    def look(self, grey: F32, centres_px: F64, *, looks: int) -> StripReading:
        """The mean of so many looks at one strip, the refiners in turn, every other one on the mirrored strip."""
        strip = _Strip.along(grey, centres_px)
        return mean_reading(self.networks.side_by_side(lambda turn: self._look(strip, turn), range(looks)))

    def _look(self, strip: "_Strip", turn: int) -> StripReading:
        mirror = turn % 2 == 1
        inputs = mirrored(strip.inputs) if mirror else strip.inputs
        said = self.networks.refine(turn % len(self.networks.refiners), inputs)
        return strip_reading(said, strip.line, mirror=mirror)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Strip:
    """The film straightened along a chain, as the refiners take it."""

    line: Centreline
    inputs: dict[str, F32]

    @classmethod
    def along(cls, grey: F32, centres_px: F64) -> "_Strip":
        line = centreline(centres_px)
        return cls(line=line, inputs=strip_inputs(grey, line))


def answer_of(found: Found, said: StripReading) -> Answer:
    """What locators and refiner say of the chain of one reading."""
    return Answer(
        heat=heat_at(found.heat, found.canvas, said.corners_px.mean(1)), shift_logits=said.shift_logits
    )


def mended(corners_px: F64) -> tuple[F64, NDArray[np.bool_]]:
    """Corners (17, 4, 2) in which a vertebra without height has the shape of its neighbours, and which ones (17,).

    Where the chain holds one level too many, its corners fall together. One or two such vertebrae are rebuilt about
    their centres and trusted little; more of them are left to be refused.
    """
    across, down = body_axes(corners_px)
    area = across[:, 0] * down[:, 1] - across[:, 1] * down[:, 0]
    flat = area < _FLAT_SHARE * np.median(area)
    if not 0 < flat.sum() <= _MENDED_MOST:
        return corners_px, np.zeros(len(flat), bool)
    levels, sound = np.arange(len(flat)), np.flatnonzero(~flat)
    side, rise = (
        np.stack([np.interp(levels, sound, axis[sound, k]) for k in (0, 1)], axis=-1) / 2
        for axis in (across, down)
    )
    centre = corners_px.mean(1)
    rebuilt = np.stack(
        [centre - side - rise, centre + side - rise, centre - side + rise, centre + side + rise], axis=1
    )
    return np.where(flat[:, None, None], rebuilt, corners_px), flat


def confidence_features(sighting: Sighting) -> F64:
    """(17, 5): log-odds of being seen, heat mass, log scales of corner (over width) and tilt, and the log probability
    that the whole chain is not a level off."""
    seen = np.clip(sighting.evidence.seen, 1e-4, 1 - 1e-4)
    return np.stack(
        [
            np.log(seen / (1 - seen)) / 5,
            sighting.evidence.mass,
            np.log(sighting.corner_scale_px / sighting.width_px + 1e-3),
            np.log(sighting.tilt_scale_deg + 1e-2),
            np.full(len(seen), log_softmax(sighting.shift_logits)[1]),
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
