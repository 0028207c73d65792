"""The screens about the complaint: what, where, and how much it hurts."""

from spondyl.assessment.intake.body_map import BODY_REGIONS
from spondyl.assessment.intake.item import Group, Item, ItemKind, Option, choice, free_text
from spondyl.assessment.intake.two_languages import InBoth

_NONE = InBoth("no pain", "sin dolor")
_WORST = InBoth("worst pain you can imagine", "el peor dolor que pueda imaginar")


def _pain(key: str, en: str, es: str) -> Item:
    return Item(
        key=key,
        kind=ItemKind.SCALE,
        text=InBoth(en, es),
        low=_NONE,
        high=_WORST,
        is_required=key == "pain_week",
    )


COMPLAINT = Group(
    key="complaint",
    title=InBoth("What brings you here?", "¿Qué le trae aquí?"),
    lead=InBoth(
        "About ten minutes. Every answer is saved at once: you can stop and go on later.",
        "Unos diez minutos. Cada respuesta se guarda al momento: puede parar y seguir después.",
    ),
    items=(
        free_text("complaint", "In your own words: what is the trouble?", "Con sus palabras: ¿qué le pasa?"),
        choice(
            "since",
            InBoth("How long have you had it this time?", "¿Desde cuándo lo tiene esta vez?"),
            ("under_6_weeks", "Less than 6 weeks", "Menos de 6 semanas"),
            ("6_to_12_weeks", "6 to 12 weeks", "De 6 a 12 semanas"),
            ("3_to_12_months", "3 to 12 months", "De 3 a 12 meses"),
            ("over_1_year", "More than a year", "Más de un año"),
        ),
        choice(
            "course",
            InBoth("Is it getting better or worse?", "¿Va a mejor o a peor?"),
            ("better", "Better", "A mejor"),
            ("same", "About the same", "Más o menos igual"),
            ("worse", "Worse", "A peor"),
        ),
    ),
)
WHERE = Group(
    key="where",
    title=InBoth("Where does it hurt?", "¿Dónde le duele?"),
    lead=InBoth(
        "Touch the places, or tick them in the list. Left and right are your own.",
        "Toque los lugares o márquelos en la lista. Izquierda y derecha son las suyas.",
    ),
    items=(
        Item(
            key="where",
            kind=ItemKind.BODY_MAP,
            text=InBoth("Places that hurt", "Lugares que duelen"),
            options=tuple(Option(code=region.code, text=region.text) for region in BODY_REGIONS),
        ),
    ),
)
PAIN = Group(
    key="pain",
    title=InBoth("How much does it hurt?", "¿Cuánto le duele?"),
    lead=InBoth(
        "0 is no pain, 10 is the worst pain you can imagine.",
        "0 es nada de dolor, 10 es el peor dolor que pueda imaginar.",
    ),
    items=(
        _pain(
            "pain_week",
            "Back or neck pain, on average in the last 7 days",
            "Dolor de espalda o de cuello, en promedio en los últimos 7 días",
        ),
        _pain("pain_worst", "At its worst in the last 7 days", "En el peor momento de los últimos 7 días"),
        _pain(
            "limb_pain",
            "Pain in an arm or leg, on average in the last 7 days",
            "Dolor en un brazo o pierna, en promedio en los últimos 7 días",
        ),
    ),
)
