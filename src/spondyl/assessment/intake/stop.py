"""Whether an answer stops the visit path, and what the patient reads then."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

from spondyl.assessment.intake.danger import (
    ASKED,
    ITEM_BEHIND,
    SOON,
    TICK_BEHIND,
    is_said,
    question_behind,
    urgency_of_yes,
)
from spondyl.assessment.intake.intake import Intake
from spondyl.assessment.intake.two_languages import InBoth
from spondyl.assessment.screening import Answer, Flag, Question, Screen, screen_answers
from spondyl.assessment.screening.red_flags import CAUDA_EQUINA


class Stop(Enum):
    """What may be booked before a clinician has looked."""

    NOTHING = "nothing"
    TREATMENT = "treatment"
    EVERYTHING = "everything"

    @property
    def words(self) -> str:
        """For the front desk."""
        return {
            Stop.NOTHING: "Nothing is blocked.",
            Stop.TREATMENT: "A consultation may be booked; a treatment only after a clinician has looked.",
            Stop.EVERYTHING: "Nothing may be booked until a clinician has looked.",
        }[self]


def worst_stop(stops: Iterable[Stop]) -> Stop:
    """The one that blocks most; nothing is blocked where there is none."""
    return max(stops, key=list(Stop).index, default=Stop.NOTHING)


def screen_of(intake: Intake) -> Screen:
    """The verdict of the screening on the patient's answers.

    An answer not given is unknown, and unknown blocks. One that called for somebody now or today and was corrected
    still counts as unknown, and so does what a tick leaves open: only a clinician takes it back.
    """
    return screen_answers({question.key: _answer_to(question, intake) for question in ASKED}, ASKED)


def _answer_to(question: Question, intake: Intake) -> Answer:
    key = ITEM_BEHIND[question.key]
    if question.key in TICK_BEHIND:
        return Answer.UNKNOWN if is_said(key, intake.of(key)) else Answer.NO
    mark = intake.one(key)
    given = Answer(mark) if mark else Answer.UNKNOWN
    return Answer.UNKNOWN if key in intake.raised and given is Answer.NO else given


def stop_of(intake: Intake, cleared: frozenset[str] = frozenset()) -> Stop:
    """What the answers block; ``cleared`` are the items that a clinician has looked at and let pass.

    Everything: an answer ever asked for action now or today. Treatment: any other flag, or a
    question of the screening without an answer.
    """
    return worst_stop(
        (stop_said(intake, cleared), Stop.TREATMENT if open_flags(intake, cleared) else Stop.NOTHING)
    )


def stop_said(intake: Intake, cleared: frozenset[str] = frozenset()) -> Stop:
    """What the answers given block, a question without an answer blocks nothing: an earlier form's share."""
    said = items_said(intake) - cleared
    if not said:
        return Stop.NOTHING
    soon = any(urgency_of_yes(key) in SOON for key in said)
    return Stop.EVERYTHING if soon else Stop.TREATMENT


def items_said(intake: Intake) -> frozenset[str]:
    """The items whose flags the patient answered with yes, and those for now or today that were taken back."""
    return intake.raised | {ITEM_BEHIND[flag.question.key] for flag in flags_said(intake)}


def open_flags(intake: Intake, cleared: frozenset[str] = frozenset()) -> tuple[Flag, ...]:
    """The flags that no clinician has cleared, unanswered questions included, the most urgent first."""
    return tuple(flag for flag in screen_of(intake).flags if ITEM_BEHIND[flag.question.key] not in cleared)


def flags_said(intake: Intake) -> tuple[Flag, ...]:
    """The flags that the patient answered with yes, the most urgent first."""
    return tuple(flag for flag in screen_of(intake).flags if flag.answer is not Answer.UNKNOWN)


@dataclass(frozen=True, slots=True, kw_only=True)
class StopMessage:
    """A full page for the patient: what it may mean, how soon, what to do, and what to say there."""

    key: str
    title: InBoth
    may_mean: InBoth
    how_soon: InBoth
    steps: tuple[InBoth, ...]
    say: InBoth | None
    calls_emergency: bool


