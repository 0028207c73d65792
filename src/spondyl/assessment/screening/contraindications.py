"""What forbids an adjustment, or needs a clinician's decision first. For the clinician, in the terms of the list."""

from spondyl.assessment.screening.question import Answer, Kind, Question, Urgency
from spondyl.assessment.screening.red_flags import CAUDA_EQUINA

WHO = "WHO guidelines on basic training and safety in chiropractic, 2005 (read in a secondary source)"
OWN = "Added by this software's safety case"
EXCLUDED = f"{WHO}: a relative contraindication there; this software excludes it"
_REFER = "Do not adjust. Refer to the doctor who treats it, and write down whom you told."
_NOW, _TODAY, _FIRST = Urgency.EMERGENCY_NOW, Urgency.SAME_DAY, Urgency.BEFORE_TREATMENT

_ABSOLUTE = (
    (
        "odontoid_anomaly",
        "Anomaly of the dens (odontoid hypoplasia, os odontoideum)",
        "Unstable C1-C2",
        _FIRST,
    ),
    ("acute_fracture", "Acute fracture", "Displacement, injury of cord or roots", _TODAY),
    ("cord_tumour", "Tumour of the cord or its coverings", "Injury of the cord", _FIRST),
    (
        "acute_infection",
        "Acute infection: osteomyelitis, discitis, tuberculosis",
        "Weak bone, spread",
        _TODAY,
    ),
    ("haematoma", "Haematoma of the cord or in the canal", "More bleeding, pressure on the cord", _NOW),
    ("spinal_malignancy", "Malignancy of the spine", "Fracture of weak bone", _FIRST),
    (
        "disc_progressive_deficit",
        "Frank disc herniation with a neurological deficit that progresses",
        "Lasting loss of nerve function",
        _TODAY,
    ),
    (
        "basilar_invagination",
        "Basilar invagination of the upper cervical spine",
        "Pressure on the brain stem",
        _FIRST,
    ),
    ("chiari", "Chiari malformation of the upper cervical spine", "Pressure on the brain stem", _FIRST),
    ("dislocation", "Dislocation of a vertebra", "Injury of the cord", _TODAY),
    (
        "aggressive_benign_tumour",
        "Aggressive benign tumour (such as a giant cell tumour)",
        "Fracture",
        _FIRST,
    ),
    ("internal_fixation", "Internal fixation or stabilising device", "Loosening, breakage", _FIRST),
    ("kernig_lhermitte", "Positive Kernig's or Lhermitte's sign", "Irritated meninges or cord", _NOW),
    ("generalised_hypermobility", "Congenital, generalised hypermobility", "Injury of ligaments", _FIRST),
    ("instability", "Signs or patterns of instability", "Injury of the cord or roots", _FIRST),
    ("syringomyelia", "Syringomyelia", "Injury of the cord", _FIRST),
    ("hydrocephalus", "Hydrocephalus of unknown cause", "Raised pressure in the head", _TODAY),
    ("diastematomyelia", "Diastematomyelia", "Injury of a tethered cord", _FIRST),
    ("cauda_equina", "Cauda equina syndrome, known or suspected", "Lasting loss of bladder and bowel", _NOW),
)
_RELATIVE = (
    (
        "severe_demineralisation",
        "Osteoporosis or other severe loss of bone mineral",
        "Fracture",
        EXCLUDED,
        False,
    ),
    ("bleeding", "Bleeding disorder or treatment with anticoagulants", "Bleeding into the canal", WHO, True),
    ("joint_hypermobility", "Hypermobility of the joint to be adjusted", "Injury of ligaments", WHO, True),
    ("progressive_radiculopathy", "Radiculopathy that progresses", "Loss of nerve function", WHO, True),
)
_ADDED = (
    ("upper_motor_neuron", "Upper motor neuron signs", "Pressure on the cord", _TODAY),
    (
        "arterial_dissection",
        "Suspected dissection of a neck artery: new severe neck pain or headache unlike any before, dizziness, "
        "double vision, trouble with speech, swallowing or balance",
        "Stroke",
        _NOW,
    ),
    ("recent_trauma", "Recent trauma that has not been examined", "A fracture not yet seen", _TODAY),
    ("night_pain", "Unremitting pain at night", "Tumour or infection", Urgency.WITHIN_DAYS),
)


def _absolute(key: str, text: str, may_mean: str, urgency: Urgency) -> Question:
    return _question(key, text, may_mean, urgency, Kind.ABSOLUTE)


def _question(key: str, text: str, may_mean: str, urgency: Urgency, kind: Kind) -> Question:
    emergency = "Do not adjust. Send the patient to emergency care now and call ahead."
    return Question(
        key=key,
        kind=kind,
        topic=CAUDA_EQUINA if key == "cauda_equina" else "contraindication",
        text=f"{text}?",
        may_mean=f"Risk: {may_mean[0].lower()}{may_mean[1:]}.",
        urgency=urgency,
        what_to_do=emergency if urgency is Urgency.EMERGENCY_NOW else _REFER,
        source=OWN if kind is Kind.ADDED else WHO,
    )


def _relative(key: str, text: str, may_mean: str, source: str, may_decide: bool) -> Question:
    decide = "Do not adjust until a named clinician has weighed it and written down why and how."
    return Question(
        key=key,
        kind=Kind.RELATIVE,
        topic="contraindication",
        text=f"{text}?",
        may_mean=f"Risk: {may_mean[0].lower()}{may_mean[1:]}.",
        urgency=Urgency.BEFORE_TREATMENT,
        what_to_do=decide if may_decide else _REFER,
        source=source,
        clinician_may_decide=may_decide,
    )


CONTRAINDICATIONS = (
    *(_absolute(*row) for row in _ABSOLUTE),
    *(_relative(*row) for row in _RELATIVE),
    *(_question(*row, Kind.ADDED) for row in _ADDED),
    Question(
        key="consent",
        kind=Kind.CONSENT,
        topic="consent",
        text="Has the patient been told of benefits, risks and other choices, and agreed to this treatment?",
        may_mean="The patient has not agreed.",
        urgency=Urgency.BEFORE_TREATMENT,
        what_to_do="Explain and ask. Without consent there is no treatment.",
        source=OWN,
        safe_answer=Answer.YES,
    ),
)
"""Answered by the clinician before an adjustment; the consent question is the last."""
