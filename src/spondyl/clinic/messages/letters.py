"""The letters about a visit, in the patient's language: few words, what, when, where, and the link to change it."""

from collections.abc import Sequence
from dataclasses import dataclass

from spondyl.booking import Appointment, Practice
from spondyl.clinic.chart.outbox import MessageKind
from spondyl.clinic.chart.people import Person
from spondyl.clinic.messages.when import when_words


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A letter to one person, with a calendar file where there is one."""

    to: str
    subject: str
    text: str
    calendar: bytes | None = None


_SUBJECTS = {
    "en": {
        MessageKind.BOOKED: "Your visit is booked: {when}",
        MessageKind.COURSE: "Your visits are booked, the first on {when}",
        MessageKind.MOVED: "Your visit is now on {when}",
        MessageKind.CANCELLED: "Your visit is cancelled: {when}",
        MessageKind.REMINDER: "Reminder: your visit on {when}",
        MessageKind.OFFER: "An earlier time is free: {when}",
    },
    "es": {
        MessageKind.BOOKED: "Su cita está reservada: {when}",
        MessageKind.COURSE: "Sus citas están reservadas; la primera es el {when}",
        MessageKind.MOVED: "Su cita es ahora el {when}",
        MessageKind.CANCELLED: "Su cita está cancelada: {when}",
        MessageKind.REMINDER: "Recordatorio: su cita del {when}",
        MessageKind.OFFER: "Hay una hora libre antes: {when}",
    },
}
_LINK = {
    "en": "To change or cancel it, no account needed: {link}",
    "es": "Para cambiarla o cancelarla, sin cuenta: {link}",
}
_TAKE = {
    "en": "It is kept for you alone for a short time. To take it: {link}",
    "es": "Está apartada solo para usted por poco tiempo. Para tomarla: {link}",
}
_HELLO = {"en": "Hello {name},", "es": "Hola, {name}:"}


def letter_about(
    practice: Practice,
    person: Person,
    kind: MessageKind,
    visits: Sequence[Appointment],
    *,
    link: str,
    calendar: bytes | None,
) -> Letter:
    """The letter about the first of ``visits``, listing all of them."""
    language = "es" if person.details.language == "es" else "en"
    subject = _SUBJECTS[language][kind].format(when=when_words(visits[0].wall, language))
    lines = [_HELLO[language].format(name=person.details.given_name), "", f"{subject}."]
    lines += [_line(practice, visit, language) for visit in visits]
    if kind is not MessageKind.CANCELLED:
        words = _TAKE if kind is MessageKind.OFFER else _LINK
        lines += ["", words[language].format(link=link)]
    return Letter(to=person.details.email, subject=subject, text="\n".join(lines) + "\n", calendar=calendar)


def _line(practice: Practice, visit: Appointment, language: str) -> str:
    office, visit_type = practice.office(visit.placement.office), practice.visit_type(visit.visit_type)
    name = visit_type.name_es if language == "es" else visit_type.name
    place = ", ".join(part for part in (office.name, office.address, office.telephone) if part)
    return f"- {when_words(visit.wall, language)}: {name}, {place}"
