"""Synthetic patients for the demo, the tutorial and the tests."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from spondyl.radiograph.phantom import random_pose
from spondyl.radiograph.phantom_dicom import PhantomPatient, write_phantom

AGES_YEARS = (14, 46, 72, 31, 58)


def write_patients(directory: Path, *, patients: int, seed: int) -> Iterator[Path]:
    """Write an AP and a lateral film for each patient, with landmark and truth files; yields each film's path.

    Patient k has the pose of seed ``seed + k`` and the k-th of a few ages.
    """
    for number in range(patients):
        patient_seed = seed + number
        pose = random_pose(np.random.default_rng(patient_seed))
        patient = PhantomPatient(age_years=AGES_YEARS[number % len(AGES_YEARS)], sex="FM"[number % 2])
        paths = write_phantom(directory, pose=pose, seed=patient_seed, patient=patient)
        yield from (path for path in paths if path.suffix == ".dcm")
