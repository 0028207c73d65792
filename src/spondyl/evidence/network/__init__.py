"""Network meta-analysis: many treatments compared through the trials that join them."""

from spondyl.evidence.network.from_table import trials_from
from spondyl.evidence.network.gls import NetworkTau2
from spondyl.evidence.network.inconsistency import (
    Inconsistency,
    QPart,
    Split,
    inconsistency,
    split_comparisons,
)
from spondyl.evidence.network.network import Network, build_network
from spondyl.evidence.network.network_pool import Comparison, NetworkEstimate, pool_network
from spondyl.evidence.network.ranking import Rank, rank_treatments
from spondyl.evidence.network.report import NetworkReport, report_network
from spondyl.evidence.network.study_block import StudyBlock, block_from_arms, block_from_contrasts

__all__ = [
    "Comparison",
    "Inconsistency",
    "Network",
    "NetworkEstimate",
    "NetworkReport",
    "NetworkTau2",
    "QPart",
    "Rank",
    "Split",
    "StudyBlock",
    "block_from_arms",
    "block_from_contrasts",
    "build_network",
    "inconsistency",
    "pool_network",
    "rank_treatments",
    "report_network",
    "split_comparisons",
    "trials_from",
]
