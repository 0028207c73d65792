"""Landmarks and truth of synthetic films: each is proved from the 3-D spine or from the other, never from itself.

Tolerances: 1e-6 degrees and mm where both are exact; 0.02 px against brute force; one pixel against rendered bone.
"""

from functools import cache
from itertools import product

import numpy as np
import pytest

from spondyl.anatomy import ImageSide, Landmarks, Level, View
from spondyl.anatomy.landmarks import FloatArray
from spondyl.anatomy.spine_shape import Endplate, build_spine
from spondyl.anatomy.vertebra_shape import endplate_solid, vertebra_solids
from spondyl.radiograph.phantom import (
    Appearance,
    Convexity,
    CurvePose,
    FilmSetup,
    PhantomFilm,
    SpinePose,
    phantom_film,
    random_phantom,
)
from spondyl.radiograph.phantom_setup import film_geometry
from spondyl.radiograph.projection import line_integrals

POSE = SpinePose(
    curves=(
        CurvePose(apex=Level.T8, cobb_deg=48.0, convex=Convexity.RIGHT),
        CurvePose(apex=Level.L2, cobb_deg=33.0, convex=Convexity.LEFT, reach=2),
    ),
    pelvic_incidence_deg=58.0,
    sacral_slope_deg=41.0,
    lumbar_lordosis_deg=60.0,
    thoracic_kyphosis_deg=33.0,
    cervical_lordosis_deg=9.0,
    trunk_shift_mm=-14.0,
)
SIDES = {
    View.AP: (ImageSide.PATIENT_RIGHT, ImageSide.PATIENT_LEFT),
    View.LATERAL: (ImageSide.ANTERIOR, ImageSide.POSTERIOR),
}
CASES = [
    (view, side, source)
    for view in (View.AP, View.LATERAL)
    for side, source in product(SIDES[view], (None, 1400.0))
]


@cache
def take(view: View, side: ImageSide, source: float | None) -> PhantomFilm:
    return phantom_film(
        POSE, view=view, setup=FilmSetup(image_left=side, source_detector_mm=source, pixel_mm=6.0)
    )


def by_hand_px(film: PhantomFilm, points_mm: FloatArray) -> FloatArray:
    """Intersect the line from the source through each point with the detector; or drop it there along the beam."""
    g = film.geometry
    if g.source_detector_mm is None or g.source_isocentre_mm is None:
        on_detector = points_mm
    else:
        source = g.isocentre_mm - g.source_isocentre_mm * g.beam
        way = points_mm - source
        on_detector = source + way * (g.source_detector_mm / (way @ g.beam))[:, None]
    offset = on_detector - g.isocentre_mm
    return np.stack([offset @ g.right, -offset[:, 2]], axis=1) / g.detector_pixel_mm + g.principal_px


def rim_in_mid_plane_mm(plate: Endplate, film: PhantomFilm) -> FloatArray:
    """The two of 20,000 points of the endplate's rim (0.01 mm apart) as deep as its centre, picture-left first."""
    angle = np.linspace(0, 2 * np.pi, 20_000, endpoint=False)
    rim = plate.centre_mm + (
        np.outer(plate.half_width_mm * np.cos(angle), plate.axes[:, 0])
        + np.outer(plate.half_depth_mm * np.sin(angle), plate.axes[:, 1])
    )
    deep, across = (rim - plate.centre_mm) @ film.geometry.beam, (rim - plate.centre_mm) @ film.geometry.right
    ends = [np.where(side, np.abs(deep), np.inf).argmin() for side in (across < 0, across > 0)]
    return rim[ends]


@pytest.mark.parametrize(("view", "side", "source"), CASES)
def test_corners_are_the_rim_of_the_endplate_in_the_mid_plane(
    view: View, side: ImageSide, source: float | None
) -> None:
    film, spine = take(view, side, source), build_spine(POSE)
    for level in (Level.C2, Level.T3, Level.T8, Level.L2, Level.L5):
        corners, vertebra = film.landmarks.corners_of(level), spine.of(level)
        plates = (vertebra.superior, vertebra.inferior)
        wanted = np.concatenate([by_hand_px(film, rim_in_mid_plane_mm(plate, film)) for plate in plates])
        np.testing.assert_allclose(corners, wanted, atol=0.02)
    sacrum = film.landmarks.corners_of(Level.S1)
    assert sacrum is not None
    np.testing.assert_allclose(
        sacrum[:2], by_hand_px(film, rim_in_mid_plane_mm(spine.sacrum, film)), atol=0.02
    )
    assert np.isnan(sacrum[2:]).all()


