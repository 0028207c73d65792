"""The letters about a visit, in the patient's language: few words, what, when, where, and the link to change it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from spondyl.booking import Appointment, Practice, wall_at
from spondyl.clinic.chart.engine import utc_now
from spondyl.clinic.chart.outbox import MessageKind
from spondyl.clinic.chart.people import Person
from spondyl.clinic.messages.calendar_file import CalendarFile
from spondyl.clinic.messages.when import when_words


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A letter to one person, with a calendar file where there is one."""

    to: str
    subject: str
    text: str
    clinic: str = ""
    written_at: datetime = field(default_factory=utc_now)
    calendar: CalendarFile | None = None


_SUBJECTS = {
    "en": {
        MessageKind.BOOKED: "Your visit is booked: {when}",
        MessageKind.COURSE: "Your visits are booked, the first on {when}",
        MessageKind.MOVED: "Your visit is now on {when}",
        MessageKind.CANCELLED: "Your visit is cancelled: {when}",
        MessageKind.COURSE_CANCELLED: "Your visits are cancelled, the first of {when}",
        MessageKind.REMINDER: "Reminder: your visit on {when}",
        MessageKind.OFFER: "An earlier time is free: {when}",
    },
    "es": {
        MessageKind.BOOKED: "Su cita está reservada: {when}",
        MessageKind.COURSE: "Sus citas están reservadas; la primera es el {when}",
        MessageKind.MOVED: "Su cita es ahora el {when}",
        MessageKind.CANCELLED: "Su cita está cancelada: {when}",
        MessageKind.COURSE_CANCELLED: "Sus citas están canceladas; la primera era el {when}",
        MessageKind.REMINDER: "Recordatorio: su cita del {when}",
        MessageKind.OFFER: "Hay una hora libre antes: {when}",
    },
}
_LINK = {
    "en": "To change or cancel it, no account needed: {link}",
    "es": "Para cambiarla o cancelarla, sin cuenta: {link}",
}
_KEPT = {
    "en": "It is kept for you alone until {until}",
    "es": "Está apartada solo para usted hasta el {until}",
}
_TAKE = {"en": "To take it: {link}", "es": "Para tomarla: {link}"}
_HELLO = {"en": "Hello {name},", "es": "Hola, {name}:"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Writer:
    """Who writes: the clinic's name, the moment, and the link to a visit."""

    clinic: str
    now: datetime
    link_of: Callable[[Appointment], str]


def letter_about(
    practice: Practice,
    person: Person,
    kind: MessageKind,
    visits: Sequence[Appointment],
    *,
    writer: Writer,
    calendar: CalendarFile | None,
) -> Letter:
    """The letter about the first of ``visits``, listing all of them."""
    language = "es" if person.details.language == "es" else "en"
    subject = _SUBJECTS[language][kind].format(when=when_words(visits[0].wall, language))
    lines = [_HELLO[language].format(name=person.details.given_name), "", _sentence(subject)]
    for visit in visits:
        lines.append(_line(practice, visit, language))
        if kind is MessageKind.COURSE:
            lines.append(f"  {_LINK[language].format(link=writer.link_of(visit))}")
    lines += _ways_on(kind, visits[0], writer, language)
    lines += ["", writer.clinic] if writer.clinic else []
    return Letter(
        to=person.details.email,
        subject=subject,
        text="\n".join(lines) + "\n",
        clinic=writer.clinic,
        written_at=writer.now,
        calendar=calendar,
    )


def _ways_on(kind: MessageKind, visit: Appointment, writer: Writer, language: str) -> list[str]:
    """What the patient can do about a single visit; a course says it beside each."""
    if kind in {MessageKind.COURSE, MessageKind.CANCELLED, MessageKind.COURSE_CANCELLED}:
        return []
    link = writer.link_of(visit)
    if kind is not MessageKind.OFFER or visit.held_until is None:
        return ["", _LINK[language].format(link=link)]
    until = when_words(wall_at(visit.zone, visit.held_until), language)
    kept, take = _sentence(_KEPT[language].format(until=until)), _TAKE[language].format(link=link)
    return ["", f"{kept} {take}"]


def _sentence(words: str) -> str:
    """With a full stop: Spanish half days bring their own."""
    return words if words.endswith(".") else f"{words}."


def _line(practice: Practice, visit: Appointment, language: str) -> str:
    office, visit_type = practice.office(visit.placement.office), practice.visit_type(visit.visit_type)
    name = visit_type.name_es if language == "es" else visit_type.name
    place = ", ".join(part for part in (office.name, office.address, office.telephone) if part)
    return f"- {when_words(visit.wall, language)}: {name}, {place}"
