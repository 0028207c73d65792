"""May this person be treated with impulses at all? Consent and contraindications, where an unknown answer blocks.

The list is the World Health Organization's of 2005 (WHO guidelines on basic training and safety in chiropractic,
part 2), read in secondary sources, with the additions of the project's adjustment notes, section 4. Relative
contraindications block too: the kernel cannot weigh them.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

from spondyl.instrument.refusal import Reason, Refusal


class Answer(Enum):
    """What is known. ``UNKNOWN`` is the answer until somebody gives one."""

    NO = "no"
    YES = "yes"
    UNKNOWN = "unknown"


CONTRAINDICATIONS: tuple[str, ...] = (
    "odontoid_anomaly",
    "acute_fracture",
    "cord_or_meningeal_tumour",
    "acute_infection",
    "haematoma",
    "malignancy",
    "disc_herniation_with_progressive_deficit",
    "basilar_invagination",
    "chiari_malformation",
    "dislocation",
    "aggressive_benign_tumour",
    "internal_fixation",
    "kernig_or_lhermitte_sign",
    "generalised_hypermobility",
    "instability",
    "syringomyelia",
    "hydrocephalus_of_unknown_cause",
    "diastematomyelia",
    "cauda_equina_syndrome",
    "severe_demineralisation",
    "bleeding_disorder_or_anticoagulants",
    "joint_hypermobility",
    "progressive_radiculopathy",
    "upper_motor_neuron_signs",
    "suspected_arterial_dissection",
    "recent_trauma",
    "unremitting_night_pain",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate:
    """The answers so far. An answer that is missing counts as unknown."""

    consent: Answer = Answer.UNKNOWN
    answers: Mapping[str, Answer] = field(default_factory=dict[str, Answer])

    def __post_init__(self) -> None:
        strange = sorted(set(self.answers) - set(CONTRAINDICATIONS))
        if strange:
            raise ValueError(
                f"{', '.join(strange)}: not a contraindication that is asked about, so its answer would be lost. "
                "Use a name from spondyl.instrument.CONTRAINDICATIONS."
            )


def check_gate(gate: Gate) -> Refusal | None:
    """Refuse unless consent is given and every contraindication is answered with no."""
    given = {gate.answers.get(name, Answer.UNKNOWN) for name in CONTRAINDICATIONS}
    verdicts = (
        (gate.consent is Answer.NO, Reason.CONSENT_REFUSED),
        (gate.consent is Answer.UNKNOWN, Reason.CONSENT_UNKNOWN),
        (Answer.YES in given, Reason.CONTRAINDICATED),
        (Answer.UNKNOWN in given, Reason.CONTRAINDICATION_UNKNOWN),
    )
    return next((Refusal(reason=reason) for refused, reason in verdicts if refused), None)
