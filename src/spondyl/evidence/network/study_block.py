"""What one trial says about its treatments: contrasts against its first arm, with their covariance."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from spondyl.evidence.refusal import EvidenceRefusal, EvidenceRefused

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class StudyBlock:
    """Contrasts (m-1,) of ``treatments[1:]`` less ``treatments[0]`` and their covariance (m-1, m-1).

    Contrasts of a trial with three arms or more share its first arm, so they are correlated.
    """

    label: str
    treatments: tuple[str, ...]
    contrasts: FloatArray
    covariance: FloatArray


def block_from_arms(
    label: str, treatments: Sequence[str], values: FloatArray, variances: FloatArray
) -> StudyBlock:
    """A trial from the mean (or log odds) of each arm (m,) and its variance (m,).

    The covariance of two contrasts is the variance of the arm they share (Franchini et al., Res Synth Methods
    2012;3:142-160).
    """
    _check(label, treatments)
    if not (np.isfinite(values).all() and np.isfinite(variances).all() and (variances > 0.0).all()):
        raise EvidenceRefused(
            EvidenceRefusal.VALUE_INVALID,
            what=f"{label}: an arm has no finite value or no variance above zero.",
            why="An arm without a variance would carry all the weight.",
            do="Correct or complete the arm, or leave the trial out.",
        )
    return StudyBlock(
        label=label,
        treatments=tuple(treatments),
        contrasts=values[1:] - values[0],
        covariance=np.diag(variances[1:]) + variances[0],
    )


def block_from_contrasts(label: str, pairs: Sequence[tuple[str, str, float, float]]) -> StudyBlock:
    """A trial from contrasts (treatment, compared with, effect, variance): all pairs when it has three arms or more.

    The variances of all pairs give those of the arms, v(ij) = v(i) + v(j), and those the covariance.
    """
    treatments = tuple(dict.fromkeys(name for first, second, _, _ in pairs for name in (second, first)))
    _check(label, treatments)
    count = len(treatments)
    if len({frozenset(pair[:2]) for pair in pairs}) < len(pairs) or len(pairs) != count * (count - 1) // 2:
        raise EvidenceRefused(
            EvidenceRefusal.TABLE_MALFORMED,
            what=f"{label} has {count} arms and {len(pairs)} comparisons.",
            why=f"{count} arms need each of their {count * (count - 1) // 2} comparisons once: only together do they "
            "say how the comparisons are correlated.",
            do="Give every pair once, or give the arms themselves.",
        )
    place = {name: index for index, name in enumerate(treatments)}
    signs, sums = np.zeros((len(pairs), count)), np.zeros((len(pairs), count))
    for row, (first, second, _, _) in enumerate(pairs):
        signs[row, [place[first], place[second]]] = 1.0, -1.0
        sums[row, [place[first], place[second]]] = 1.0
    effects, spread = (np.array([pair[index] for pair in pairs]) for index in (2, 3))
    if not (np.isfinite(effects).all() and np.isfinite(spread).all() and (spread > 0.0).all()):
        raise _not_possible(label, "an effect is missing or a variance is not above zero")
    if count == 2:
        return StudyBlock(
            label=label,
            treatments=treatments,
            contrasts=effects * signs[:, 1],
            covariance=np.diag(spread),
        )
    arms: FloatArray = np.asarray(np.linalg.lstsq(sums, spread, rcond=None)[0], dtype=np.float64)
    values: FloatArray = np.asarray(np.linalg.lstsq(signs, effects, rcond=None)[0], dtype=np.float64)
    if not (arms > 0.0).all() or not np.allclose(sums @ arms, spread, rtol=0.02):
        raise _not_possible(label, "its variances cannot belong to the arms of one trial")
    if not np.allclose(signs @ values, effects, atol=0.05 * float(np.sqrt(spread.max()))):
        raise _not_possible(label, "its comparisons do not add up")
    return block_from_arms(label, treatments, values, arms)


def _not_possible(label: str, what: str) -> EvidenceRefused:
    return EvidenceRefused(
        EvidenceRefusal.VALUE_INVALID,
        what=f"{label}: {what}.",
        why="Within one trial A-B plus B-C is A-C, and each variance is the sum of two arms' variances.",
        do="Check the signs and the variances against the paper, or give the arms themselves.",
    )


def _check(label: str, treatments: Sequence[str]) -> None:
    if len(set(treatments)) != len(treatments) or len(treatments) < 2 or not all(treatments):
        raise EvidenceRefused(
            EvidenceRefusal.TABLE_MALFORMED,
            what=f"{label} has the treatments {', '.join(name or '(no name)' for name in treatments)}.",
            why="A trial in a network compares at least two treatments, each named once.",
            do="Add the missing arm, join arms with the same treatment, or leave the trial out.",
        )
