"""Stiffness, damping and mass of the levels, each with its tag and source (reference page, section 2).

Where a range was read, its middle is used; average stiffness of thoracic joints is 15 Nm over their range of motion.
The cervical row is recalled (Moroney 1988), not re-read: it is an unverified default wherever it is shown.
"""

import numpy as np

from spondyl.biomechanics.segment import Region, Segment
from spondyl.biomechanics.tagged import Tag, Tagged

_LUMBAR = "PMC4844119 table 3, Miller 1986; middle of the range"
_THORACIC = "15 Nm over the range of motion at ±7.5 Nm"
_MORONEY = "Moroney 1988, recalled"
_PANJABI = "Panjabi 1976, recalled"
_KITAZAKI = "Kitazaki, from code that cites the paper"
_SLICES = "trunk-slice masses, interpolated"

# Mega-newton a metre of the joint below a segment.
_AXIAL = {
    **{"L5": 1.47, "L4": 1.87, "L3": 2.0, "L2": 2.0, "L1": 2.13, "T12": 1.8},
    **dict.fromkeys(("T11", "T10", "T9", "T8", "T7"), 1.5),
    **{"T6": 1.8, "T5": 1.9, "T4": 2.1, "T3": 1.5, "T2": 1.2, "T1": 0.7},
}
_SLICE_KG = {"T1": 0.89, "T12": 1.99, "L1": 2.01, "L3": 2.03, "L5": 2.20}

HEAD_KG = Tagged(name="head and neck", value=5.41, unit="kg", tag=Tag.READ, source="trunk-slice masses")
MOVING_SHARE = Tagged(
    name="share of a slice that moves with a short push",
    value=0.25,
    unit="",
    tag=Tag.CHOSEN,
    source="so that L3 moves the 0.5 kg of the effective default",
)
DISC_DAMPING = Tagged(name="disc damping, axial", value=1200.0, unit="N·s/m", tag=Tag.READ, source=_KITAZAKI)
GYRATION_MM = Tagged(
    name="radius of gyration", value=25.0, unit="mm", tag=Tag.CHOSEN, source="about a body's half width"
)
SUPPORT_N_MM = {
    Region.CERVICAL: 1.5,
    Region.THORACIC: 3.0,
    Region.LUMBAR: 3.0,
}
"""Support of one level by trunk and table, chosen so that the whole spine answers a push with 10–25 N/mm."""
SUPPORT_DAMPING_RATIO = Tagged(
    name="support damping ratio", value=0.3, unit="", tag=Tag.RECALLED, source="effective segment defaults"
)
PRELOAD_STIFFENING = ((0.0, 1.0), (250.0, 1.71), (500.0, 2.11))
"""Compression [N] and factor of stiffness, read in Gardner-Morse and Stokes; linear between."""


def stiffening(compression_n: float) -> float:
    """Factor of all joint stiffness under an axial preload; refuses more than the 500 N that was measured.

    >>> round(stiffening(250.0), 2)
    1.71
    """
    if not 0 <= compression_n <= 500:
        raise ValueError(f"A compression of {compression_n} N was never measured here; give 0 to 500 N.")
    at, factor = zip(*PRELOAD_STIFFENING, strict=True)
    return float(np.interp(compression_n, at, factor))


def joint_below(segment: Segment) -> tuple[Tagged, ...]:
    """Six values of the joint below a segment: shear left, shear back, axial [N/mm]; flexion, side, torsion [Nm/°].

    S1 stands on the pelvis: its joint takes the lumbosacral values.
    """
    return (*_shear_and_axial(segment), *_bending(segment))


def _axial(segment: Segment) -> Tagged:
    if segment.region is Region.CERVICAL:
        return _tagged("axial", 1318.0, "N/mm", Tag.RECALLED, _MORONEY)
    return _tagged("axial", 1e3 * _AXIAL.get(segment.value, _AXIAL["L5"]), "N/mm", Tag.READ, _KITAZAKI)


def _shear_and_axial(segment: Segment) -> tuple[Tagged, ...]:
    left, back, tag, source = {
        Region.CERVICAL: (119.0, 90.0, Tag.RECALLED, _MORONEY),
        Region.THORACIC: (86.0, 101.0, Tag.RECALLED, _PANJABI),
        Region.LUMBAR: (96.5, 96.5, Tag.COMPUTED, _LUMBAR),
    }[segment.region]
    return (
        _tagged("shear, side", left, "N/mm", tag, source),
        _tagged("shear, front to back", back, "N/mm", tag, source),
        _axial(segment),
    )


def _bending(segment: Segment) -> tuple[Tagged, ...]:
    if segment.region is Region.CERVICAL:
        values, tag, source = (0.58, 0.68, 1.16), Tag.RECALLED, _MORONEY
    elif segment.region is Region.LUMBAR:
        values, tag, source = (4.375, 4.0, 8.4), Tag.COMPUTED, _LUMBAR
    else:
        number = int(segment.value[1:])
        ranges = (14.0 if number == 1 else 7.0, 11.0 if number < 7 else 8.5, 11.0 if number < 10 else 7.5)
        values, tag, source = tuple(15.0 / value for value in ranges), Tag.COMPUTED, _THORACIC
    names = ("flexion and extension", "side bending", "torsion")
    return tuple(_tagged(name, v, "Nm/°", tag, source) for name, v in zip(names, values, strict=True))


def _tagged(name: str, value: float, unit: str, tag: Tag, source: str) -> Tagged:
    return Tagged(name=name, value=value, unit=unit, tag=tag, source=source)


def moving_mass(segment: Segment) -> Tagged:
    """What moves with one segment in a push of a few milliseconds; the atlas carries the head."""
    if segment is Segment.C1:
        return HEAD_KG
    at = [Segment(name).index for name in _SLICE_KG]
    slice_kg = float(np.interp(segment.index, at, list(_SLICE_KG.values())))
    return _tagged(
        "moving mass", slice_kg * MOVING_SHARE.value, "kg", Tag.CHOSEN, f"{_SLICES} × chosen share"
    )
