"""Synthetic spine films of exactly known geometry: pose in, film, landmarks and true angles out."""

import hashlib
from dataclasses import dataclass

import numpy as np
from scipy import ndimage

from spondyl.anatomy.landmarks import FloatArray, ImageSide, Landmarks, View
from spondyl.anatomy.levels import Level
from spondyl.anatomy.pelvis_shape import pelvis_solids
from spondyl.anatomy.skull_shape import skull_solids
from spondyl.anatomy.solid import Solid
from spondyl.anatomy.spine_pose import Convexity, CurvePose, SpinePose
from spondyl.anatomy.spine_shape import SpineShape, build_spine
from spondyl.anatomy.thorax_shape import thorax_solids
from spondyl.anatomy.trunk_shape import Trunk, trunk_solids
from spondyl.anatomy.vertebra_shape import vertebra_solids
from spondyl.provenance import Provenance
from spondyl.radiograph.film import FilmHeader, Radiograph, SpacingSource
from spondyl.radiograph.phantom_exposure import Appearance, expose, random_appearance
from spondyl.radiograph.phantom_landmarks import project_landmarks
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


@dataclass(frozen=True, slots=True, kw_only=True)
class FilmSetup:
    """How the film is taken.

    * ``image_left``: what lies on the left edge (patient's right on an AP film, the front on a lateral one, if None).
    * ``pixel_mm``: pixel size at the detector.
    * ``source_detector_mm``: None for parallel rays; with a number the source stands that far from the detector and the
      spine ``patient_detector_mm`` before it.
    * ``field_mm``: (height, width) in the plane of the spine; fitted to the spine when None.
    """

    image_left: ImageSide | None = None
    pixel_mm: float = 0.5
    source_detector_mm: float | None = None
    patient_detector_mm: float = 250.0
    field_mm: tuple[float, float] | None = None

    def __post_init__(self) -> None:
        if not 0.05 <= self.pixel_mm <= 10:
            raise ValueError(f"A pixel of {self.pixel_mm} mm makes no film; give 0.05 to 10 mm.")
        if self.source_detector_mm is not None and self.source_detector_mm < self.patient_detector_mm + 500:
            raise ValueError(
                "The source stands inside the patient; give source_detector_mm of 1000 mm or more."
            )


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
    pixels = expose(integrals, appearance=look, rng=rng)
    made = Provenance(
        method="spondyl.radiograph.phantom.phantom_film", inputs=(f"seed:{seed}", _digest(pose))
    )
    return PhantomFilm(
        radiograph=_radiograph(pixels, view=view, side=side, spacing_mm=geometry.spacing_mm, made=made),
        landmarks=project_landmarks(spine, geometry, view=view, image_left=side, provenance=made),
        truth=phantom_truth(spine, geometry, view=view),
        geometry=geometry,
    )


def random_phantom(seed: int, *, view: View, pixel_mm: float = 0.5) -> PhantomFilm:
    """A film with random pose, size, machine and appearance; for training and for tests of what a program refuses."""
    rng = np.random.default_rng(seed)
    setup = FilmSetup(
        pixel_mm=pixel_mm,
        source_detector_mm=None if rng.uniform() < 0.5 else float(rng.uniform(1500, 2500)),
        image_left=_random_side(view, rng),
    )
    return phantom_film(
        random_pose(rng), view=view, seed=seed, setup=setup, appearance=random_appearance(rng)
    )


def random_pose(rng: np.random.Generator) -> SpinePose:
    """A plausible adult: normal-population sagittal means and spreads (alignment reference, section 2), any scoliosis."""
    incidence = float(np.clip(rng.normal(52.0, 10.7), 30, 80))
    kyphosis = float(np.clip(rng.normal(37.4, 10.9), 5, 70))
    lordosis = float(np.clip(8.0 + 0.56 * incidence + 0.55 * kyphosis + rng.normal(0, 6), 15, 85))
    tilt = float(np.clip(rng.normal(12.5, 7.3), -5, 35))
    return SpinePose(
        curves=_random_curves(rng),
        pelvic_incidence_deg=incidence,
        sacral_slope_deg=incidence - tilt,
        lumbar_lordosis_deg=lordosis,
        thoracic_kyphosis_deg=kyphosis,
        cervical_lordosis_deg=float(np.clip(rng.normal(-0.4, 12.7), -25, 25)),
        trunk_shift_mm=float(np.clip(rng.normal(0, 12), -40, 40)),
        scale=float(rng.uniform(0.8, 1.1)),
    )


