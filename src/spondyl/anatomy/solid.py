"""Convex solids whose line integrals are known in closed form: quadrics cut by planes.

A solid is the set of points p (homogeneous, millimetres) with pᵀQp ≤ 0 for each of its quadrics and n·p + d ≤ 0 for
each of its planes. A ray meets such a set in one interval (for the waisted cylinder as long as the ray is not steep,
which holds for every endplate tilt that can be posed), so its chord is the overlap of a few intervals.
"""

from dataclasses import dataclass, replace

import numpy as np

from spondyl.anatomy.landmarks import FloatArray


@dataclass(frozen=True, slots=True, kw_only=True)
class Solid:
    """A convex piece of tissue.

    * ``quadrics``: (m, 4, 4) symmetric; ``planes``: (k, 4), outward normal and offset.
    * ``box_mm``: (n, 3), points whose hull encloses the solid.
    * ``attenuation_per_mm``: added to what is already there, so a negative number hollows out or marks air.
    """

    quadrics: FloatArray
    planes: FloatArray
    box_mm: FloatArray
    attenuation_per_mm: float

    def cut(self, *planes: FloatArray) -> "Solid":
        """The part on the inner side of further planes."""
        return replace(self, planes=np.concatenate([self.planes, np.array(planes).reshape(-1, 4)]))

    def within(self, other: "Solid", *, attenuation_per_mm: float) -> "Solid":
        """The part that lies in both solids."""
        return Solid(
            quadrics=np.concatenate([self.quadrics, other.quadrics]),
            planes=np.concatenate([self.planes, other.planes]),
            box_mm=self.box_mm,
            attenuation_per_mm=attenuation_per_mm,
        )


def plane(point: FloatArray, outward: FloatArray) -> FloatArray:
    """The plane (4,) through a point; what lies on the side of ``outward`` is cut away."""
    unit = outward / np.linalg.norm(outward)
    return np.append(unit, -unit @ point)


def ellipsoid(
    centre: FloatArray, axes: FloatArray, *, radii_mm: tuple[float, float, float], attenuation_per_mm: float
) -> Solid:
    """An ellipsoid with its radii along the columns of ``axes``."""
    local = np.diag([*(1 / np.square(radii_mm)), -1.0])
    return _solid(centre, axes, local, radii_mm, attenuation_per_mm)


def waisted_cylinder(
    centre: FloatArray,
    axes: FloatArray,
    *,
    half_mm: tuple[float, float, float],
    ends: tuple[float, float] = (1.0, 1.0),
    waist: float = 0.0,
    attenuation_per_mm: float,
) -> Solid:
    """An elliptical cylinder along the third axis, flat at ± its half height.

    ``ends`` are the relative radii at the top and the bottom, ``waist`` the part of the mean radius missing between.
    """
    a, b, h = half_mm
    top, bottom = ends[0] ** 2, ends[1] ** 2
    middle = ((ends[0] + ends[1]) / 2 * (1 - waist)) ** 2
    slope, curve = (top - bottom) / (2 * h), ((top + bottom) / 2 - middle) / h**2
    local = np.diag([1 / a**2, 1 / b**2, -curve, -middle])
    local[2, 3] = local[3, 2] = -slope / 2
    widest = max(*ends, 1.0)
    solid = _solid(centre, axes, local, (a * widest, b * widest, h), attenuation_per_mm)
    up = axes[:, 2]
    return solid.cut(plane(centre + h * up, up), plane(centre - h * up, -up))


def tube(
    start: FloatArray,
    end: FloatArray,
    *,
    radii_mm: tuple[float, float],
    side: FloatArray,
    attenuation_per_mm: float,
) -> Solid:
    """A straight elliptical tube; the first radius lies along ``side`` (made square to the tube)."""
    along = end - start
    length = float(np.linalg.norm(along))
    along = along / length
    across = side - (side @ along) * along
    if np.linalg.norm(across) < 1e-6:
        raise ValueError("A tube cannot have its side along its own length; give another side direction.")
    across = across / np.linalg.norm(across)
    axes = np.stack([across, np.cross(along, across), along], axis=1)
    half = (*radii_mm, length / 2)
    return waisted_cylinder((start + end) / 2, axes, half_mm=half, attenuation_per_mm=attenuation_per_mm)


def pipe(
    line: FloatArray, *, radii_mm: tuple[float, float], side: FloatArray, attenuation_per_mm: float
) -> tuple[Solid, ...]:
    """A bent tube along the points (n, 3) of a line, its straight pieces mitred so that they meet without overlap."""
    along = np.diff(line, axis=0)
    along /= np.linalg.norm(along, axis=1, keepdims=True)
    inner = along[:-1] + along[1:]
    joints = np.concatenate([along[:1], inner, along[-1:]])
    reach = 1.2 * max(radii_mm)
    pieces = (
        tube(
            line[i] - reach * along[i],
            line[i + 1] + reach * along[i],
            radii_mm=radii_mm,
            side=side,
            attenuation_per_mm=attenuation_per_mm,
        ).cut(plane(line[i], -joints[i]), plane(line[i + 1], joints[i + 1]))
        for i in range(len(along))
    )
    return tuple(pieces)


def hollow_pipe(
    line: FloatArray,
    *,
    radii_mm: tuple[float, float],
    side: FloatArray,
    wall_mm: float,
    per_mm: tuple[float, float],
) -> tuple[Solid, ...]:
    """A bent tube whose wall and filling attenuate by ``per_mm`` = (wall, filling)."""
    outer = pipe(line, radii_mm=radii_mm, side=side, attenuation_per_mm=per_mm[0])
    small = (max(radii_mm[0] - wall_mm, 0.3), max(radii_mm[1] - wall_mm, 0.3))
    inner = pipe(line, radii_mm=small, side=side, attenuation_per_mm=per_mm[1] - per_mm[0])
    return (*outer, *inner)


def smooth_line(points: FloatArray, *, pieces: int) -> FloatArray:
    """(pieces + 1, 3) points along a natural spline through a few points (n, 3)."""
    from scipy.interpolate import CubicSpline

    way = np.append(0.0, np.cumsum(np.linalg.norm(np.diff(points, axis=0), axis=1)))
    return np.asarray(CubicSpline(way, points, bc_type="natural")(np.linspace(0, way[-1], pieces + 1)))


def hollow(solids: tuple[Solid, Solid], *, inner_per_mm: float) -> tuple[Solid, Solid]:
    """A shell: an outer solid and an inner one that takes its attenuation down to ``inner_per_mm``."""
    outer, inner = solids
    return outer, replace(inner, attenuation_per_mm=inner_per_mm - outer.attenuation_per_mm)


def _solid(
    centre: FloatArray,
    axes: FloatArray,
    local: FloatArray,
    half: tuple[float, float, float],
    attenuation: float,
) -> Solid:
    to_local = np.eye(4)
    to_local[:3, :3] = axes.T
    to_local[:3, 3] = -axes.T @ centre
    signs = np.array([[x, y, z] for x in (-1, 1) for y in (-1, 1) for z in (-1, 1)], dtype=np.float64)
    return Solid(
        quadrics=(to_local.T @ local @ to_local)[None],
        planes=np.empty((0, 4)),
        box_mm=centre + (signs * half) @ axes.T,
        attenuation_per_mm=attenuation,
    )
