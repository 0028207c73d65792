"""Line integrals against closed forms (1e-9 mm) and against brute force; projection against the pinhole itself."""

import numpy as np
import pytest

from spondyl.anatomy.landmarks import FloatArray
from spondyl.anatomy.solid import Solid, ellipsoid, hollow, pipe, plane, waisted_cylinder
from spondyl.anatomy.spine_shape import axes_about
from spondyl.radiograph.projection import FilmGeometry, chord_mm, line_integrals

TILTED = axes_about(np.array([0.3, -0.2, 0.93]) / np.linalg.norm([0.3, -0.2, 0.93]), turn_deg=25)


def geometry(*, source_detector_mm: float | None = None, pixel_mm: float = 1.0) -> FilmGeometry:
    return FilmGeometry(
        rows=150,
        columns=130,
        detector_pixel_mm=pixel_mm,
        right=np.array([1.0, 0.0, 0.0]),
        beam=np.array([0.0, 1.0, 0.0]),
        isocentre_mm=np.array([3.0, -2.0, 5.0]),
        principal_px=(61.3, 70.1),
        source_isocentre_mm=None if source_detector_mm is None else source_detector_mm - 200,
        source_detector_mm=source_detector_mm,
    )


def box(half: tuple[float, float, float]) -> Solid:
    corners = np.array([[x, y, z] for x in (-1, 1) for y in (-1, 1) for z in (-1, 1)]) * half
    planes = np.array(
        [plane(s * half[i] * np.eye(3)[i], s * np.eye(3)[i]) for i in range(3) for s in (-1, 1)]
    )
    return Solid(quadrics=np.empty((0, 4, 4)), planes=planes, box_mm=corners, attenuation_per_mm=1.0)


def ray(origin: FloatArray, direction: FloatArray) -> tuple[FloatArray, FloatArray]:
    return np.append(origin, 1.0)[:, None], np.append(direction / np.linalg.norm(direction), 0.0)[:, None]


def test_chord_of_a_sphere_is_that_of_pythagoras() -> None:
    ball = ellipsoid(np.array([4.0, 1.0, -2.0]), np.eye(3), radii_mm=(10, 10, 10), attenuation_per_mm=1.0)
    way = np.array([1.0, 2.0, -0.5])
    aside = np.cross(way, [0.0, 0.0, 1.0])
    aside *= 6.0 / np.linalg.norm(aside)
    assert chord_mm(ball, *ray(np.array([4.0, 1.0, -2.0]) + aside - 300 * way, way)) == pytest.approx(
        16.0, abs=1e-9
    )
    assert chord_mm(ball, *ray(np.array([4.0, 1.0, -2.0]) + 2 * aside, way)) == 0.0


def test_chord_of_a_box_along_its_space_diagonal() -> None:
    half = (3.0, 4.0, 12.0)
    chord = chord_mm(box(half), *ray(-50 * np.array(half), np.array(half)))
    assert chord == pytest.approx(2 * 13.0, abs=1e-9)
    assert chord_mm(box(half), *ray(np.array([2.0, -90.0, 1.0]), np.array([0.0, 1.0, 0.0]))) == pytest.approx(
        8.0
    )


def by_sampling(solid: Solid, origin: FloatArray, direction: FloatArray) -> float:
    """Length inside by testing 200,001 points on 200 mm of the ray: good to 0.002 mm."""
    t = np.linspace(-100, 100, 200_001)
    points = (
        np.append(origin, 1.0)[:, None] + np.append(direction / np.linalg.norm(direction), 0.0)[:, None] * t
    )
    inside = np.ones(len(t), dtype=bool)
    for quadric in solid.quadrics:
        inside &= np.einsum("in,ij,jn->n", points, quadric, points) <= 0
    for normal in solid.planes:
        inside &= normal @ points <= 0
    return float(inside.sum() * (t[1] - t[0]))


@pytest.mark.parametrize(
    "solid",
    [
        ellipsoid(np.array([1.0, 2.0, 3.0]), TILTED, radii_mm=(21, 9, 14), attenuation_per_mm=1.0),
        waisted_cylinder(
            np.zeros(3), TILTED, half_mm=(22, 16, 14), ends=(0.95, 1.06), waist=0.12, attenuation_per_mm=1.0
        ),
        ellipsoid(np.zeros(3), TILTED, radii_mm=(20, 20, 9), attenuation_per_mm=1.0).within(
            ellipsoid(np.array([9.0, 3.0, 0.0]), np.eye(3), radii_mm=(12, 16, 20), attenuation_per_mm=0.0),
            attenuation_per_mm=1.0,
        ),
    ],
)
def test_chords_match_points_counted_along_the_ray(solid: Solid) -> None:
    rng = np.random.default_rng(4)
    hits = 0
    for _ in range(12):
        origin, direction = rng.uniform(-9, 9, 3), rng.normal(size=3) * [1, 1, 0.35]
        chord = float(chord_mm(solid, *ray(origin, direction))[0])
        hits += chord > 0
        assert chord == pytest.approx(by_sampling(solid, origin, direction), abs=0.004)
    assert hits >= 8


