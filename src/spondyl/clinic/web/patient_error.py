"""What a patient reads when a page that needs no account does not open: plain, in two languages, with whom to call."""

from typing import Any

from fastapi import Request
from sqlalchemy.exc import SQLAlchemyError

from spondyl.booking import Office
from spondyl.clinic.chart.practice import has_practice, practice_of
from spondyl.clinic.chart.transaction import reading
from spondyl.clinic.web.public.shown import visitor_language
from spondyl.clinic.web.services import services_of

PATIENT_PATHS = ("/book", "/visit/", "/intake/", "/aid/")
_TITLES = {
    "en": {
        404: "This page does not open",
        403: "This page is too old",
        409: "This does not work any more",
        410: "This form is not open here",
        500: "Something went wrong here",
        507: "Something went wrong here",
    },
    "es": {
        403: "Esta página es demasiado antigua",
        404: "Esta página no se abre",
        409: "Esto ya no es posible",
        410: "Este formulario no está abierto aquí",
        500: "Algo ha fallado aquí",
        507: "Algo ha fallado aquí",
    },
}
_OTHER = {"en": "This did not work", "es": "Esto no ha funcionado"}
_ADVICE = {
    "en": "call us, or book a visit here.",
    "es": "llámenos, o reserve una cita aquí.",
}
_GIVE_BACK = {
    "en": "give this device back at the front desk; they open your form again.",
    "es": "devuelva este aparato en recepción; allí le abren otra vez su formulario.",
}
_FAULT = {
    "en": "The fault is ours. What you entered may not be saved.",
    "es": "El fallo es nuestro. Puede que lo que escribió no se haya guardado.",
}
_NOT_SAVED = {
    "en": "The fault is ours: what you entered was not saved.",
    "es": "El fallo es nuestro: lo que escribió no se ha guardado.",
}
_TOO_OLD = {
    "en": "Nothing was changed. Go back, load the page again, and send it once more.",
    "es": "No se cambió nada. Vuelva atrás, cargue la página otra vez y envíela de nuevo.",
}
_IN_SPANISH = {
    404: "El enlace no está completo o ya no sirve. Ábralo otra vez desde el mensaje, o llámenos.",
    409: "Algo cambió entretanto y esto ya no se pudo hacer. Vuelva atrás y cargue la página otra vez, o llámenos.",
    410: "Este formulario no está abierto en este aparato, o ya no lo está.",
    413: "Lo que envió es demasiado grande y no se guardó nada. Escriba menos, o llámenos.",
    422: "Algo de lo que envió no es correcto y no se guardó nada. Vuelva atrás y corríjalo, o llámenos.",
    429: "Hay demasiadas peticiones a la vez. Espere un minuto e inténtelo otra vez, o llámenos.",
}
"""What the errors say that have English words of their own."""
_NOT_DONE = "Esto no se pudo hacer. Vuelva atrás y cargue la página otra vez, o llámenos."


def is_for_patient(request: Request) -> bool:
    """Whether the address is one that patients open without an account."""
    return request.url.path.startswith(PATIENT_PATHS)


def patient_error(request: Request, status: int, what: str) -> dict[str, Any]:
    """What the error page shows a patient, in the language of the address or the browser."""
    language = visitor_language(request, request.query_params.get("lang"))
    if status == 500:
        what = _FAULT[language]
    elif status == 507:
        what = _NOT_SAVED[language]
    elif status == 403:
        what = _TOO_OLD[language]
    elif language == "es":
        what = _IN_SPANISH.get(status, _NOT_DONE)
    return {
        "lang": language,
        "title": _TITLES[language].get(status, _OTHER[language]),
        "what": what,
        "advice": _GIVE_BACK[language] if status == 410 else _ADVICE[language],
        "next_word": "Ahora" if language == "es" else "Next",
        "book_word": "Reservar una cita" if language == "es" else "Book a visit",
        "offices": [one for one in _offices(request) if one.telephone],
    }


def _offices(request: Request) -> tuple[Office, ...]:
    """The offices to call; none when the fault is the database itself."""
    try:
        with reading(services_of(request).engine) as connection:
            return practice_of(connection).offices if has_practice(connection) else ()
    except SQLAlchemyError:
        return ()