@pytest.mark.parametrize(("view", "side", "source"), CASES)
def test_heads_and_pedicles_are_projected_points(view: View, side: ImageSide, source: float | None) -> None:
    film, spine = take(view, side, source), build_spine(POSE)
    heads = by_hand_px(film, spine.femoral_heads_mm)
    np.testing.assert_allclose(
        film.landmarks.femoral_heads_px[:, :2], heads[np.argsort(heads[:, 0], kind="stable")]
    )
    if view is View.LATERAL:
        assert np.isnan(film.landmarks.pedicles_px).all()
        return
    both = by_hand_px(film, np.stack([spine.of(Level.T8).pedicle_centre_mm(s) for s in (-1, 1)]))
    np.testing.assert_allclose(
        film.landmarks.pedicles_px[Level.T8.index], both[np.argsort(both[:, 0])], atol=1e-9
    )


def tilt_deg(corners: FloatArray, landmarks: Landmarks, row: int) -> float:
    """Slope of an endplate in the picture; leaning to the patient's left or forwards is positive."""
    dx, dy = corners[2 * row + 1] - corners[2 * row]
    flip = -1 if landmarks.image_left in (ImageSide.PATIENT_LEFT, ImageSide.ANTERIOR) else 1
    return float(flip * np.degrees(np.arctan2(dy, dx)))


@pytest.mark.parametrize(("view", "side", "source"), CASES)
def test_every_endplate_shows_its_true_tilt_at_any_magnification(
    view: View, side: ImageSide, source: float | None
) -> None:
    film = take(view, side, source)
    for level, corners in zip(film.landmarks.levels, film.landmarks.corners_px, strict=True):
        for row in (0, 1) if level is not Level.S1 else (0,):
            assert tilt_deg(corners, film.landmarks, row) == pytest.approx(
                film.truth.tilts_deg[level.index, row], abs=1e-6
            )


def test_with_parallel_rays_the_truth_is_the_pose() -> None:
    angles = take(View.LATERAL, ImageSide.ANTERIOR, None).truth.angles_deg
    wanted = {
        "pelvic_incidence": 58.0,
        "sacral_slope": 41.0,
        "pelvic_tilt": 17.0,
        "lumbar_lordosis_l1_s1": 60.0,
        "thoracic_kyphosis_t4_t12": 33.0,
        "cervical_lordosis_c2_c7": 9.0,
    }
    assert {kind: angles[kind] for kind in wanted} == pytest.approx(wanted, abs=1e-6)
    front = take(View.AP, ImageSide.PATIENT_RIGHT, None).truth
    assert front.lengths_mm["coronal_balance"] == pytest.approx(-14.0, abs=1e-6)
    assert front.angles_deg["cobb_endplates_T5_T11"] == pytest.approx(48.0, abs=0.02)
    assert front.angles_deg["cobb_endplates_T12_L4"] == pytest.approx(33.0, abs=1e-6)


def plane_points(film: PhantomFilm) -> dict[str, FloatArray]:
    """Points (forwards, up) in mm from the landmarks alone."""
    flip = -1 if film.landmarks.image_left is ImageSide.ANTERIOR else 1
    scale = film.geometry.spacing_mm * np.array([flip, -1])
    sacrum = film.landmarks.corners_px[-1, :2]
    return {
        "c7": film.landmarks.corners_px[Level.C7.index].mean(0) * scale,
        "t1": film.landmarks.corners_px[Level.T1.index].mean(0) * scale,
        "s1": sacrum.mean(0) * scale,
        "s1_back": sacrum[np.argmin(sacrum[:, 0] * flip)] * scale,
        "hips": film.landmarks.femoral_heads_px[:, :2].mean(0) * scale,
    }


