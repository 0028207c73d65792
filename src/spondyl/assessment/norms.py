"""What pain-free adults measure: means, spreads and regressions, each with its source.

A value outside an interval is uncommon, not ill; a value inside is common, not healthy.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from spondyl.assessment.measurement import Unit
from spondyl.assessment.sentence import number, quantity
from spondyl.true_minus import true_minus

Z_95 = 1.959964

MEANS_TABLE = (
    "Multi-Ethnic Alignment Normative Study (MEANS), 468 pain-free adults of 18-80 years: table published "
    "by one of its authors (sardarspine.com, 2024-02-17)"
)
MEANS_GROUPS = "MEANS, 468 pain-free adults of 18-80 years, alignment by age and gender (abstract)"
PLUMB_STUDY = "Plumb lines of 140 pain-free adults, Spine 2013;38:484-489 (abstract)"
PI_STUDY = "642 healthy volunteers of 18-90 years, 2025, pubmed.ncbi.nlm.nih.gov/40261392 (abstract)"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferenceInterval:
    """Where the middle 95 % of pain-free adults lie, in ``unit``; None where only part of it is published.

    ``expected`` is the value a regression gives for this person's other values, ``expected_from`` names it.
    """

    kind: str
    unit: Unit
    population: str
    source: str
    mean: float | None = None
    sd: float | None = None
    expected: float | None = None
    expected_from: str = ""
    note: str = ""

    @property
    def interval_95(self) -> tuple[float, float] | None:
        """Mean plus and minus 1.96 standard deviations: the middle 95 % if values are normal."""
        if self.mean is None or self.sd is None:
            return None
        return self.mean - Z_95 * self.sd, self.mean + Z_95 * self.sd

    def z_of(self, value: float) -> float | None:
        """Standard deviations above the mean of pain-free adults."""
        return None if self.mean is None or self.sd is None else (value - self.mean) / self.sd

    def percentile_of(self, value: float) -> float | None:
        """Per cent of pain-free adults with a smaller value, if values are normal."""
        z = self.z_of(value)
        return None if z is None else 50.0 * math.erfc(-z / math.sqrt(2.0))


@dataclass(frozen=True, slots=True, kw_only=True)
class NoReference:
    """Why no reference value is shown."""

    kind: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """Mean and standard deviation of one kind in the whole cohort."""

    mean: float
    sd: float
    unit: Unit = Unit.DEG
    note: str = ""


SPREADS: dict[str, Spread] = {
    "thoracic_kyphosis_t4_t12": Spread(mean=37.4, sd=10.9, note="kyphosis rises with age in this cohort"),
    "lumbar_lordosis_l1_s1": Spread(
        mean=57.4,
        sd=11.3,
        note="no significant difference between the age groups; the paper writes it negative",
    ),
    "pelvic_incidence": Spread(mean=52.0, sd=10.7),
    "pelvic_tilt": Spread(mean=12.5, sd=7.3),
    "pi_minus_ll": Spread(mean=-5.4, sd=10.7),
    "t1_slope": Spread(mean=23.0, sd=7.9),
    "cervical_lordosis_c2_c7": Spread(
        mean=-0.4,
        sd=12.7,
        note="lordosis taken as positive: the same source gives CL = -24.5 + 1.1 x T1 slope and calls "
        "slight kyphosis of the young neck normal; the sign is inferred from that",
    ),
    "csva": Spread(mean=19.0, sd=9.8, unit=Unit.MM),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class AgedSpread:
    """Mean and standard deviation of one kind in one age group."""

    from_age_years: int
    to_age_years: int
    mean: float
    sd: float
    unit: Unit
    source: str


AGED_SPREADS: dict[str, tuple[AgedSpread, ...]] = {
    "sva": (
        AgedSpread(from_age_years=20, to_age_years=40, mean=-16.4, sd=31.5, unit=Unit.MM, source=PLUMB_STUDY),
        AgedSpread(from_age_years=60, to_age_years=80, mean=10.6, sd=27.8, unit=Unit.MM, source=PLUMB_STUDY),
    )
}

GROUP_MEANS: dict[str, tuple[float, float, Unit]] = {
    "sva": (-14.2, 17.0, Unit.MM),
    "t1_pelvic_angle": (5.0, 13.7, Unit.DEG),
}
"""Mean of the youngest of five age groups and of those over 64; those between were not read."""
YOUNGEST_MAX_AGE, OLDEST_MIN_AGE = 28, 65


@dataclass(frozen=True, slots=True, kw_only=True)
class Regression:
    """An expected value from other values: ``of(known)`` in the kind's unit, up to ``max_age_years``."""

    kind: str
    needs: tuple[str, ...]
    of: Callable[[Mapping[str, float]], float]
    text: str
    source: str
    max_age_years: float = math.inf


def _lordosis(base: float, per_pi: float, per_tk: float, max_age_years: float) -> Regression:
    """Lumbar lordosis from incidence and kyphosis, in one age group."""
    return Regression(
        kind="lumbar_lordosis_l1_s1",
        needs=("pelvic_incidence", "thoracic_kyphosis_t4_t12"),
        of=lambda known: (
            base + per_pi * known["pelvic_incidence"] + per_tk * known["thoracic_kyphosis_t4_t12"]
        ),
        text=true_minus(f"LL = {base:g} + {per_pi:g} PI + {per_tk:g} TK"),
        source=MEANS_TABLE,
        max_age_years=max_age_years,
    )


