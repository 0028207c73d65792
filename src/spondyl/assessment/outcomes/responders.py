"""Patients whose improvement reaches a threshold, with what the patients without a score could make of it."""

from dataclasses import dataclass

from spondyl.evidence.counts.proportion_interval import Proportion, exact_proportion, wilson_proportion


@dataclass(frozen=True, slots=True, kw_only=True)
class Responders:
    """Responders by one threshold, three ways; each with a Wilson and an exact 95 % interval.

    ``observed`` counts patients with a score. ``worst_case`` counts every missing patient as a failure, ``best_case``
    every one as a responder: the truth lies between the two.
    """

    threshold: str
    observed: Proportion | None
    observed_exact: Proportion | None
    worst_case: Proportion
    worst_case_exact: Proportion
    best_case: Proportion
    best_case_exact: Proportion


def count_responders(*, threshold: str, responders: int, measured: int, missing: int) -> Responders:
    """Responders among patients with a score, and with the missing ones counted against and for the treatment.

    >>> found = count_responders(threshold="5 points", responders=23, measured=43, missing=16)
    >>> [round(100 * one.share, 1) for one in (found.worst_case, found.best_case)]
    [39.0, 66.1]
    """
    everyone = measured + missing
    return Responders(
        threshold=threshold,
        observed=wilson_proportion(responders, measured) if measured else None,
        observed_exact=exact_proportion(responders, measured) if measured else None,
        worst_case=wilson_proportion(responders, everyone),
        worst_case_exact=exact_proportion(responders, everyone),
        best_case=wilson_proportion(responders + missing, everyone),
        best_case_exact=exact_proportion(responders + missing, everyone),
    )
