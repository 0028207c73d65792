"""The kernel's gate, opened only by answers: those of a screen's file, or those made up for a simulated patient."""

from collections.abc import Mapping

from spondyl.assessment.screening import Answer as Screened
from spondyl.instrument import CONTRAINDICATIONS, Answer, Gate

_ASKED_AS = {
    "bleeding_disorder_or_anticoagulants": "bleeding",
    "cauda_equina_syndrome": "cauda_equina",
    "chiari_malformation": "chiari",
    "cord_or_meningeal_tumour": "cord_tumour",
    "disc_herniation_with_progressive_deficit": "disc_progressive_deficit",
    "hydrocephalus_of_unknown_cause": "hydrocephalus",
    "kernig_or_lhermitte_sign": "kernig_lhermitte",
    "malignancy": "spinal_malignancy",
    "suspected_arterial_dissection": "arterial_dissection",
    "unremitting_night_pain": "night_pain",
    "upper_motor_neuron_signs": "upper_motor_neuron",
}
"""The kernel's names that the screen asks under another."""

CLEAR = Gate(consent=Answer.YES, answers=dict.fromkeys(CONTRAINDICATIONS, Answer.NO))
"""A simulated patient consents and has nothing that stands in the way."""


def gate_of(answers: Mapping[str, Screened]) -> Gate:
    """The answers of ``spondyl screen`` in the kernel's words; what was not answered stays unknown and blocks."""
    given = {name: answers.get(_ASKED_AS.get(name, name), Screened.UNKNOWN) for name in CONTRAINDICATIONS}
    consent = answers.get("consent", Screened.UNKNOWN)
    return Gate(
        consent=Answer(consent.value), answers={name: Answer(one.value) for name, one in given.items()}
    )