@pytest.mark.parametrize(("side", "source"), [(s, d) for v, s, d in CASES if v is View.LATERAL])
def test_sagittal_truth_agrees_with_its_landmarks(side: ImageSide, source: float | None) -> None:
    film = take(View.LATERAL, side, source)
    at, truth = plane_points(film), film.truth
    pelvis, trunk = at["s1"] - at["hips"], at["t1"] - at["hips"]
    tilt = np.degrees(np.arctan2(-pelvis[0], pelvis[1]))
    assert truth.angles_deg["pelvic_tilt"] == pytest.approx(tilt, abs=1e-6)
    assert truth.angles_deg["pelvic_incidence"] == pytest.approx(tilt + 41.0, abs=1e-6)
    cosine = pelvis @ trunk / np.linalg.norm(pelvis) / np.linalg.norm(trunk)
    assert truth.angles_deg["t1_pelvic_angle"] == pytest.approx(np.degrees(np.arccos(cosine)), abs=1e-5)
    assert truth.lengths_mm["sva"] == pytest.approx(float((at["c7"] - at["s1_back"])[0]), abs=1e-6)


@pytest.mark.parametrize(("side", "source"), [(s, d) for v, s, d in CASES if v is View.AP])
def test_coronal_truth_agrees_with_its_landmarks(side: ImageSide, source: float | None) -> None:
    film = take(View.AP, side, source)
    flip = 1 if side is ImageSide.PATIENT_RIGHT else -1
    x = film.landmarks.corners_px[:, :, 0] * film.geometry.spacing_mm * flip
    csvl = x[-1, :2].mean()
    lengths = film.truth.lengths_mm
    assert lengths["coronal_balance"] == pytest.approx(x[Level.C7.index].mean() - csvl, abs=1e-6)
    plumb = x[Level.C7.index].mean()
    assert lengths["apical_translation_T8"] == pytest.approx(x[Level.T8.index].mean() - plumb, abs=1e-6)
    assert lengths["apical_translation_T8"] < -10
    assert lengths["apical_translation_L2"] == pytest.approx(x[Level.L2.index].mean() - csvl, abs=1e-6)


def test_endplate_angles_add_up_along_the_spine() -> None:
    truth = take(View.AP, ImageSide.PATIENT_RIGHT, None).truth
    parts = truth.endplate_angle_deg(Level.T5, "superior", Level.T8, "inferior") + truth.endplate_angle_deg(
        Level.T8, "inferior", Level.T11, "inferior"
    )
    assert parts == pytest.approx(truth.endplate_angle_deg(Level.T5, "superior", Level.T11, "inferior"))
    assert parts == pytest.approx(truth.angles_deg["cobb_endplates_T5_T11"])
    with pytest.raises(ValueError, match="S1"):
        truth.endplate_angle_deg(Level.L1, "superior", Level.S1, "inferior")


@pytest.mark.parametrize("view", [View.AP, View.LATERAL])
def test_rendered_bone_ends_where_the_corners_are(view: View) -> None:
    """A straight spine: the silhouette of L3's body reaches its four corners within one pixel of 0.4 mm."""
    pose = SpinePose(lumbar_lordosis_deg=50)
    spine = build_spine(pose)
    film = film_geometry(spine, view=view, setup=FilmSetup(pixel_mm=0.4))
    corners = phantom_film(pose, view=view, setup=FilmSetup(pixel_mm=0.4 * 20)).landmarks.corners_of(Level.L3)
    assert corners is not None
    vertebra = spine.of(Level.L3)
    plates = [endplate_solid(vertebra.superior, inward=-1), endplate_solid(vertebra.inferior, inward=1)]
    for plate, row in zip(plates, (0, 1), strict=True):
        _, columns = np.nonzero(line_integrals([plate], film) > 1e-3)
        coarse = film_geometry(spine, view=view, setup=FilmSetup(pixel_mm=8.0))
        wanted = (corners[2 * row : 2 * row + 2, 0] - coarse.principal_px[0]) * 20 + film.principal_px[0]
        assert columns.min() == pytest.approx(wanted[0], abs=3.0 if view is View.LATERAL else 1.0)
        assert columns.max() == pytest.approx(wanted[1], abs=3.0 if view is View.LATERAL else 1.0)


