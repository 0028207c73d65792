"""What a patient reads when a page that needs no account does not open: plain, in two languages, with whom to call."""

from typing import Any

import sqlalchemy as sa
from fastapi import Request
from sqlalchemy.exc import SQLAlchemyError

from spondyl.booking import Office
from spondyl.clinic.care.intake_record import opened
from spondyl.clinic.chart.appointment_rows import appointment
from spondyl.clinic.chart.practice import has_practice, practice_of
from spondyl.clinic.chart.transaction import reading
from spondyl.clinic.messages.links import HOLD, VISIT
from spondyl.clinic.web.csrf import SAFE_METHODS
from spondyl.clinic.web.intake.form_link import HAND_OVER, SENT
from spondyl.clinic.web.patient_link import LinkUnusableError, signed_link
from spondyl.clinic.web.public.shown import is_language_chosen, patient_language, visitor_language
from spondyl.clinic.web.services import services_of
from spondyl.clinic.web.storable import FORMS

PATIENT_PATHS = ("/book", "/visit/", "/intake/", "/aid")
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
_PURPOSES = {"book": (HOLD,), "visit": (VISIT,), "intake": (SENT, HAND_OVER)}
"""The links that open pages, by the beginning of the address."""
_NOT_DONE = "Esto no se pudo hacer. Vuelva atrás y cargue la página otra vez, o llámenos."


def is_for_patient(request: Request) -> bool:
    """Whether the address is one that patients open without an account."""
    return request.url.path.startswith(PATIENT_PATHS)


async def note_language(request: Request) -> None:
    """A dependency of the whole application: whatever is wrong with a patient's form is said in the form's language."""
    if is_for_patient(request) and request.headers.get("content-type", "").startswith(FORMS):
        said = (await request.form()).get("lang")
        if isinstance(said, str):
            visitor_language(request, said)


def patient_error(request: Request, status: int, what: str) -> dict[str, Any]:
    """What the error page shows a patient, in the language of the address, the form, the link or the browser."""
    language = _language(request, status)
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
        "other": _in_other(request, language) if request.method in SAFE_METHODS else None,
        "title": _TITLES[language].get(status, _OTHER[language]),
        "what": what,
        "advice": _GIVE_BACK[language] if status == 410 else _ADVICE[language],
        "next_word": "Ahora" if language == "es" else "Next",
        "book_word": "Reservar una cita" if language == "es" else "Book a visit",
        "offices": [one for one in _offices(request) if one.telephone],
    }


def _language(request: Request, status: int) -> str:
    asked = request.query_params.get("lang")
    # A tablet that is refused a form (410) is in the hands of somebody else than the form's patient.
    if asked or is_language_chosen(request) or status == 410:
        return visitor_language(request, asked)
    return visitor_language(request, _language_behind(request))


def _language_behind(request: Request) -> str | None:
    """That of the form or the visit which the address opens, or opened while its link was not too old."""
    _, page, token, *_ = f"{request.url.path}//".split("/")
    try:
        with reading(services_of(request).engine) as connection:
            return _language_of_link(connection, request, page, token)
    except Exception:  # what cannot be read may be why this page is shown, and whom to call stands on it
        return None


def _language_of_link(connection: sa.Connection, request: Request, page: str, token: str) -> str | None:
    key = services_of(request).key_for("patient link")
    for purpose in _PURPOSES.get(page, ()):
        try:
            subject = signed_link(token, purpose=purpose, key=key).subject
        except LinkUnusableError:
            continue
        if page == "intake":
            return opened(connection, subject).intake.language.value
        return patient_language(connection, request, appointment(connection, subject), None)
    return None


def _in_other(request: Request, language: str) -> str:
    """The same address in the other language."""
    other = "en" if language == "es" else "es"
    return f"{request.url.path}?{request.url.include_query_params(lang=other).query}"


def _offices(request: Request) -> tuple[Office, ...]:
    """The offices to call; none when the fault is the database itself."""
    try:
        with reading(services_of(request).engine) as connection:
            return practice_of(connection).offices if has_practice(connection) else ()
    except SQLAlchemyError:
        return ()
