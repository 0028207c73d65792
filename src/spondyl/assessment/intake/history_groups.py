"""The screens about history, medicines and wishes."""

from spondyl.assessment.intake.item import Group, free_text, ticks, yes_no
from spondyl.assessment.intake.two_languages import InBoth

HISTORY = Group(
    key="history",
    title=InBoth("Your health so far", "Su salud hasta ahora"),
    lead=None,
    items=(
        ticks(
            "conditions",
            InBoth("Tick what you have or had", "Marque lo que tiene o ha tenido"),
            ("spine_surgery", "An operation on the spine", "Una operación de columna"),
            ("broken_bone", "A broken bone in the spine", "Un hueso roto en la columna"),
            ("arthritis", "Rheumatoid arthritis or similar", "Artritis reumatoide o similar"),
            ("diabetes", "Diabetes", "Diabetes"),
            ("low_mood", "Low mood or anxiety in the last month", "Ánimo bajo o ansiedad en el último mes"),
            ("other_illness", "Another serious illness", "Otra enfermedad seria"),
            hint=InBoth("None of them? Go on without a tick.", "¿Ninguno? Siga sin marcar nada."),
        ),
        ticks(
            "tried",
            InBoth("What have you tried for it?", "¿Qué ha probado?"),
            ("exercise", "Exercise or physical therapy", "Ejercicio o fisioterapia"),
            ("hands_on", "Adjustments or massage", "Ajustes o masaje"),
            ("medicine", "Medicines", "Medicinas"),
            ("injection", "Injections", "Inyecciones"),
        ),
        free_text("helped", "What helped, and what did not?", "¿Qué ayudó y qué no?"),
        free_text(
            "work",
            "What work do you do, and what of it is hard now?",
            "¿En qué trabaja y qué le cuesta ahora?",
        ),
    ),
)
MEDICINES = Group(
    key="medicines",
    title=InBoth("Medicines", "Medicinas"),
    lead=InBoth("So that nothing we talk about harms you.", "Para que nada de lo que hablemos le haga daño."),
    items=(
        free_text(
            "medicines",
            "Which medicines do you take, with and without prescription?",
            "¿Qué medicinas toma, con receta y sin ella?",
        ),
        free_text("allergies", "Are you allergic to anything?", "¿Tiene alergia a algo?"),
        yes_no(
            "blood_thinner",
            "Do you take a blood thinner, such as warfarin or Eliquis, or do you bleed easily?",
            "¿Toma una medicina para que la sangre no se coagule (anticoagulante), como warfarina o Eliquis, o "
            "sangra con facilidad?",
        ),
        yes_no(
            "stomach_bleed",
            "Have you had an ulcer or bleeding in the stomach?",
            "¿Ha tenido una úlcera o sangrado en el estómago?",
        ),
        yes_no(
            "heart_or_kidney",
            "Have you had a heart attack, a stroke, heart failure or kidney disease?",
            "¿Ha tenido un infarto, un derrame cerebral, insuficiencia cardíaca o enfermedad del riñón?",
        ),
        yes_no("pregnant", "Are you pregnant, or could you be?", "¿Está o podría estar embarazada?"),
        yes_no(
            "dependence",
            "Have alcohol or drugs ever been a problem for you?",
            "¿Han sido alguna vez un problema para usted el alcohol o las drogas?",
        ),
    ),
)
WISHES = Group(
    key="wishes",
    title=InBoth("What matters to you", "Lo que le importa"),
    lead=InBoth(
        "You decide. This tells us where to begin.", "Usted decide. Esto nos dice por dónde empezar."
    ),
    items=(
        free_text(
            "goal",
            "One thing that you would like to do again",
            "Una cosa que le gustaría volver a hacer",
            hint=InBoth(
                "Such as: lift my child, sleep through, walk to work.", "Por ejemplo: dormir de un tirón."
            ),
        ),
        ticks(
            "not_wanted",
            InBoth("What would you rather not have?", "¿Qué prefiere que no le hagan?"),
            ("hands_on", "Adjustments of the spine", "Ajustes de la columna"),
            ("medicine", "Medicines", "Medicinas"),
            ("injection", "Injections", "Inyecciones"),
            ("surgery", "An operation", "Una operación"),
            ("movement", "An exercise plan", "Un plan de ejercicio"),
            hint=InBoth("Nothing to rule out? Go on without a tick.", "¿Nada que excluir? Siga sin marcar."),
        ),
        free_text(
            "worry", "Is there something that worries you most?", "¿Hay algo que le preocupe más que nada?"
        ),
    ),
)
