"""Bring effects to one scale each, so that every option is measured by one yardstick."""

from enum import Enum

from spondyl.evidence.library import Effect, Figure, Library, Measure, Origin, computed_origin

THRESHOLDS = {"pain": "mic-pain-100", "disability": "mic-odi"}
"""The first word of a scale to the constant with the change that matters to one person, both of 100 points."""


class Axis(Enum):
    """The axes that numbers may stand on; what stands on different ones is never compared."""

    PAIN = "pain, of a hundred points"
    DISABILITY = "disability, of a hundred points"
    STANDARDISED = "standardised difference"
    PEOPLE = "people better, of a hundred"
    UNCONTROLLED_SHARE = "people better, of a hundred, without a comparison group"
    UNCONTROLLED_CHANGE = "change from before to after, without a comparison group"

    @property
    def is_controlled(self) -> bool:
        """False for what one group did on its own."""
        return self not in (Axis.UNCONTROLLED_SHARE, Axis.UNCONTROLLED_CHANGE)

    @property
    def more_is_better(self) -> bool:
        """True where numbers count people who got better."""
        return self in (Axis.PEOPLE, Axis.UNCONTROLLED_SHARE)


def axis_of(effect: Effect) -> Axis | None:
    """The axis of an effect on people's pain or disability; None for ratios, which stand with harms."""
    if effect.measure is Measure.PRE_POST:
        return Axis.UNCONTROLLED_CHANGE
    if effect.measure is Measure.STANDARDISED_DIFFERENCE:
        return Axis.STANDARDISED
    if effect.measure is Measure.MEAN_DIFFERENCE and effect.scale_max:
        return Axis.PAIN if effect.scale.startswith("pain") else Axis.DISABILITY
    return None


def effect_figure(effect: Effect) -> Figure:
    """The effect as a figure; a mean difference on a shorter scale is stretched to 100 points.

    Raises UnverifiedValueError when it may not be shown.
    """
    stretch = 100.0 / effect.scale_max if effect.scale_max else 1.0
    decimals = decimals_of(effect.estimate, effect.low, effect.high)
    interval = effect.interval_95
    return Figure(
        value=effect.estimate * stretch,
        interval_95=None if interval is None else (interval[0] * stretch, interval[1] * stretch),
        decimals=max(decimals - 1, 0) if stretch == 10.0 else decimals,
        unit=" points" if effect.scale_max else "",
        signed=effect.measure.no_effect == 0.0,
        origin=_stretched(effect.origin, effect, stretch),
    )


def _stretched(origin: Origin, effect: Effect, stretch: float) -> Origin:
    if stretch == 1.0:
        return origin
    return computed_origin(origin, method=f"stretched from 0-{effect.scale_max:g} to 0-100 points")


def threshold_of(library: Library, effect: Effect) -> float | None:
    """The smallest change of 100 points that matters to one person, on the effect's scale; None for other scales."""
    if effect.measure is not Measure.MEAN_DIFFERENCE or not effect.scale_max:
        return None
    name = THRESHOLDS.get(effect.scale.split()[0])
    return None if name is None else library.constant(name).value


def decimals_of(*values: float | None) -> int:
    """The most decimals that any of the values is written with: 1 for −15.2."""
    return max(len(f"{value:.6f}".rstrip("0").partition(".")[2]) for value in values if value is not None)
