"""Findings: sentences with probabilities, how common each is without pain, and what a film cannot tell."""

from collections.abc import Callable
from dataclasses import dataclass

from spondyl.anatomy import Landmarks
from spondyl.assessment import prevalence
from spondyl.assessment.genant import GRADED
from spondyl.assessment.grading import measured_below, probability_above, probability_below
from spondyl.assessment.measurement import Finding, Measurement, first_of_region, is_cobb
from spondyl.assessment.norms import (
    PLUMB_STUDY,
    NoReference,
    ReferenceInterval,
    described,
    reference_interval,
)
from spondyl.assessment.quantity import FilmContext
from spondyl.assessment.segmental import GENANT
from spondyl.assessment.sentence import border, chance, stated
from spondyl.assessment.slip_grade import LUMBAR_SLIPS

SHOWN_FROM = 0.05
"""Findings less probable than this are left out; curve size is always stated."""

FILM_LIMITS: tuple[str, ...] = (
    "A film cannot tell where pain comes from.",
    "One film cannot show instability: that needs films in flexion and extension, and no validated test "
    "exists.",
    "A film does not show discs, nerves, muscles or ligaments.",
    "One film cannot tell whether anything is getting worse.",
    "A film is no evidence that an adjustment realigns the spine.",
)
_PAIN, _UNSTABLE, _SOFT, _PROGRESS, _REALIGN = FILM_LIMITS
_STANCE = "How the patient stood for the film changes this value."
_LARGEST = "The largest of many angles is read too high on nearly straight spines."

CURVE_NAMES = {
    "cobb_major": "Cobb",
    "cobb_pt": "proximal thoracic Cobb",
    "cobb_mt": "main thoracic Cobb",
    "cobb_tl_l": "thoracolumbar or lumbar Cobb",
}
SCOLIOSIS_SOURCE = "Threshold of 10°: Eur Spine J 2020;29:2960-2969, introduction"
SURGEON_SOURCE = "isass.org, patient page on scoliosis"


@dataclass(frozen=True, slots=True, kw_only=True)
class Threshold:
    """A published border of one measurement and what is known about it."""

    kind: str
    limit: float
    meaning: str
    common: Callable[[FilmContext], str]
    cannot_tell: str
    source: Callable[[FilmContext], str]
    always: bool = False
    both_ways: bool = False
    children_only: bool = False
    adults_only: bool = False


def _curves(context: FilmContext) -> str:
    return prevalence.scoliosis(context.age_years)


def _curve_source(context: FilmContext) -> str:
    return f"{SCOLIOSIS_SOURCE}. How common: {prevalence.scoliosis_source(context.age_years)}"


def _curve(kind: str) -> Threshold:
    return Threshold(
        kind=kind,
        limit=10.0,
        meaning="a curve is called scoliosis from 10° on, with rotation, which this value does not measure",
        common=_curves,
        cannot_tell=f"{_PAIN} {_PROGRESS}" + (f" {_LARGEST}" if kind == "cobb_major" else ""),
        source=_curve_source,
        always=kind == "cobb_major",
    )


def _leaning(context: FilmContext) -> str:
    """How many pain-free adults of this age lean forward by 40 mm or more, from their mean and spread."""
    found = reference_interval("sva", age_years=context.age_years, sex=context.sex, known={})
    if isinstance(found, NoReference) or found.mean is None or found.sd is None:
        return "How many pain-free people of this age exceed 40 mm was not read."
    share = 100 * (1 - probability_below(40.0, found.mean, found.sd))
    return f"About {share:.0f} in 100 {found.population} exceed 40 mm, computed as a normal share. {described(found)}"


def _fixed(text: str) -> Callable[[FilmContext], str]:
    return lambda _context: text


MISMATCH_COMMON = (
    "Among 468 pain-free adults 8.3 % had a mismatch of 10° or more, and in 32.1 % lordosis exceeded "
    "incidence by 10° or more."
)
MISMATCH_SOURCE = (
    "Threshold: SRS-Schwab. How common: MEANS, as published by one of its authors (sardarspine.com)"
)

