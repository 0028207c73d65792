"""The spine that stands for what a detector saw: its benchmark angles are the median of what its doubt allows.

A detector's mean corners are smooth, and the AASCE angles jump: which pair of vertebrae is the most tilted one, and
whether a spine is S-shaped, can turn on a fraction of a pixel. The angles of the mean are therefore not the middle of
the angles that are possible. Of many drawings of the corners within most of their error, each also pulled back towards
the mean, the one is kept whose three angles lie nearest the medians of all drawings and that moves least. It moves by
about 0.4 % of a vertebral width, so picture, landmarks and table go on saying the same. How much unseen films gain is
in training/RESULTS.md.
"""

from dataclasses import replace

import numpy as np

from spondyl.anatomy import AP_LEVELS, Landmarks
from spondyl.anatomy.landmarks import FloatArray
from spondyl.assessment.aasce import aasce_angles_deg
from spondyl.assessment.propagate import draw_points, errors_known, vertebral_width_px
from spondyl.assessment.quantity import FilmContext

DOUBT_SHARE = 0.7
"""Share of the corners' standard deviation that is drawn: the rest is how readers differ, not what the detector saw."""
PULLS = (0.1, 0.2, 0.35, 0.5, 0.75, 1.0)
"""Drawings are tried at these shares of their distance from the mean."""
MOVE_COST = 2.0
"""Per cent of deviation from the medians that a move by one per cent of a vertebral width must save."""


def representative(landmarks: Landmarks, context: FilmContext) -> Landmarks:
    """A detector's landmarks of T1 to L5, moved within their error to the drawing that stands for all.

    Others come back as they are: a person's points, and films without the whole of T1 to L5. The same landmarks give
    the same result, since the drawings depend on nothing else.
    """
    if not errors_known(landmarks) or landmarks.levels != AP_LEVELS:
        return landmarks
    doubt = replace(landmarks, corner_sd_px=landmarks.corner_sd_px * DOUBT_SHARE)
    in_px = FilmContext(rows=context.rows, columns=context.columns)
    drawn = draw_points(doubt, in_px).corners
    tried = _pulled(drawn)
    cost = _apart(tried, _medians_deg(drawn, in_px), in_px) + MOVE_COST * _moved(tried, landmarks)
    return replace(landmarks, corners_px=tried[int(cost.argmin())])


def _medians_deg(drawn: FloatArray, film: FilmContext) -> FloatArray:
    return np.asarray(np.median(aasce_angles_deg(drawn, float(film.rows)), axis=0))


def _pulled(drawn: FloatArray) -> FloatArray:
    """The mean (first), then each drawing at one of the shares of its distance from it."""
    mean, away = drawn[:1], drawn[1:] - drawn[:1]
    share = np.resize(PULLS, len(away))[:, None, None, None]
    return np.concatenate([mean, mean + share * away])


def _apart(tried: FloatArray, medians_deg: FloatArray, film: FilmContext) -> FloatArray:
    """How far the three angles of each drawing lie from the medians, in per cent of their sum (as SMAPE counts)."""
    angles = aasce_angles_deg(tried, float(film.rows))
    total = (angles + medians_deg).sum(axis=1)
    return np.asarray(100.0 * np.abs(angles - medians_deg).sum(axis=1) / np.maximum(total, 1e-9))


def _moved(tried: FloatArray, landmarks: Landmarks) -> FloatArray:
    """Mean distance of each drawing's corners from the landmarks, in per cent of a vertebral width."""
    away = np.linalg.norm(tried - landmarks.corners_px, axis=-1).mean(axis=(1, 2))
    return np.asarray(100.0 * away / vertebral_width_px(landmarks))
