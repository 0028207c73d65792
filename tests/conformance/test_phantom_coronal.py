"""Coronal values measured on synthetic AP films equal the spine's own geometry.

Tolerance 0.1 deg and 0.1 mm (issue 2). Independent source: tilts of the endplate normals and projected endplate centres
of the phantom's truth, never its corners. Limit: exact landmarks; blur and detection error are not included.
"""

import numpy as np
import pytest

from spondyl.anatomy import AP_LEVELS, ImageSide, View
from spondyl.anatomy.spine_shape import build_spine
from spondyl.assessment import FilmContext, assess
from spondyl.provenance import Provenance
from spondyl.radiograph.phantom import FilmSetup, random_pose
from spondyl.radiograph.phantom_landmarks import project_landmarks
from spondyl.radiograph.phantom_setup import film_geometry
from spondyl.radiograph.phantom_truth import PhantomTruth, phantom_truth

RIGHT_ON_LEFT = ImageSide.PATIENT_RIGHT


def measured_and_true(
    seed: int, side: ImageSide, source_mm: float | None
) -> tuple[dict[str, float], PhantomTruth]:
    spine = build_spine(random_pose(np.random.default_rng(seed)))
    setup = FilmSetup(image_left=side, source_detector_mm=source_mm)
    geometry = film_geometry(spine, view=View.AP, setup=setup)
    marked = project_landmarks(
        spine, geometry, view=View.AP, image_left=side, provenance=Provenance(method="phantom")
    )
    context = FilmContext(rows=geometry.rows, columns=geometry.columns, spacing_mm=(geometry.spacing_mm,) * 2)
    measured = {found.kind: found.value for found in assess(marked, context).measurements}
    return measured, phantom_truth(spine, geometry, view=View.AP)


def largest_cobb_deg(truth: PhantomTruth) -> float:
    """Largest angle between a superior endplate and an inferior one of a lower vertebra, by trying all."""
    return max(
        abs(truth.endplate_angle_deg(upper, "superior", lower, "inferior"))
        for i, upper in enumerate(AP_LEVELS)
        for lower in AP_LEVELS[i + 1 :]
    )


@pytest.mark.parametrize("side", [ImageSide.PATIENT_RIGHT, ImageSide.PATIENT_LEFT])
@pytest.mark.parametrize("source_mm", [None, 1500.0])
@pytest.mark.parametrize("seed", range(6))
def test_largest_cobb_angle_and_balance(seed: int, side: ImageSide, source_mm: float | None) -> None:
    measured, truth = measured_and_true(seed, side, source_mm)
    assert measured["cobb_major"] == pytest.approx(largest_cobb_deg(truth), abs=0.1)
    rightward = 1 if side is RIGHT_ON_LEFT else -1  # the truth is signed to the patient's left
    balance_mm = rightward * truth.lengths_mm["coronal_balance"]
    assert measured["coronal_balance"] == pytest.approx(balance_mm, abs=0.1)
