"""RoB 2 (randomised trials) and ROBINS-I (other comparisons): domains, judgements, and the overall judgement.

Sources: Sterne et al., RoB 2, BMJ 2019;366:l4898 (five domains); Sterne et al., ROBINS-I, BMJ 2016;355:i4919 (seven).
"""

from collections.abc import Mapping
from dataclasses import dataclass

NOT_JUDGED = "not judged"
"""The judgement of a domain for which the full text was not read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tool:
    """A published tool: its domains, and its judgements from best to worst."""

    name: str
    domains: tuple[str, ...]
    judgements: tuple[str, ...]

    def refuse_unknown(self, judged: Mapping[str, str]) -> None:
        """Raise ValueError for a domain or judgement that the tool does not have."""
        for domain, judgement in judged.items():
            if domain not in self.domains:
                raise ValueError(f"{self.name} has no domain {domain!r}. It has {', '.join(self.domains)}.")
            if judgement not in (*self.judgements, NOT_JUDGED):
                choices = ", ".join((*self.judgements, NOT_JUDGED))
                raise ValueError(f"{self.name} has no judgement {judgement!r}. Use one of {choices}.")


ROB2 = Tool(
    name="RoB 2",
    domains=(
        "randomisation process",
        "deviations from intended interventions",
        "missing outcome data",
        "measurement of the outcome",
        "selection of the reported result",
    ),
    judgements=("low", "some concerns", "high"),
)

ROBINS_I = Tool(
    name="ROBINS-I",
    domains=(
        "confounding",
        "selection of participants",
        "classification of interventions",
        "deviations from intended interventions",
        "missing data",
        "measurement of outcomes",
        "selection of the reported result",
    ),
    judgements=("low", "moderate", "serious", "critical"),
)


def overall(tool: Tool, judged: Mapping[str, str]) -> str:
    """The overall judgement: the worst domain decides; ``not judged`` while the worst is not yet known.

    One domain at the tool's worst settles it however many are open; anything better waits for all domains.
    Both tools: the overall risk is at least that of the worst domain.

    >>> overall(ROBINS_I, {"confounding": "critical"})
    'critical'
    >>> overall(ROB2, {"randomisation process": "low"})
    'not judged'
    """
    tool.refuse_unknown(judged)
    ranks = [tool.judgements.index(word) for word in judged.values() if word != NOT_JUDGED]
    worst = max(ranks, default=-1)
    complete = len(ranks) == len(tool.domains)
    if not complete and worst < len(tool.judgements) - 1:
        return NOT_JUDGED
    return tool.judgements[worst]