_CALL = InBoth(
    "Call 911, or go to the nearest emergency department.",
    "Llame al 911 o vaya a la sala de emergencias (emergency room) más cercana.",
)
_NO_DRIVE = InBoth(
    "Do not drive yourself. Ask somebody to take you.", "No conduzca. Pida a alguien que le lleve."
)
_NO_WAIT = InBoth(
    "Do not wait for a visit here, and do not wait to see if it gets better.",
    "No espere a una cita aquí, ni a ver si se pasa.",
)
_DOUBT = InBoth(
    "A form cannot tell whether you have it. A doctor can, today.",
    "Un formulario no puede saber si lo tiene. Un médico sí, hoy.",
)
NERVES = StopMessage(
    key="nerves",
    title=InBoth("Please get emergency care now", "Vaya ahora a una sala de emergencias"),
    may_mean=InBoth(
        "One of your answers may mean that nerves at the bottom of your spine are being pressed. Doctors call this "
        "cauda equina syndrome. It is rare, and it can be treated.",
        "Una de sus respuestas puede significar que hay nervios oprimidos en la parte baja de la columna. Los médicos "
        "lo llaman síndrome de la cola de caballo (cauda equina). Es raro y se puede tratar.",
    ),
    how_soon=InBoth(
        "It has to be seen within hours, because waiting can do lasting harm.",
        "Hay que verlo en pocas horas, porque esperar puede causar un daño que no se cura.",
    ),
    steps=(_CALL, _NO_DRIVE, _NO_WAIT, _DOUBT),
    say=InBoth(
        "My answers point to cauda equina syndrome.",
        "Mis respuestas apuntan a un síndrome de la cola de caballo.",
    ),
    calls_emergency=True,
)
ARTERY = StopMessage(
    key="artery",
    title=NERVES.title,
    may_mean=InBoth(
        "One of your answers may mean that blood does not reach the brain well, for example because an artery in the "
        "neck is torn. It is rare.",
        "Una de sus respuestas puede significar que la sangre no llega bien al cerebro, por ejemplo porque se ha "
        "desgarrado una arteria del cuello. Es raro.",
    ),
    how_soon=InBoth(
        "It has to be seen now: every minute counts.", "Hay que verlo ahora: cada minuto cuenta."
    ),
    steps=(_CALL, _NO_DRIVE, _NO_WAIT, _DOUBT),
    say=InBoth(
        "I may have a stroke or a torn artery in the neck.",
        "Puede que tenga un derrame cerebral o una arteria del cuello desgarrada.",
    ),
    calls_emergency=True,
)
_SEE_TODAY = (
    InBoth(
        "Call the clinic now and say that the form told you to. A clinician will call you back today.",
        "Llame ahora a la clínica y diga que se lo indicó el formulario. Un profesional le llamará hoy.",
    ),
    InBoth(
        "If you cannot reach us, see your doctor or go to urgent care today.",
        "Si no nos localiza, vea hoy a su médico o vaya a un centro de atención de urgencia (urgent care).",
    ),
    InBoth(
        "Your back must not be treated here until this is cleared.",
        "Aquí no se le debe tratar la espalda hasta que se aclare.",
    ),
)
_TODAY = InBoth("Somebody should look at this today.", "Alguien debe verlo hoy.")
BONE = StopMessage(
    key="bone",
    title=InBoth("Please have this looked at today", "Por favor, que lo vean hoy"),
    may_mean=InBoth(
        "A bone in the spine may be broken. Most people who say yes here have no broken bone, but it must be checked "
        "before anybody treats your back.",
        "Puede haber un hueso roto en la columna. La mayoría de quienes dicen que sí no lo tienen, pero hay que "
        "comprobarlo antes de tratar la espalda.",
    ),
    how_soon=_TODAY,
    steps=_SEE_TODAY,
    say=None,
    calls_emergency=False,
)
INFECTION = StopMessage(
    key="infection",
    title=BONE.title,
    may_mean=InBoth(
        "There may be an infection in the spine. It is rare, and it can be treated when it is found.",
        "Puede haber una infección en la columna. Es raro y se puede tratar cuando se encuentra.",
    ),
    how_soon=_TODAY,
    steps=_SEE_TODAY,
    say=None,
    calls_emergency=False,
)
WEAKER = StopMessage(
    key="weaker",
    title=BONE.title,
    may_mean=InBoth(
        "A nerve may be under growing pressure. That often settles, but weakness that grows from day to day must be "
        "examined.",
        "Un nervio puede estar cada vez más oprimido. Muchas veces se pasa, pero una debilidad que crece día tras día "
        "hay que examinarla.",
    ),
    how_soon=_TODAY,
    steps=_SEE_TODAY,
    say=None,
    calls_emergency=False,
)
STOP_MESSAGES = (NERVES, ARTERY, WEAKER, BONE, INFECTION)
_BY_ITEM = {"neck_artery": ARTERY, "getting_weaker": WEAKER}
_BY_TOPIC = {CAUDA_EQUINA: NERVES, "fracture": BONE, "infection": INFECTION}


def message_for(key: str) -> StopMessage | None:
    """The page that a yes to this item shows at once; None where nobody has to act today."""
    question = question_behind(key)
    if question is None or urgency_of_yes(key) not in SOON:
        return None
    return _BY_ITEM.get(key) or _BY_TOPIC[question.topic]


def messages_of(intake: Intake) -> tuple[StopMessage, ...]:
    """The pages that the answers call for, the most urgent first, each once."""
    keys = [*sorted(intake.raised), *(key for key in intake.answers if intake.of(key) == ("yes",))]
    found = {message.key for key in keys if (message := message_for(key)) is not None}
    return tuple(message for message in STOP_MESSAGES if message.key in found)