def _by_incidence(kind: str, base: float, per_pi: float, per_year: float, name: str) -> Regression:
    """A pelvic value from incidence and age."""
    return Regression(
        kind=kind,
        needs=("pelvic_incidence", "age_years"),
        of=lambda known: base + per_pi * known["pelvic_incidence"] + per_year * known["age_years"],
        text=true_minus(f"{name} = {base:g} + {per_pi:g} PI + {per_year:g} age"),
        source=PI_STUDY,
    )


REGRESSIONS: tuple[Regression, ...] = (
    _lordosis(8.6, 0.55, 0.61, 28),
    _lordosis(5.8, 0.62, 0.57, 37),
    _lordosis(5.9, 0.57, 0.58, 50),
    _lordosis(8.6, 0.56, 0.46, 64),
    _lordosis(4.0, 0.51, 0.53, math.inf),
    _by_incidence("pelvic_tilt", -12.7, 0.38, 0.14, "PT"),
    _by_incidence("t1_pelvic_angle", -16.9, 0.34, 0.15, "TPA"),
)


def reference_interval(
    kind: str, *, age_years: float | None, sex: str | None, known: Mapping[str, float]
) -> ReferenceInterval | NoReference:
    """Reference values of one measurement kind for a person, or why there are none.

    ``known`` maps measurement kinds to this person's values, for regressions. ``sex`` changes nothing yet: the
    published values used here are not split by it. Nothing is shown under 18 years.
    """
    del sex
    if age_years is not None and age_years < 18:
        return NoReference(
            kind=kind, reason="the reference groups are adults; no values under 18 years are known here"
        )
    found = _aged(kind, age_years) or _whole_cohort(kind) or _group(kind, age_years)
    if found is None:
        return NoReference(
            kind=kind, reason="no reference values from pain-free people are known for this measurement"
        )
    expected, how = _expected(kind, age_years, known)
    note = "; ".join(part for part in (found.note, _age_note(age_years)) if part)
    return replace(found, expected=expected, expected_from=how, note=note)


def _aged(kind: str, age_years: float | None) -> ReferenceInterval | None:
    """The spread of this person's own age group."""
    for item in AGED_SPREADS.get(kind, ()):
        if age_years is not None and item.from_age_years <= age_years < item.to_age_years + 1:
            return ReferenceInterval(
                kind=kind,
                unit=item.unit,
                population=f"pain-free adults of {item.from_age_years} to {item.to_age_years} years",
                source=item.source,
                mean=item.mean,
                sd=item.sd,
            )
    return None


def _whole_cohort(kind: str) -> ReferenceInterval | None:
    """The spread of all ages together."""
    spread = SPREADS.get(kind)
    return spread and ReferenceInterval(
        kind=kind,
        unit=spread.unit,
        population="pain-free adults of 18 to 80 years",
        source=MEANS_TABLE,
        mean=spread.mean,
        sd=spread.sd,
        note=spread.note,
    )


def _group(kind: str, age_years: float | None) -> ReferenceInterval | None:
    """The mean of this age group where it was read, without a spread, and the trend in words."""
    if kind not in GROUP_MEANS:
        return None
    young, old, unit = GROUP_MEANS[kind]
    people, mean = "adults of 18 to 80 years", None
    if age_years is not None and age_years < YOUNGEST_MAX_AGE + 1:
        people, mean = "adults of 18 to 28 years", young
    if age_years is not None and age_years >= OLDEST_MIN_AGE:
        people, mean = "adults over 64 years", old
    return ReferenceInterval(
        kind=kind,
        unit=unit,
        population=f"pain-free {people}",
        source=MEANS_GROUPS,
        mean=mean,
        note=f"group means rise from {quantity(young, unit)} (youngest) to {quantity(old, unit)} (over 64 "
        "years)",
    )


def _expected(kind: str, age_years: float | None, known: Mapping[str, float]) -> tuple[float | None, str]:
    """What a regression expects of this person, and its text with the source."""
    if age_years is None:
        return None, ""
    given = {**known, "age_years": age_years}
    for regression in REGRESSIONS:
        if regression.kind == kind and age_years < regression.max_age_years + 1:
            ready = all(name in given for name in regression.needs)
            return (regression.of(given), f"{regression.text} ({regression.source})") if ready else (None, "")
    return None, ""


def _age_note(age_years: float | None) -> str:
    if age_years is None:
        return "the age is unknown: holds for adults only"
    return "older than the people studied" if age_years > 80 else ""


def described(interval: ReferenceInterval) -> str:
    """One sentence for a report: "Pain-free adults of 18 to 80 years: mean 37.4°, ..."."""
    unit = interval.unit
    parts = [f"{interval.population[0].upper()}{interval.population[1:]}:"]
    parts.append("mean not read" if interval.mean is None else f"mean {quantity(interval.mean, unit)}")
    if interval.interval_95 is not None:
        low, high = interval.interval_95
        parts.append(f"middle 95 % {number(low)} to {quantity(high, unit)} if values are normal")
    if interval.expected is not None:
        parts.append(f"expected for this person {quantity(interval.expected, unit)}")
    return parts[0] + " " + ", ".join(parts[1:]) + "."