def test_the_waisted_cylinder_has_the_radii_it_was_given() -> None:
    body = waisted_cylinder(
        np.zeros(3), np.eye(3), half_mm=(20, 10, 15), ends=(1.1, 0.9), waist=0.2, attenuation_per_mm=1.0
    )
    across = np.array([1.0, 0.0, 0.0])
    for height, radius in ((14.999999, 22.0), (-14.999999, 18.0), (0.0, 16.0)):
        assert chord_mm(body, *ray(np.array([0.0, 0.0, height]), across)) == pytest.approx(
            2 * radius, abs=1e-4
        )


@pytest.mark.parametrize("source", [None, 1500.0])
def test_the_ray_of_an_image_point_meets_the_point_it_shows(source: float | None) -> None:
    film = geometry(source_detector_mm=source)
    points = np.random.default_rng(1).uniform(-60, 60, (50, 3))
    seen = film.project(points)
    origins, directions = film.rays(seen[:, 0], seen[:, 1])
    way = points.T - origins[:3]
    away = way - directions[:3] * (way * directions[:3]).sum(0)
    assert np.abs(away).max() < 1e-9


def test_magnification_follows_similar_triangles() -> None:
    """Source 1300 mm before the reference plane, 1500 mm before the detector; a rod 100 mm nearer to the detector."""
    film = geometry(source_detector_mm=1500.0, pixel_mm=0.5)
    rod = film.isocentre_mm + np.array([[-10.0, 100.0, 0.0], [10.0, 100.0, 0.0]])
    length_px = np.ptp(film.project(rod)[:, 0])
    assert length_px * 0.5 == pytest.approx(20 * 1500 / 1400, abs=1e-9)
    assert film.spacing_mm == pytest.approx(0.5 * 1300 / 1500)
    assert film.project(film.isocentre_mm) == pytest.approx(film.principal_px)


def test_a_parallel_film_holds_the_volume() -> None:
    """The integral of all chords is the volume, 4/3 π a b c; the pixel sum reaches it within 0.2 %."""
    solid = ellipsoid(np.zeros(3), TILTED, radii_mm=(31, 17, 23), attenuation_per_mm=0.02)
    total = line_integrals([solid], geometry()).sum()
    assert total == pytest.approx(0.02 * 4 / 3 * np.pi * 31 * 17 * 23, rel=0.002)


def test_a_bent_tube_neither_overlaps_nor_gapes() -> None:
    """Pappus: a tube of cross-section π a b along a quarter circle of 40 mm holds that times π/2 · 40, within 1 %."""
    angle = np.linspace(0, np.pi / 2, 25)
    line = 40 * np.stack([np.cos(angle), np.zeros(25), np.sin(angle)], axis=1)
    film = line_integrals(
        pipe(line, radii_mm=(5.0, 3.0), side=np.array([0.0, 1.0, 0.0]), attenuation_per_mm=1.0),
        geometry(),
    )
    assert film.sum() == pytest.approx(np.pi * 15 * np.pi / 2 * 40, rel=0.01)


def test_hollow_solids_have_wall_and_filling() -> None:
    shell = hollow(
        (
            ellipsoid(np.array([3.0, -2.0, 5.0]), np.eye(3), radii_mm=(20, 20, 20), attenuation_per_mm=0.5),
            ellipsoid(np.array([3.0, -2.0, 5.0]), np.eye(3), radii_mm=(18, 18, 18), attenuation_per_mm=9.0),
        ),
        inner_per_mm=0.1,
    )
    origins, directions = geometry().rays(np.array([61.3]), np.array([70.1]))
    through = sum(part.attenuation_per_mm * chord_mm(part, origins, directions) for part in shell)
    assert through == pytest.approx(0.5 * 4 + 0.1 * 36, abs=1e-9)


def test_a_coarse_film_is_the_fine_one_at_every_third_pixel() -> None:
    solid = ellipsoid(np.zeros(3), TILTED, radii_mm=(31, 17, 23), attenuation_per_mm=0.02)
    film = geometry(source_detector_mm=1500.0)
    np.testing.assert_allclose(
        line_integrals([solid], film, step_px=3), line_integrals([solid], film)[::3, ::3]
    )
