"""Claim: the evaluator reproduces the challenge's own angles to 0.1° on each of the 462 supplied real films.

Source: angles.csv, computed by the challenge's organisers. Limit: the films lie beside the checkout; without
them the test says "not run: no films".
"""

import numpy as np
import pytest

from films import LabelledFilms
from spondyl.assessment.aasce import aasce_angles_deg

pytestmark = pytest.mark.films


def test_reproduces_the_official_angles_of_all_films(labels: LabelledFilms) -> None:
    found_deg = aasce_angles_deg(labels.corners_px, labels.size_px[:, 1])
    assert found_deg.shape == (462, 3)
    apart_deg = np.abs(found_deg - labels.angles_deg)
    assert apart_deg.max() < 0.1, labels.names[int(apart_deg.max(axis=1).argmax())]
