"""Sentences of consent and take-home sheet in both languages; what is said of an option comes from the evidence aid."""

from datetime import date

from spondyl.assessment.intake import InBoth, PatientLanguage
from spondyl.clinic.report.day_text import day_text
from spondyl.treatment.plan import Goal

CONSENT_TITLE = InBoth("What you agree to", "A qué da su consentimiento")
DONE = InBoth("What is done", "Qué se hace")
FEEL = InBoth("What you may feel", "Qué puede sentir")
GOOD = InBoth("What it can do", "Qué puede lograr")
BAD = InBoth("What can go wrong", "Qué puede salir mal")
SURE = InBoth("How sure this is", "Cuánto se sabe")
OTHERS = InBoth("What else there is", "Qué más hay")
OTHERS_LEAD = InBoth(
    "You could choose one of these instead, or wait. Ask for the page about each one.",
    "Puede elegir una de estas en su lugar, o esperar. Pida la hoja de cada una.",
)
JUDGED = InBoth("When it is judged", "Cuándo se juzga")
JUDGED_ON = InBoth("On {day} we look at your score again.", "El {day} volvemos a mirar su puntuación.")
STOP_RULE = InBoth(
    "If it has not changed by what matters, this plan ends. We change it with you, or send you to somebody else. We do "
    "not book more of the same.",
    "Si no ha cambiado lo bastante para que importe, este plan se acaba. Lo cambiamos con usted o le enviamos a otra "
    "persona. No damos más citas de lo mismo.",
)
RIGHTS = InBoth("Your say", "Usted decide")
RIGHTS_LINES = (
    InBoth(
        "You may say stop at any moment, during a treatment too. It stops at once.",
        "Puede decir «pare» en cualquier momento, también durante un tratamiento. Se para al instante.",
    ),
    InBoth(
        "You may take this back later, without a reason and without a drawback.",
        "Puede retirarlo más tarde, sin dar razones y sin desventaja.",
    ),
    InBoth(
        "Tell us when something is new or worse, before the next visit.",
        "Díganos si algo es nuevo o va a peor, antes de la próxima cita.",
    ),
)
AGREE = InBoth(
    "I have read this, or it was read to me. My questions were answered. I agree to the plan above.",
    "Lo he leído o me lo han leído. Han respondido a mis preguntas. Doy mi consentimiento al plan de arriba.",
)
NAME_LINE = InBoth("Name and signature", "Nombre y firma")
DATE_LINE = InBoth("Date", "Fecha")

SHEET_TITLE = InBoth("Your sheet to take home", "Su hoja para llevar a casa")
FOUND = InBoth("What was found", "Qué se encontró")
HOW_SURE = InBoth("How sure we are", "Qué seguridad tenemos")
HOW_SURE_LINES = (
    InBoth(
        "Most back pain has no single cause that anybody can find. A film shows how bones stand, not where pain comes "
        "from.",
        "En la mayoría de los dolores de espalda nadie puede encontrar una causa única. Una radiografía muestra cómo "
        "están los huesos, no de dónde viene el dolor.",
    ),
    InBoth(
        "What we call a finding is seen, not proved to hurt. Many people without pain have the same.",
        "Lo que llamamos hallazgo se ve, pero no está probado que duela. Mucha gente sin dolor tiene lo mismo.",
    ),
)
WAS_DONE = InBoth("What was done", "Qué se hizo")
NOTHING_DONE = InBoth("Nothing was treated yet.", "Todavía no se ha tratado nada.")
AT_HOME = InBoth("What to do at home", "Qué hacer en casa")
WATCH = InBoth("What to watch for", "A qué estar atento")
WATCH_LINES = (
    InBoth(
        "Get emergency help now (911) if you newly cannot control your urine or stool, do not feel the area between "
        "your legs, or lose strength in a leg or in both.",
        "Llame ya al 911 o vaya a una sala de emergencias si desde hace poco no controla la orina o las heces, no "
        "siente la zona entre las piernas o pierde fuerza en una pierna o en las dos.",
    ),
    InBoth(
        "Call us or a doctor the same day if you have a fever with back pain, had a fall, or if a leg or arm gets "
        "weaker from day to day.",
        "Llámenos o llame a un médico el mismo día si tiene fiebre con dolor de espalda, si se ha caído, o si una "
        "pierna o un brazo tiene cada día menos fuerza.",
    ),
    InBoth(
        "Some soreness for a day or two after moving more or after a treatment is common.",
        "Es frecuente alguna molestia durante uno o dos días después de moverse más o de un tratamiento.",
    ),
)
_VISITS = {
    0: InBoth("No visit is planned.", "No hay citas previstas."),
    1: InBoth("1 visit", "1 cita"),
}
_MANY_VISITS = InBoth("{visits} visits, one every {days} days", "{visits} citas, una cada {days} días")
_DAILY_VISITS = InBoth("{visits} visits, one every day", "{visits} citas, una cada día")
SCORE_NAMES = {
    "rmdq": InBoth("Your day with the back (0 to 24)", "Su día con la espalda (0 a 24)"),
    "nrs": InBoth("Your pain in the last week (0 to 10)", "Su dolor de la última semana (0 a 10)"),
    "nrs_today": InBoth("Your pain on the day (0 to 10)", "Su dolor de ese día (0 a 10)"),
    "odi": InBoth("Your day with the back, Oswestry (0 to 100)", "Su día con la espalda, Oswestry (0 a 100)"),
    "vas": InBoth("Your pain (0 to 100)", "Su dolor (0 a 100)"),
}
GOAL = InBoth("{name}: from {before} to {after} or less", "{name}: de {before} a {after} o menos")
_MONTHS_ES = (
    *("enero", "febrero", "marzo", "abril", "mayo", "junio"),
    *("julio", "agosto", "septiembre", "octubre", "noviembre", "diciembre"),
)


def day_in(day: date, language: PatientLanguage) -> str:
    """A day as people write it.

    >>> day_in(date(2026, 3, 2), PatientLanguage.SPANISH)
    '2 de marzo de 2026'
    """
    if language is PatientLanguage.SPANISH:
        return f"{day.day} de {_MONTHS_ES[day.month - 1]} de {day.year}"
    return day_text(day)


def goal_in(goal: Goal, language: PatientLanguage) -> str:
    """A goal in the patient's words."""
    name = SCORE_NAMES[goal.instrument].in_(language)
    return GOAL.in_(language).format(
        name=name, before=f"{goal.before:g}", after=f"{goal.before - goal.points:g}"
    )


def visits_words(visits: int, days_between: int, language: PatientLanguage) -> str:
    """The visits of a plan, as its take-home sheet says them."""
    many = _DAILY_VISITS if days_between == 1 else _MANY_VISITS
    return _VISITS.get(visits, many).in_(language).format(visits=visits, days=days_between)
