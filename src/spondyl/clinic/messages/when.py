"""Days and times as people read them, in English and Spanish."""

from datetime import date, datetime

from spondyl.booking import clock_words

_DAYS = {
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
    "es": ("lunes", "martes", "miércoles", "jueves", "viernes", "sábado", "domingo"),
}
_MONTHS = {
    "en": (
        "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
        "December",
    ),
    "es": (
        "enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto", "septiembre", "octubre", "noviembre",
        "diciembre",
    ),
}  # fmt: skip


def day_words(day: date, language: str = "en") -> str:
    """Tuesday 3 March; martes 3 de marzo."""
    name, month = _DAYS[language][day.weekday()], _MONTHS[language][day.month - 1]
    return f"{name} {day.day} de {month}" if language == "es" else f"{name} {day.day} {month}"


def short_day(wall: datetime, language: str = "en") -> str:
    """Tue 3 Mar; mar 3 mar."""
    return f"{_DAYS[language][wall.weekday()][:3]} {wall.day} {_MONTHS[language][wall.month - 1][:3]}"


def time_words(wall: datetime, language: str = "en") -> str:
    """9:30 am; 9:30 a. m."""
    said = clock_words(wall)
    return said if language == "en" else said.replace("am", "a. m.").replace("pm", "p. m.")


def hour_words(wall: datetime, language: str = "en") -> str:
    """9:30 am; las 9:30 a. m., but la 1:00 p. m.: what stands after "until"."""
    article = "" if language == "en" else "la " if wall.hour % 12 == 1 else "las "
    return f"{article}{time_words(wall, language)}"


def when_words(wall: datetime, language: str = "en") -> str:
    """Tuesday 3 March, 9:30 am."""
    return f"{day_words(wall, language)}, {time_words(wall, language)}"