THRESHOLDS: tuple[Threshold, ...] = (
    *(_curve(kind) for kind in CURVE_NAMES),
    Threshold(
        kind="cobb_major",
        limit=40.0,
        meaning="spine surgeons name 40 to 45° and growing as the size from which an operation is "
        "discussed in adolescents",
        common=_curves,
        cannot_tell=f"{_PROGRESS} The age of the skeleton is not read from this film.",
        source=lambda context: (
            f"{SURGEON_SOURCE}. How common: {prevalence.scoliosis_source(context.age_years)}"
        ),
        children_only=True,
    ),
    Threshold(
        kind="pi_minus_ll",
        limit=10.0,
        meaning="lordosis falls short of pelvic incidence by the SRS-Schwab border",
        common=_fixed(MISMATCH_COMMON),
        cannot_tell=f"{_PAIN} {_REALIGN}",
        source=_fixed(MISMATCH_SOURCE),
        adults_only=True,
    ),
    Threshold(
        kind="sva",
        limit=40.0,
        meaning="the trunk leans forward by the SRS-Schwab border",
        common=_leaning,
        cannot_tell=f"{_PAIN} {_STANCE}",
        source=_fixed(f"Threshold: SRS-Schwab. How common: {PLUMB_STUDY}"),
        adults_only=True,
    ),
    Threshold(
        kind="coronal_balance",
        limit=20.0,
        meaning="C7 stands more than 2 cm beside the sacrum",
        common=_fixed("How common this is without pain was not read."),
        cannot_tell=f"{_PAIN} {_STANCE}",
        source=_fixed("Threshold of 2 cm: wikimsk.org, after radiopaedia.org"),
        both_ways=True,
    ),
)


def find(
    measurements: tuple[Measurement, ...], landmarks: Landmarks, context: FilmContext
) -> tuple[Finding, ...]:
    """Every finding of one film. ``landmarks`` is kept for findings that need points; none does yet.

    No finding names a side: that needs a known side, which a measurement does not carry.
    """
    del landmarks
    major = next((item for item in measurements if item.kind == "cobb_major"), None)
    crossed = tuple(
        _crossed(rule, item, context)
        for rule in THRESHOLDS
        for item in measurements
        if first_of_region(item.kind) == rule.kind and _applies(rule, item, major, context)
    )
    told = {finding.measurement_kind for finding in crossed}
    return (
        *crossed,
        *_uncommon(tuple(item for item in measurements if item.kind not in told), context),
        *_slips(measurements, context),
        *_height_losses(measurements, context),
    )


def _applies(rule: Threshold, item: Measurement, major: Measurement | None, context: FilmContext) -> bool:
    is_for_others = rule.adults_only if context.is_child else rule.children_only
    if is_for_others or _is_the_major_curve(item, major):
        return False
    return rule.always or _probability(rule, item) >= SHOWN_FROM


def _is_the_major_curve(item: Measurement, major: Measurement | None) -> bool:
    """True for a regional curve that the largest curve already tells: the same end vertebrae."""
    if major is None or item is major or not is_cobb(item.kind):
        return False
    return major.levels[:1] + major.levels[-1:] == item.levels[:1] + item.levels[-1:]


def _probability(rule: Threshold, item: Measurement) -> float:
    """P(value at or beyond the border), on both sides of zero where the rule says so."""
    above = probability_above(rule.limit, item)
    return above + measured_below(-rule.limit, item) if rule.both_ways else above


def _crossed(rule: Threshold, item: Measurement, context: FilmContext) -> Finding:
    probability = _probability(rule, item)
    what = _curve_name(item.kind) or (f"|{item.label}|" if rule.both_ways else item.label)
    largest = "largest coronal curve " if item.kind == "cobb_major" else ""
    return Finding(
        kind=f"{item.kind}_from_{rule.limit:g}",
        sentence=f"P({what} ≥ {border(rule.limit, item.unit)}) {chance(probability)}: {largest}{stated(item)}; "
        f"{rule.meaning}.",
        probability=probability,
        measurement_kind=item.kind,
        prevalence=rule.common(context),
        cannot_tell=rule.cannot_tell,
        source=rule.source(context),
        flags=item.flags,
    )


def _curve_name(kind: str) -> str | None:
    """ "second thoracolumbar or lumbar Cobb" of ``cobb_tl_l_2``; None where it is no curve."""
    name = CURVE_NAMES.get(first_of_region(kind))
    if name is None or kind in CURVE_NAMES:
        return name
    return f"further {name}" if not kind.endswith("_2") else f"second {name}"


