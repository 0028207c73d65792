"""What tests of a watched session share: a small plan, and what the chart would hold of it."""

import json
from dataclasses import dataclass, field
from threading import Event
from typing import Any

from spondyl.clinic.adjust.feed import EVENT, Feed
from spondyl.clinic.adjust.gate import CLEAR
from spondyl.clinic.adjust.live_session import Finished
from spondyl.clinic.web.adjust.stream import unpacked
from spondyl.instrument import Limits
from spondyl.treatment.adjustment import Plan, Replay, Rule


@dataclass
class Kept:
    """What the chart would hold; ``told_before``: whether the end was told before it was kept."""

    finished: Finished | None = None
    check: Replay | None = None
    told_before: bool = False
    is_checked: Event = field(default_factory=Event)


def plan_of(**changes: Any) -> Plan:
    """One segment, two readings, one course."""
    small = {"segments": ("L4",), "rule": Rule.CLINICIAN, "chosen": "L4", "probes": 2, "courses": 1}
    return Plan(**{"session": 7, "limits": Limits(maximum_n=60.0), "gate": CLEAR, **small, **changes})


def events(feed: Feed) -> list[dict[str, Any]]:
    """Everything but the measurements that a page was told."""
    return [json.loads(data) for kind, _, data in unpacked(feed.after(0)[2]) if kind == EVENT]
