"""Level names that a person moved along the spine (the corners stay, each vertebra takes its neighbour's name), or
found right as they are."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from spondyl.anatomy import Landmarks, Level, LevelNames
from spondyl.anatomy.landmark_text import LandmarkTextError
from spondyl.anatomy.landmarks import FloatArray
from spondyl.assessment.assess import names_right_p
from spondyl.provenance import Confirmation, Provenance

BY_HAND = "levels renamed by hand in the clinic's viewer"
LEAST_P = 1e-6


def renamed(landmarks: Landmarks, by: int, *, named_right_p: float) -> Landmarks:
    """The landmarks with every name moved ``by`` levels: +1 makes L4 of what was called L3, -1 makes it L2.

    What would lie beyond C2 or S1 is left out; what becomes S1 keeps its superior endplate only, as the format has it.
    A person has said the names, so the doubt about them goes (:func:`placed_p`); ``corner_sd_px`` stays. Raises
    LandmarkTextError when no vertebra is left.
    """
    if by == 0:
        return landmarks
    corners_px = landmarks.corners_px.copy()
    for row, level in enumerate(landmarks.levels):
        if level.moved(by) is Level.S1:
            corners_px[row, 2:] = np.nan
    rows = [
        row
        for row, level in enumerate(landmarks.levels)
        if level.moved(by) and not np.isnan(corners_px[row]).all()
    ]
    if not rows:
        raise LandmarkTextError(
            where="the level names",
            what=f"no vertebra is left when all names move by {by}.",
            why="Levels are C2 to S1.",
            do="Move them back.",
        )
    sd_px = np.where(np.isnan(corners_px).any(axis=2), np.nan, landmarks.corner_sd_px)
    made = landmarks.provenance
    return replace(
        landmarks,
        levels=tuple(level for row in rows if (level := landmarks.levels[row].moved(by))),
        corners_px=corners_px[rows],
        confidence=placed_p(landmarks.confidence[rows], named_right_p=named_right_p),
        corner_sd_px=sd_px[rows],
        pedicles_px=landmarks.pedicles_px[rows],
        provenance=Provenance(
            method=f"{BY_HAND} ({words_of(landmarks.levels, by)}); before: {made.method}",
            inputs=made.inputs,
            version=made.version,
        ),
        names=LevelNames(right_p=1.0),
    )


def with_names_confirmed(landmarks: Landmarks, confirmed: Confirmation) -> Landmarks:
    """The landmarks whose names a person found right as they are: the doubt about them goes, as by a renaming."""
    return replace(
        landmarks,
        confidence=placed_p(landmarks.confidence, named_right_p=names_right_p(landmarks)),
        names=LevelNames(right_p=1.0, confirmed=confirmed),
    )


def placed_p(confidence: FloatArray, *, named_right_p: float) -> FloatArray:
    """Probability (n,) that each vertebra is found right, when its name is known to be right.

    Confidence (n,) asks for both, place and name, so the probability of the names is divided out; at most 1.
    """
    return np.minimum(1.0, confidence / max(named_right_p, LEAST_P))


def words_of(levels: Sequence[Level], by: int) -> str:
    """What a renaming by ``by`` levels does, by an example from these levels: ``L4 is L5``."""
    known = [one for one in (*_EXAMPLES, *levels) if one in levels and one.moved(by)]
    return next((f"{one.value} is {new.value}" for one in known if (new := one.moved(by))), f"by {by}")


_EXAMPLES = (Level.L4, Level.T6, Level.C4)
