"""Red flags that a patient can answer: cauda equina, fracture, malignancy, infection. Short words on purpose."""

from spondyl.assessment.screening.question import Kind, Question, Urgency

CAUDA_EQUINA = "cauda equina"
CARD = "Warning-sign card for cauda equina syndrome by Greenhalgh, Mercer and Finucane, as shown on backes.org.uk"
DOWNIE = "Downie et al., BMJ 2013;347:f7095 (abstract)"
YUSUF = "Yusuf, Finucane and Selfe, BMC Musculoskelet Disord 2019, doi 10.1186/s12891-019-2949-6 (abstract)"
OLDER_YEARS = 70
OLDER_SOURCE = f"{DOWNIE}: it names older age; the limit of {OLDER_YEARS} years is this software's choice"

_NERVES = "Nerves at the bottom of the spine may be pressed (cauda equina syndrome)."
_GO_NOW = (
    "Go to the nearest emergency department now, or call your emergency number. Do not drive yourself. "
    "Do not wait for a visit here."
)
_FRACTURE = "A bone in the spine may be broken."
_CHECK_BONE = (
    "A clinician must check for a broken bone, with an X-ray if needed, before your back is treated."
)
_INFECTION = "There may be an infection in the spine."
_SEE_DOCTOR = "See a doctor today. Your back must not be treated here until an infection is ruled out."


def _cauda_equina(key: str, text: str) -> Question:
    return Question(
        key=key,
        kind=Kind.RED_FLAG,
        topic=CAUDA_EQUINA,
        text=text,
        may_mean=_NERVES,
        urgency=Urgency.EMERGENCY_NOW,
        what_to_do=_GO_NOW,
        source=CARD,
    )


def _fracture(key: str, text: str, urgency: Urgency, source: str = DOWNIE) -> Question:
    return Question(
        key=key,
        kind=Kind.RED_FLAG,
        topic="fracture",
        text=text,
        may_mean=_FRACTURE,
        urgency=urgency,
        what_to_do=_CHECK_BONE,
        source=source,
        clinician_may_decide=True,
    )


def _infection(key: str, text: str) -> Question:
    return Question(
        key=key,
        kind=Kind.RED_FLAG,
        topic="infection",
        text=text,
        may_mean=_INFECTION,
        urgency=Urgency.SAME_DAY,
        what_to_do=_SEE_DOCTOR,
        source=YUSUF,
        clinician_may_decide=True,
    )


RED_FLAGS = (
    _cauda_equina(
        "saddle_numbness",
        "Is the skin between your legs, near your sex organs or back passage newly numb or tingling?",
    ),
    _cauda_equina(
        "bladder_change",
        "Is it newly hard to start or stop your urine, do you leak, or can you not feel when you are full?",
    ),
    _cauda_equina("bowel_change", "Do you newly leak stool, or not feel it when you pass stool?"),
    _cauda_equina(
        "sexual_change", "Have you newly lost feeling in your sex organs, or the ability to have sex?"
    ),
    _cauda_equina("both_legs", "Are both legs newly weak, or is there new pain down both legs?"),
    _fracture(
        "severe_trauma", "Did your pain start after a hard fall, a crash or a heavy blow?", Urgency.SAME_DAY
    ),
    _fracture("contusion", "Is there a bruise or a graze on your back where it hurts?", Urgency.SAME_DAY),
    _fracture(
        "steroids", "Have you taken steroid pills, like prednisone, for a long time?", Urgency.WITHIN_DAYS
    ),
    _fracture("older_age", f"Are you {OLDER_YEARS} or older?", Urgency.BEFORE_TREATMENT, OLDER_SOURCE),
    Question(
        key="cancer_history",
        kind=Kind.RED_FLAG,
        topic="malignancy",
        text="Have you ever had cancer?",
        may_mean="The cancer may have come back in the spine. Most people with back pain do not have this.",
        urgency=Urgency.WITHIN_DAYS,
        what_to_do="A doctor must check this, with tests if needed, before your back is treated.",
        source=DOWNIE,
        clinician_may_decide=True,
    ),
    _infection("fever", "Do you have a fever or chills, or feel very ill?"),
    _infection(
        "weak_immunity",
        "Is your immune system weak, from an illness or a drug, or do you inject drugs that were not prescribed?",
    ),
)
"""Asked of every patient, in this order."""