def _random_curves(rng: np.random.Generator) -> tuple[CurvePose, ...]:
    """Up to three alternating curves, head to foot: proximal thoracic, main thoracic, lumbar."""
    main = float(np.clip(rng.gamma(2.0, 14.0), 0, 90))
    side = Convexity.RIGHT if rng.uniform() < 0.75 else Convexity.LEFT
    other = Convexity.LEFT if side is Convexity.RIGHT else Convexity.RIGHT
    apex = int(rng.integers(Level.T7.index, Level.T10.index + 1))
    levels = list(Level)
    return (
        CurvePose(apex=Level.T3, cobb_deg=main * float(rng.uniform(0.2, 0.6)), convex=other, reach=2),
        CurvePose(apex=levels[apex], cobb_deg=main, convex=side, reach=3),
        CurvePose(
            apex=levels[min(apex + 6, Level.L4.index)],
            cobb_deg=main * float(rng.uniform(0.3, 1.0)),
            convex=other,
        ),
    )


def _random_side(view: View, rng: np.random.Generator) -> ImageSide:
    usual = rng.uniform() < 0.5
    if view is View.LATERAL:
        return ImageSide.ANTERIOR if usual else ImageSide.POSTERIOR
    return ImageSide.PATIENT_RIGHT if usual else ImageSide.PATIENT_LEFT


_RIGHTWARD: dict[ImageSide, FloatArray] = {
    ImageSide.PATIENT_RIGHT: np.array([1.0, 0.0, 0.0]),
    ImageSide.PATIENT_LEFT: np.array([-1.0, 0.0, 0.0]),
    ImageSide.ANTERIOR: np.array([0.0, 1.0, 0.0]),
    ImageSide.POSTERIOR: np.array([0.0, -1.0, 0.0]),
}
_BEAM: dict[View, FloatArray] = {
    View.AP: np.array([0.0, 1.0, 0.0]),
    View.PA: np.array([0.0, -1.0, 0.0]),
    View.LATERAL: np.array([1.0, 0.0, 0.0]),
}


def film_geometry(spine: SpineShape, *, view: View, setup: FilmSetup) -> FilmGeometry:
    """Where source and detector stand for a view; the reference plane passes through the middle of the spine."""
    if view not in _BEAM:
        raise ValueError("A synthetic film is AP, PA or LATERAL; choose one of them.")
    side = setup.image_left or (ImageSide.ANTERIOR if view is View.LATERAL else ImageSide.PATIENT_RIGHT)
    right, beam = _RIGHTWARD[side], _BEAM[view]
    if abs(right @ beam) > 0.5:
        raise ValueError(
            f"A {view.value} film cannot have {side.value} on its left edge; choose the other pair."
        )
    top, bottom = _extent(spine)
    height, width = setup.field_mm or (top - bottom, 400.0 * spine.pose.scale)
    middle = np.array([0.0, spine.of(Level.T12).centre_mm[1], (top + bottom) / 2])
    source = None
    if setup.source_detector_mm is not None:
        source = setup.source_detector_mm - setup.patient_detector_mm
    spacing = setup.pixel_mm * (
        1.0 if source is None or setup.source_detector_mm is None else source / setup.source_detector_mm
    )
    rows, columns = max(16, round(height / spacing)), max(16, round(width / spacing))
    return FilmGeometry(
        rows=rows,
        columns=columns,
        detector_pixel_mm=setup.pixel_mm,
        right=right,
        beam=beam,
        isocentre_mm=middle,
        principal_px=((columns - 1) / 2, (rows - 1) / 2),
        source_isocentre_mm=source,
        source_detector_mm=setup.source_detector_mm,
    )


def image_left_of(geometry: FilmGeometry) -> ImageSide:
    """What lies on the left edge of a film with this geometry."""
    return next(side for side, right in _RIGHTWARD.items() if right @ geometry.right > 0.5)


def _extent(spine: SpineShape) -> tuple[float, float]:
    """Upper and lower edge of a full-spine film: from above C2 to below the hips."""
    k = spine.pose.scale
    return float(spine.of(Level.C2).centre_mm[2]) + 45 * k, float(spine.femoral_heads_mm[:, 2].min()) - 75 * k


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
    pixels: "np.ndarray[tuple[int, int], np.dtype[np.uint16]]",
    *,
    view: View,
    side: ImageSide,
    spacing_mm: float,
    made: Provenance,
) -> Radiograph:
    head = f"{pixels.dtype.str}{pixels.shape}".encode()
    return Radiograph(
        pixels=pixels,
        spacing_mm=(spacing_mm, spacing_mm),
        spacing_source=SpacingSource.PIXEL_SPACING_CALIBRATED,
        view=view,
        image_left=side,
        sop_uid=None,
        sha256=hashlib.sha256(head + np.ascontiguousarray(pixels).tobytes()).hexdigest(),
        header=FilmHeader(patient_name="PHANTOM^SPINE"),
        provenance=made,
        notes=("Synthetic film of a parametric spine; no patient.",),
    )


def _digest(pose: SpinePose) -> str:
    return hashlib.sha256(repr(pose).encode()).hexdigest()