def test_pedicles_are_drawn_at_their_landmarks() -> None:
    """The attenuation-weighted centre of a drawn pedicle lies within 1 mm of its landmark on an AP film."""
    spine = build_spine(SpinePose())
    film = film_geometry(spine, view=View.AP, setup=FilmSetup(pixel_mm=0.4))
    vertebra = spine.of(Level.L3)
    left_pedicle = vertebra_solids(vertebra)[-7:-5]
    picture = line_integrals(left_pedicle, film)
    y, x = np.indices(picture.shape)
    centre = np.array([(x * picture).sum(), (y * picture).sum()]) / picture.sum()
    assert np.linalg.norm(centre - film.project(vertebra.pedicle_centre_mm(1))) * 0.4 < 1.0


def test_the_same_seed_gives_the_same_film_and_another_seed_another_one() -> None:
    setup = FilmSetup(pixel_mm=4.0)
    first, again, other = (phantom_film(POSE, view=View.AP, seed=seed, setup=setup) for seed in (5, 5, 6))
    assert first.radiograph.sha256 == again.radiograph.sha256 != other.radiograph.sha256
    np.testing.assert_array_equal(first.landmarks.corners_px, other.landmarks.corners_px)


def test_appearance_changes_pixels_and_moves_nothing() -> None:
    plain = take(View.AP, ImageSide.PATIENT_RIGHT, None)
    setup = FilmSetup(image_left=ImageSide.PATIENT_RIGHT, pixel_mm=6.0)
    other = phantom_film(
        POSE, view=View.AP, setup=setup, appearance=Appearance(gamma=1.4, girth=1.2, photons=2000)
    )
    assert plain.radiograph.sha256 != other.radiograph.sha256
    np.testing.assert_array_equal(plain.landmarks.corners_px, other.landmarks.corners_px)


@pytest.mark.parametrize("view", [View.AP, View.LATERAL])
def test_bone_is_brighter_than_the_disc_below_and_air_is_black(view: View) -> None:
    film = phantom_film(SpinePose(), view=view, setup=FilmSetup(pixel_mm=1.0))
    pixels, corners = film.radiograph.pixels.astype(float), film.landmarks.corners_px
    for level in (Level.L3, Level.L4):
        (x, y), above, below = (
            corners[level.index].mean(0),
            corners[level.index, 2:],
            corners[level.index + 1, :2],
        )
        gap_x, gap_y = np.concatenate([above, below]).mean(0)
        aside = 0.2 * np.ptp(above[:, 0])  # beside the spinous process
        body = pixels[round(y) - 3 : round(y) + 4, round(x - aside) - 2 : round(x - aside) + 3].mean()
        disc = pixels[round(gap_y), round(gap_x - aside) - 2 : round(gap_x - aside) + 3].mean()
        assert body > disc + 0.02 * 65535
    assert pixels[:, -3:][: len(pixels) // 8].max() < 0.1 * 65535
    assert pixels.max() > 0.8 * 65535


@pytest.mark.parametrize(
    ("seed", "view"),
    [
        (0, View.AP),
        (1, View.LATERAL),
        pytest.param(0, View.LATERAL, marks=pytest.mark.nightly),
        pytest.param(1, View.AP, marks=pytest.mark.nightly),
    ],
)
def test_random_films_are_valid_and_their_own_truth_holds(seed: int, view: View) -> None:
    film = random_phantom(seed, view=view, pixel_mm=4.0)
    assert film.radiograph.view is film.landmarks.view is view
    row = Level.L2.index
    assert tilt_deg(film.landmarks.corners_px[row], film.landmarks, 1) == pytest.approx(
        film.truth.tilts_deg[row, 1], abs=1e-6
    )


def test_a_film_that_cannot_be_taken_is_refused() -> None:
    with pytest.raises(ValueError, match="left edge"):
        phantom_film(POSE, view=View.AP, setup=FilmSetup(image_left=ImageSide.ANTERIOR))
    with pytest.raises(ValueError, match="AP, PA or LATERAL"):
        phantom_film(POSE, view=View.UNKNOWN)
    with pytest.raises(ValueError, match="source"):
        FilmSetup(source_detector_mm=400.0)
    with pytest.raises(ValueError, match="pixel"):
        FilmSetup(pixel_mm=0.0)
