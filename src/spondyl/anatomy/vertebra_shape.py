"""The solids of one vertebra: body with cortex and endplates, pedicles, laminae, facets and processes.

Attenuations are what bone adds to soft tissue, chosen so that films look right; thicknesses and angles of the posterior
parts are chosen too. Only body, endplate and pedicle positions carry truth (see :mod:`spondyl.anatomy.spine_shape`).
"""

import numpy as np

from spondyl.anatomy.landmarks import FloatArray
from spondyl.anatomy.levels import Level
from spondyl.anatomy.solid import Solid, ellipsoid, hollow, tube, waisted_cylinder
from spondyl.anatomy.spine_shape import Endplate, PlacedVertebra

CORTEX_PER_MM = 0.04
SPONGY_PER_MM = 0.0095
ENDPLATE_PER_MM = 0.026
_CORTEX_MM = 1.3
_ENDPLATE_MM = 1.5


def vertebra_solids(vertebra: PlacedVertebra) -> tuple[Solid, ...]:
    """Every solid of one vertebra."""
    paired = tuple(solid for side in (-1, 1) for solid in _side_solids(vertebra, side))
    return (*_body(vertebra), *_spinous(vertebra), *paired)


def endplate_solid(plate: Endplate, *, inward: int) -> Solid:
    """The dense layer under an endplate; ``inward`` is −1 for a superior and +1 for an inferior endplate."""
    centre = plate.centre_mm + inward * plate.axes[:, 2] * _ENDPLATE_MM / 2
    half = (plate.half_width_mm, plate.half_depth_mm, _ENDPLATE_MM / 2)
    return waisted_cylinder(centre, plate.axes, half_mm=half, attenuation_per_mm=ENDPLATE_PER_MM)


def _body(vertebra: PlacedVertebra) -> tuple[Solid, ...]:
    cortex = hollow(
        (_barrel(vertebra, shrink_mm=0.0), _barrel(vertebra, shrink_mm=_CORTEX_MM)),
        inner_per_mm=SPONGY_PER_MM,
    )
    plates = (endplate_solid(vertebra.superior, inward=-1), endplate_solid(vertebra.inferior, inward=1))
    return (*cortex, *plates)


def _barrel(vertebra: PlacedVertebra, *, shrink_mm: float) -> Solid:
    """The waisted body between its two endplates, its walls moved in by ``shrink_mm``."""
    top, bottom = vertebra.superior, vertebra.inferior
    width = (top.half_width_mm + bottom.half_width_mm) / 2
    depth = (top.half_depth_mm + bottom.half_depth_mm) / 2
    line = top.centre_mm - bottom.centre_mm
    axes = vertebra.axes
    solid = waisted_cylinder(
        vertebra.centre_mm,
        axes,
        half_mm=(width - shrink_mm, depth - shrink_mm, 0.62 * float(np.linalg.norm(line))),
        ends=(top.half_width_mm / width + 0.03, bottom.half_width_mm / width + 0.03),
        waist=0.12,
        attenuation_per_mm=CORTEX_PER_MM,
    )
    return solid.cut(_cap(top, outward=1), _cap(bottom, outward=-1))


def _cap(plate: Endplate, *, outward: int) -> FloatArray:
    normal = outward * plate.axes[:, 2]
    return np.append(normal, -normal @ plate.centre_mm)


def _shell_tube(
    start: FloatArray,
    end: FloatArray,
    *,
    radii_mm: tuple[float, float],
    side: FloatArray,
    wall_mm: float = 1.0,
) -> tuple[Solid, Solid]:
    inner = (max(radii_mm[0] - wall_mm, 0.4), max(radii_mm[1] - wall_mm, 0.4))
    pair = (
        tube(start, end, radii_mm=radii_mm, side=side, attenuation_per_mm=CORTEX_PER_MM),
        tube(start, end, radii_mm=inner, side=side, attenuation_per_mm=CORTEX_PER_MM),
    )
    return hollow(pair, inner_per_mm=SPONGY_PER_MM)


def _side_solids(vertebra: PlacedVertebra, side: int) -> tuple[Solid, ...]:
    """Pedicle, lamina, facets and transverse process of one side (+1 left)."""
    size, axes = vertebra.size, vertebra.axes
    h, d = size.height_mm, (size.upper_depth_mm + size.lower_depth_mm) / 4
    x = side * size.pedicle_distance_mm / 2
    back = 1.5 * d
    pedicle = _shell_tube(
        vertebra.at(x, 0.9 * d, 0.18 * h),
        vertebra.at(x, 1.6 * d, 0.18 * h),
        radii_mm=(size.pedicle_width_mm / 2, size.pedicle_height_mm / 2),
        side=axes[:, 0],
    )
    lamina = ellipsoid(
        vertebra.at(0.5 * x, back + 8, -0.2 * h),
        axes,
        radii_mm=(0.55 * abs(x), 2.6, 0.45 * h),
        attenuation_per_mm=0.6 * CORTEX_PER_MM,
    )
    facets = tuple(
        ellipsoid(
            vertebra.at(x * 1.05, back + deep, up * h),
            axes,
            radii_mm=(0.14 * size.upper_width_mm, 3.2, 0.26 * h),
            attenuation_per_mm=0.55 * CORTEX_PER_MM,
        )
        for deep, up in ((3.0, 0.45), (7.0, -0.55))
    )
    return (*pedicle, lamina, *facets, *_transverse(vertebra, x, back))


def _transverse(vertebra: PlacedVertebra, x: float, back: float) -> tuple[Solid, ...]:
    size, lumbar = vertebra.size, vertebra.level.value[0] == "L"
    tip = np.sign(x) * size.transverse_span_mm / 2
    behind = back + (4 if lumbar else 14)
    thick = (2.6, 4.2) if lumbar else (3.6, 4.2)
    return _shell_tube(
        vertebra.at(x, back, 0.1 * size.height_mm),
        vertebra.at(tip, behind, 0.16 * size.height_mm),
        radii_mm=thick,
        side=vertebra.axes[:, 1],
    )


def _spinous(vertebra: PlacedVertebra) -> tuple[Solid, ...]:
    """A blade in the midline: square in the lumbar spine, long and drooping in the thoracic one."""
    size = vertebra.size
    drop = _DROOP_DEG.get(vertebra.level.value[0], 20.0)
    if vertebra.level in (Level.T11, Level.T12):
        drop = 20.0
    d = (size.upper_depth_mm + size.lower_depth_mm) / 4
    angle, length = np.radians(drop), 0.72 * size.spinous_length_mm
    start = vertebra.at(0.0, 1.5 * d + 9, -0.15 * size.height_mm)
    way = np.array([0.0, np.cos(angle), -np.sin(angle)])
    tall = 0.34 * size.height_mm if vertebra.level.value[0] == "L" else 0.24 * size.height_mm
    end = start + vertebra.axes @ (length * way)
    return _shell_tube(start, end, radii_mm=(2.8, tall), side=vertebra.axes[:, 0], wall_mm=1.1)


_DROOP_DEG = {"L": 8.0, "T": 45.0, "C": 20.0}
