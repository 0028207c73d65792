"""The screens about safety: the red flags in the words of the screening, and contraindications in a patient's words."""

from spondyl.assessment.intake.item import Group, Item, yes_no
from spondyl.assessment.intake.two_languages import InBoth
from spondyl.assessment.screening import RED_FLAGS, Question
from spondyl.assessment.screening.red_flags import CAUDA_EQUINA
from spondyl.assessment.screening.spanish import QUESTIONS_ES


def _red_flag(question: Question) -> Item:
    return yes_no(question.key, question.text, QUESTIONS_ES[question.key])


RED_FLAG_NERVES = Group(
    key="red_flags_nerves",
    title=InBoth("Important questions first", "Primero, preguntas importantes"),
    lead=InBoth(
        "These are rare. We ask everybody, because the answer can matter today.",
        "Son cosas raras. Se las preguntamos a todos, porque la respuesta puede importar hoy.",
    ),
    items=tuple(_red_flag(one) for one in RED_FLAGS if one.topic == CAUDA_EQUINA),
)
RED_FLAG_OTHER = Group(
    key="red_flags_other",
    title=InBoth("A few more of these", "Unas cuantas más"),
    lead=None,
    items=tuple(_red_flag(one) for one in RED_FLAGS if one.topic != CAUDA_EQUINA),
)

STANDS_FOR = {
    "neck_artery": "arterial_dissection",
    "thin_bones": "severe_demineralisation",
    "metal": "internal_fixation",
    "blood_thinner": "bleeding",
    "night_pain": "night_pain",
    "loose_joints": "generalised_hypermobility",
    "getting_weaker": "progressive_radiculopathy",
}
"""Key of a patient's question to the key of the contraindication that a clinician answers."""

BODY_SAFETY = Group(
    key="body_safety",
    title=InBoth("Before anybody touches your back", "Antes de que nadie le toque la espalda"),
    lead=InBoth(
        "Some things make some treatments unwise. 'Not sure' is a good answer: then we look.",
        "Algunas cosas desaconsejan algunos tratamientos. «No lo sé» es buena respuesta: lo miramos.",
    ),
    items=(
        yes_no(
            "neck_artery",
            "Do you have new, severe neck pain or headache unlike any before, or new dizziness, double vision, or "
            "trouble speaking, swallowing or with balance?",
            "¿Tiene un dolor de cuello o de cabeza nuevo, muy fuerte y distinto a todos, o mareo nuevo, visión doble, "
            "o problemas para hablar, tragar o mantener el equilibrio?",
        ),
        yes_no(
            "getting_weaker",
            "Is an arm or leg getting weaker or more numb from day to day?",
            "¿Un brazo o una pierna pierde cada día más fuerza o sensación?",
        ),
        yes_no(
            "night_pain",
            "Is the pain there all night, in every position?",
            "¿De noche le duele todo el tiempo, en cualquier posición?",
        ),
        yes_no(
            "thin_bones",
            "Were you told that your bones are thin or weak (osteoporosis or osteopenia)?",
            "¿Le han dicho que tiene los huesos débiles o descalcificados (osteoporosis u osteopenia)?",
        ),
        yes_no(
            "metal",
            "Do you have screws, rods or other metal in your spine?",
            "¿Tiene tornillos, barras u otro metal en la columna?",
        ),
        yes_no(
            "loose_joints",
            "Do you have a condition that makes all your joints loose, such as Ehlers-Danlos?",
            "¿Tiene una enfermedad que afloja todas las articulaciones, como Ehlers-Danlos?",
        ),
    ),
)
