"""Synthetic spine films of exactly known geometry: pose in, film, landmarks and true angles out."""

import hashlib
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from spondyl.anatomy.landmarks import FloatArray, ImageSide, Landmarks, View
from spondyl.anatomy.pelvis_shape import pelvis_solids
from spondyl.anatomy.skull_shape import skull_solids
from spondyl.anatomy.solid import Solid
from spondyl.anatomy.spine_pose import SpinePose
from spondyl.anatomy.spine_shape import SpineShape, build_spine
from spondyl.anatomy.thorax_shape import thorax_solids
from spondyl.anatomy.trunk_shape import Trunk, trunk_solids
from spondyl.anatomy.vertebra_shape import vertebra_solids
from spondyl.provenance import Provenance
from spondyl.radiograph.digest import pixel_digest
from spondyl.radiograph.film import FilmHeader, Radiograph, SpacingSource
from spondyl.radiograph.phantom_exposure import Appearance, expose
from spondyl.radiograph.phantom_landmarks import project_landmarks
from spondyl.radiograph.phantom_setup import FilmSetup, film_geometry, image_left_of
from spondyl.radiograph.phantom_truth import PhantomTruth, phantom_truth
from spondyl.radiograph.projection import FilmGeometry, line_integrals

_SOFT_STEP_PX = 4
_ORGAN_STEP_PX = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class PhantomFilm:
    """A synthetic film with its exact landmarks, its truth and the geometry that made it."""

    radiograph: Radiograph
    landmarks: Landmarks
    truth: PhantomTruth
    geometry: FilmGeometry


def phantom_film(
    pose: SpinePose,
    *,
    view: View,
    seed: int = 0,
    setup: FilmSetup | None = None,
    appearance: Appearance | None = None,
) -> PhantomFilm:
    """Take one film of a posed synthetic spine; the same arguments give the same pixels.

    >>> film = phantom_film(SpinePose(), view=View.LATERAL, setup=FilmSetup(pixel_mm=4.0))
    >>> round(film.truth.angles_deg["lumbar_lordosis_l1_s1"], 6)
    57.4
    """
    spine, look = build_spine(pose), appearance or Appearance()
    geometry = film_geometry(spine, view=view, setup=setup or FilmSetup())
    side = image_left_of(geometry)
    rng = np.random.default_rng(seed)
    trunk = trunk_solids(spine, girth=look.girth, rng=rng)
    integrals = _soft(trunk, geometry) + look.bone * _bone(spine, geometry, rng)
    pixels = expose(integrals, spacing_mm=geometry.spacing_mm, appearance=look, rng=rng)
    made = Provenance(method="spondyl.radiograph.phantom_film", inputs=(f"seed:{seed}", _digest(pose)))
    return PhantomFilm(
        radiograph=_radiograph(pixels, view=view, side=side, spacing_mm=geometry.spacing_mm, made=made),
        landmarks=project_landmarks(spine, geometry, view=view, image_left=side, provenance=made),
        truth=phantom_truth(spine, geometry, view=view),
        geometry=geometry,
    )


def _bone(spine: SpineShape, geometry: FilmGeometry, rng: np.random.Generator) -> FloatArray:
    """Line integrals of all bones, with a faint grain."""
    solids: list[Solid] = [solid for vertebra in spine.vertebrae for solid in vertebra_solids(vertebra)]
    film = line_integrals(
        (*solids, *pelvis_solids(spine), *thorax_solids(spine), *skull_solids(spine)), geometry
    )
    grain = ndimage.gaussian_filter(rng.standard_normal(film.shape), 0.7 / geometry.spacing_mm)
    return film * (1 + 0.05 * grain / max(float(grain.std()), 1e-9))


def _soft(trunk: Trunk, geometry: FilmGeometry) -> FloatArray:
    """Line integrals of soft tissue and air, rendered coarsely and blurred."""
    hull = line_integrals(trunk.hull, geometry, step_px=_SOFT_STEP_PX)
    hull = ndimage.gaussian_filter(hull, 5.0 / (geometry.spacing_mm * _SOFT_STEP_PX), mode="nearest")
    organs = line_integrals(trunk.organs, geometry, step_px=_ORGAN_STEP_PX)
    organs = ndimage.gaussian_filter(organs, 1.6 / (geometry.spacing_mm * _ORGAN_STEP_PX))
    both = _enlarge(hull, geometry, _SOFT_STEP_PX) + _enlarge(organs, geometry, _ORGAN_STEP_PX)
    return np.maximum(both, 0.02)


def _enlarge(film: FloatArray, geometry: FilmGeometry, step: int) -> FloatArray:
    """Linear interpolation of a film that holds every ``step``-th pixel centre."""
    y, x = np.arange(geometry.rows) / step, np.arange(geometry.columns) / step
    for _ in range(2):
        low = np.minimum(y.astype(int), len(film) - 1)
        high, part = np.minimum(low + 1, len(film) - 1), (y - low)[:, None]
        film = (film[low] * (1 - part) + film[high] * part).T
        y, x = x, y
    return film


def _radiograph(
    pixels: NDArray[np.uint16],
    *,
    view: View,
    side: ImageSide,
    spacing_mm: float,
    made: Provenance,
) -> Radiograph:
    return Radiograph(
        pixels=pixels,
        spacing_mm=(spacing_mm, spacing_mm),
        spacing_source=SpacingSource.PIXEL_SPACING_CALIBRATED,
        view=view,
        image_left=side,
        sop_uid=None,
        sha256=pixel_digest(pixels),
        header=FilmHeader(patient_name="PHANTOM^SPINE"),
        provenance=made,
        notes=("Synthetic film of a parametric spine; no patient.",),
    )


def _digest(pose: SpinePose) -> str:
    return hashlib.sha256(repr(pose).encode()).hexdigest()
