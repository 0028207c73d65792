"""Synthetic spine films of exactly known geometry: the public names (docs/explanation/phantom.md)."""

from spondyl.anatomy.spine_pose import Convexity, CurvePose, SpinePose
from spondyl.radiograph.phantom_dicom import PhantomPatient, write_phantom
from spondyl.radiograph.phantom_exposure import Appearance, random_appearance
from spondyl.radiograph.phantom_film import PhantomFilm, phantom_film
from spondyl.radiograph.phantom_random import random_phantom, random_pose
from spondyl.radiograph.phantom_setup import FilmSetup
from spondyl.radiograph.phantom_truth import PhantomTruth

__all__ = [
    "Appearance",
    "Convexity",
    "CurvePose",
    "FilmSetup",
    "PhantomFilm",
    "PhantomPatient",
    "PhantomTruth",
    "SpinePose",
    "phantom_film",
    "random_appearance",
    "random_phantom",
    "random_pose",
    "write_phantom",
]
