"""What of a patient decides which options are open."""

from dataclasses import dataclass

from spondyl.assessment.intake import Stop
from spondyl.treatment.plan.option_kind import OptionKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """``stop`` is what the red flags still block; ``held`` says in words why an adjustment must wait.

    ``is_chronic`` is None while the duration is unknown: then every guideline counts. ``cautions`` are the keys of
    medicine questions not answered with no; those ``weighed`` by a clinician hold an adjustment no longer, but all
    else. ``not_wanted`` are the sorts that the patient ruled out.
    """

    stop: Stop
    held: tuple[str, ...] = ()
    is_chronic: bool | None = None
    cautions: frozenset[str] = frozenset()
    weighed: frozenset[str] = frozenset()
    not_wanted: frozenset[OptionKind] = frozenset()