def _uncommon(measurements: tuple[Measurement, ...], context: FilmContext) -> tuple[Finding, ...]:
    """Values that may lie outside the middle 95 % of pain-free adults."""
    known = {item.kind: item.value for item in measurements}
    found: list[Finding] = []
    for item in measurements:
        interval = reference_interval(item.kind, age_years=context.age_years, sex=context.sex, known=known)
        if isinstance(interval, ReferenceInterval) and interval.interval_95 is not None:
            finding = _outside(item, interval, interval.interval_95)
            found.extend([finding] if (finding.probability or 0.0) >= SHOWN_FROM else [])
    return tuple(found)


def _outside(item: Measurement, interval: ReferenceInterval, borders: tuple[float, float]) -> Finding:
    low, high = (measured_below(border, item) for border in borders)
    probability = low + (1.0 - high)
    return Finding(
        kind=f"{item.kind}_uncommon",
        sentence=f"P({item.label} outside the middle 95 % of pain-free adults) {chance(probability)}: "
        f"{stated(item)}.",
        probability=probability,
        measurement_kind=item.kind,
        prevalence=f"By construction about 5 in 100 pain-free adults lie outside. {described(interval)}"
        + (f" Note: {interval.note}." if interval.note else ""),
        cannot_tell=f"Uncommon is not ill. {_PAIN}",
        source=interval.source,
        flags=item.flags,
    )


SLIP_PERCENT = 5.0


def _slips(measurements: tuple[Measurement, ...], context: FilmContext) -> tuple[Finding, ...]:
    """Each slip that probably exceeds the reporting threshold, forward or backward."""
    found: list[Finding] = []
    for item in (m for m in measurements if m.kind.startswith("slip_")):
        forward = probability_above(SLIP_PERCENT, item)
        backward = measured_below(-SLIP_PERCENT, item)
        probability, way = max((forward, "forward"), (backward, "backward"))
        if probability >= 0.5:
            found.append(_slip(item, probability, way, context))
    return tuple(found)


def _slip(item: Measurement, probability: float, way: str, context: FilmContext) -> Finding:
    is_counted = way == "forward" and item.kind.startswith(LUMBAR_SLIPS)
    return Finding(
        kind=f"{item.kind}_{way}",
        sentence=f"P({item.label} {way} by {SLIP_PERCENT:g} % or more) {chance(probability)}: "
        f"{stated(item)}.",
        probability=probability,
        measurement_kind=item.kind,
        prevalence=prevalence.by_age(prevalence.SPONDYLOLISTHESIS, context.age_years)
        if is_counted
        else "How common this is without pain was not read.",
        cannot_tell=f"{_UNSTABLE} {_PAIN}",
        source="5 % is this software's reporting threshold, not a published one."
        + (f" How common: {prevalence.SPONDYLOLISTHESIS.source}" if is_counted else ""),
        flags=item.flags,
    )


HEIGHT_LOSS_PERCENT = 20.0


def _height_losses(measurements: tuple[Measurement, ...], context: FilmContext) -> tuple[Finding, ...]:
    """Each graded vertebra that probably lost a fifth of a height."""
    losses = [m for m in measurements if m.kind.startswith("height_loss_") and set(m.levels) & GRADED]
    return tuple(_height_loss(m, context) for m in losses if probability_above(HEIGHT_LOSS_PERCENT, m) >= 0.5)


def _height_loss(item: Measurement, context: FilmContext) -> Finding:
    probability = probability_above(HEIGHT_LOSS_PERCENT, item)
    return Finding(
        kind=f"{item.kind}_from_20",
        sentence=f"P({item.label} by 20 % or more) {chance(probability)}: {stated(item)}.",
        probability=probability,
        measurement_kind=item.kind,
        prevalence=prevalence.vertebral_deformity(context.age_years),
        cannot_tell="Four corners tell neither a fracture from another deformity, nor a new one from an "
        f"old one, nor why it broke. {_PAIN}",
        source=f"{GENANT}. How common: {prevalence.NHANES}",
        flags=item.flags,
    )
