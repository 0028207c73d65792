"""A table to everything a network says: estimates, agreement of direct and indirect evidence, ranks."""

from dataclasses import dataclass

from spondyl.evidence.measure import Measure, Model
from spondyl.evidence.network.from_table import trials_from, trials_with_an_empty_cell
from spondyl.evidence.network.gls import NetworkTau2
from spondyl.evidence.network.inconsistency import Inconsistency, Split, inconsistency, split_comparisons
from spondyl.evidence.network.network import build_network
from spondyl.evidence.network.network_pool import NetworkEstimate, pool_network
from spondyl.evidence.network.ranking import Rank, rank_treatments
from spondyl.evidence.study_table import StudyTable


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkReport:
    """The parts of a network meta-analysis, which way its ranks take as better, and what to keep in mind."""

    estimate: NetworkEstimate
    low_is_good: bool
    inconsistency: Inconsistency
    splits: tuple[Split, ...]
    ranks: tuple[Rank, ...]
    notes: tuple[str, ...]


def report_network(
    table: StudyTable,
    *,
    reference: str | None = None,
    model: Model = Model.RANDOM,
    tau2_method: NetworkTau2 = NetworkTau2.REML,
    low_is_good: bool,
    level_percent: float = 95.0,
) -> NetworkReport:
    """Read trials, fit the network, check its consistency, rank the treatments.

    ``low_is_good`` is for the caller to know: pain is good when it is low, relief when it is high.
    """
    blocks, measure = trials_from(table)
    network = build_network(blocks, reference)
    estimate = pool_network(
        network, measure=measure, model=model, tau2_method=tau2_method, level_percent=level_percent
    )
    notes = ["A network assumes that the patients of all its trials could have been in any of them."]
    if all(one.direct_trials <= 1 for one in estimate.comparisons):
        notes.append("No comparison has two trials: how trials differ is guessed from loops alone.")
    if empty := trials_with_an_empty_cell(table) if measure is Measure.OR else ():
        notes.append(
            f"One half was added to all cells of {', '.join(empty)}: an arm has no event, or nothing else."
        )
    return NetworkReport(
        estimate=estimate,
        low_is_good=low_is_good,
        inconsistency=inconsistency(network),
        splits=split_comparisons(network, estimate),
        ranks=rank_treatments(estimate, low_is_good=low_is_good),
        notes=tuple(notes),
    )
