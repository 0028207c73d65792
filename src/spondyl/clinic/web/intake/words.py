"""The page's own words in both languages."""

from spondyl.assessment.intake import InBoth, PatientLanguage

WORDS = {
    "title": InBoth("Before your visit", "Antes de su visita"),
    "next": InBoth("Next", "Siguiente"),
    "back": InBoth("Back", "Atrás"),
    "of": InBoth("of", "de"),
    "step": InBoth("Screen", "Pantalla"),
    "saved": InBoth("Saved", "Guardado"),
    "saving": InBoth("Saving …", "Guardando …"),
    "offline": InBoth(
        "No connection. Go on: your answers stay on this device and are sent when it is back.",
        "Sin conexión. Siga: sus respuestas quedan en este aparato y se envían cuando vuelva.",
    ),
    "refused": InBoth(
        "This answer could not be saved. Load the page again, or tell the front desk.",
        "Esta respuesta no se pudo guardar. Vuelva a cargar la página o avise en recepción.",
    ),
    "open_question": InBoth("Please answer this one too.", "Responda también a esta, por favor."),
    "open_one": InBoth(
        "1 question on this screen has no answer yet; it is marked.",
        "A 1 pregunta de esta pantalla le falta la respuesta; está marcada.",
    ),
    "open_many": InBoth(
        "{count} questions on this screen have no answer yet; they are marked.",
        "A {count} preguntas de esta pantalla les falta la respuesta; están marcadas.",
    ),
    "done_title": InBoth("Thank you", "Gracias"),
    "done": InBoth(
        "Everything is saved. You can put the phone away: the clinician reads it before you meet.",
        "Todo está guardado. Ya puede guardar el teléfono: el profesional lo lee antes de verle.",
    ),
    "done_here": InBoth(
        "Everything is saved. Please give this device back at the front desk: the clinician reads it before you meet.",
        "Todo está guardado. Devuelva este aparato en recepción, por favor: el profesional lo lee antes de verle.",
    ),
    "done_waiting": InBoth(
        "Not everything is sent yet. Keep this page open until it says 'Saved'.",
        "Aún no se ha enviado todo. Deje esta página abierta hasta que diga «Guardado».",
    ),
    "gone_state": InBoth("Not sent", "Sin enviar"),
    "gone_title": InBoth("This form has stopped", "Este formulario se ha detenido"),
    "gone": InBoth(
        "Your last answers did not reach the clinic: the form's link does not work any more.",
        "Sus últimas respuestas no han llegado a la clínica: el enlace del formulario ya no sirve.",
    ),
    "gone_call": InBoth(
        "Call us and ask for a new link to this form. Open it on this device within two weeks: it keeps these "
        "answers and sends them then.",
        "Llámenos y pida un enlace nuevo para este formulario. Ábralo en este aparato en dos semanas como máximo: "
        "guarda estas respuestas y entonces las envía.",
    ),
    "gone_here": InBoth(
        "Please give this device back at the front desk and say that the form has stopped. They open it again in this "
        "window, and your last answers are sent then.",
        "Devuelva este aparato en recepción, por favor, y diga que el formulario se ha detenido. Allí lo abren "
        "otra vez en esta ventana y entonces se envían sus últimas respuestas.",
    ),
    "done_flags": InBoth(
        "The clinician will ask you more about some of your answers before anybody treats your back.",
        "El profesional le preguntará más sobre algunas respuestas antes de que nadie le trate la espalda.",
    ),
    "change": InBoth("Look at my answers again", "Ver otra vez mis respuestas"),
    "call_911": InBoth("Call 911", "Llamar al 911"),
    "call_office": InBoth("Call", "Llamar a"),
    "clinic": InBoth("The clinic's telephone,", "Teléfono de la clínica,"),
    "how_soon": InBoth("How soon", "Cuándo"),
    "may_mean": InBoth("What it may mean", "Qué puede significar"),
    "to_do": InBoth("What to do", "Qué hacer"),
    "say": InBoth("Show this page and say", "Enseñe esta página y diga"),
    "say_english": InBoth("In English", "Dígalo o muéstrelo en inglés"),
    "told": InBoth(
        "The clinic sees this too. No visit can be booked until a clinician has looked.",
        "La clínica también lo ve. No se puede dar cita hasta que un profesional lo haya visto.",
    ),
    "told_later": InBoth(
        "We could not reach the clinic's computer. Do what stands above; do not wait for us.",
        "No hemos podido avisar a la clínica. Haga lo que dice arriba; no nos espere.",
    ),
    "mistake": InBoth("I answered by mistake", "Respondí por error"),
    "go_on": InBoth("Go on with the questions", "Seguir con las preguntas"),
    "figure": InBoth("Body map", "Mapa del cuerpo"),
    "list": InBoth("The same as a list", "Lo mismo como lista"),
    "none_chosen": InBoth("Nothing marked yet", "Aún no hay nada marcado"),
    "save_all": InBoth("Save my answers and go on later", "Guardar mis respuestas y seguir después"),
    "send_all": InBoth(
        "I have read and answered everything: send the form",
        "He leído y respondido todo: enviar el formulario",
    ),
    "saved_open": InBoth(
        "Your answers are saved. Questions that still need one: {count}. The first of them: {question}",
        "Sus respuestas están guardadas. Preguntas que aún necesitan una: {count}. La primera: {question}",
    ),
    "saved_part": InBoth(
        "Your answers are saved. Send the form when you have read everything.",
        "Sus respuestas están guardadas. Envíe el formulario cuando lo haya leído todo.",
    ),
    "saved_whole": InBoth(
        "Thank you. The form is complete: the clinician reads it before you meet.",
        "Gracias. El formulario está completo: el profesional lo lee antes de verle.",
    ),
    "skip": InBoth("Skip to the questions", "Ir a las preguntas"),
    "own_words": InBoth("In your own words; may stay empty", "Con sus palabras; puede quedar vacío"),
    "other_language": InBoth("Español", "English"),
    "language": InBoth("Language", "Idioma"),
}


def words_in(language: PatientLanguage) -> dict[str, str]:
    """Every text of the page in one language."""
    return {key: text.in_(language) for key, text in WORDS.items()}
