"""How common a finding is in people without pain, or in the population where only that is known."""

import math
from dataclasses import dataclass

BRINJIKJI = (
    "Brinjikji et al., AJNR 2015;36:811-816, CT and MR of people without pain; figures for 20 to 50 years "
    "read in table 1 of doi 10.1186/s13013-016-0080-0"
)
BRINJIKJI_60 = (
    "spondylolisthesis at 60 years read in summaries of the same review (ucymtr.hatenablog.com, "
    "strengthscience.co)"
)
MCAVINEY = (
    "McAviney et al., Eur Spine J 2020;29:2960-2969 (abstract): pooled, adults of the general population"
)
VOLUNTEERS = (
    "adult scoliosis in elderly volunteers, co-author A. Dubey (abstract excerpt, scite.ai; journal not read)"
)
SOSORT = "SOSORT guideline committee, indications for conservative management of scoliosis, 2010 version"
NHANES = "NHANES 2013-2014, 3330 US adults of 40 years and more, PMC7422504 (abstract)"


@dataclass(frozen=True, slots=True, kw_only=True)
class AgeTable:
    """Per cent of people without pain who show a finding, by age in years."""

    name: str
    percent: dict[int, int]
    caution: str
    source: str


SPONDYLOLISTHESIS = AgeTable(
    name="spondylolisthesis",
    percent={20: 3, 30: 5, 40: 8, 50: 14, 60: 23},
    caution="CT or MR lying down, not standing radiographs; the figures at 20 and 30 years rest on a "
    "model, not on people",
    source=f"{BRINJIKJI}; {BRINJIKJI_60}",
)


def by_age(table: AgeTable, age_years: float | None) -> str:
    """How common the finding is at the two tabulated ages around this one, or why that is not shown."""
    ages = sorted(table.percent)
    if age_years is None:
        return f"It depends on age how many people without pain have {table.name}, and the age is unknown."
    if not ages[0] <= age_years < ages[-1] + 10:
        return (
            f"Not shown: no verified figure for {table.name} without pain at {math.floor(age_years)} years."
        )
    around = [age for age in ages if abs(age - age_years) < 10]
    shown = ", ".join(f"{table.percent[age]} % at {age} years" for age in around)
    return f"Without pain: {table.name} in {shown} ({table.caution})."


def scoliosis(age_years: float | None) -> str:
    """How common coronal curves are: in the population, as no study of pain-free adults was verified."""
    if age_years is None:
        return "It depends on age how many people have such curves, and the age is unknown."
    if age_years < 18:
        return (
            "Curves over 10°: 0.9 to 12 % of adolescents; over 20°: 0.3 to 0.5 %; over 40°: below 0.1 %. "
            "How many of them have no pain is not known here."
        )
    if age_years < 60:
        return (
            "Below 60 years 13 % of the general population, pain or not (95 % CI 5 to 30), have a curve that came in "
            "adult life. A figure for people without pain is not known here."
        )
    return (
        "Above 60 years 36 % of the general population, pain or not (95 % CI 17 to 61), have a curve that came in "
        "adult life; in one study of healthy volunteers with a mean age of 70.5 years 68 % had scoliosis, without a "
        "link to pain scores."
    )


def scoliosis_source(age_years: float | None) -> str:
    """Where :func:`scoliosis` comes from."""
    if age_years is not None and age_years < 18:
        return SOSORT
    return MCAVINEY if age_years is None or age_years < 60 else f"{MCAVINEY}; {VOLUNTEERS}"


def vertebral_deformity(age_years: float | None) -> str:
    """How common vertebral fractures are on images of the population."""
    if age_years is None or age_years < 40:
        return "Not shown: no verified figure for this age."
    bands = (
        (80, "18 %"),
        (70, "11 %"),
        (60, "between the figures below 60 (under 5 %) and at 70 to 79 years (11 %)"),
    )
    rate = next((text for start, text in bands if age_years >= start), "under 5 %")
    return f"Graded vertebral fractures in the general population, pain or not, at this age: {rate}."
