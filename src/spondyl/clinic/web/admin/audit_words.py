"""The audit log in plain words: what was done, to what, and the details."""

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any

from spondyl.clinic.chart.audit_look import UNDONE
from spondyl.clinic.report.day_text import day_text

WORDS = {
    "accept dose": "answered a proposed dose",
    "accepted dose not confirmed": "the session did not confirm that a dose was accepted",
    "add account": "added an account",
    "add passkey": "added a passkey",
    "add person": "added the patient",
    "back on waitlist": "put back on the waitlist",
    "book visit": "booked a visit",
    "book visit over another": "booked a visit over another",
    "break glass": "opened a restricted chart in an emergency",
    "cancel visit": "cancelled a visit",
    "change account": "changed an account",
    "change person": "changed what is known of the patient",
    "change practice": "changed what can be booked",
    "check audit": "checked this log",
    "confirm level names": "confirmed the names of the vertebrae",
    "correct landmarks": "moved landmarks of a film",
    "end adjustment": "ended an adjustment session",
    "erase person": "erased the patient",
    "export clinic": "began to export the whole clinic",
    "export patient": "began to export the record",
    "fetch film": "fetched the picture or the landmarks of a film",
    "finish export": "finished an export",
    "give landmarks": "gave landmarks for a film",
    "go back to accepted landmarks": "went back to the accepted landmarks of a film",
    "go back to detector's landmarks": "went back to the landmarks found automatically",
    "hold time": "kept a time",
    "in use again": "noted that a room or an instrument is in use again",
    "join waitlist": "put on the waitlist",
    "join charts": "joined two charts of one person",
    "leave waitlist": "took off the waitlist",
    "let hold lapse": "let go of a time that was kept",
    "look for patient in audit": "looked for the patient in the audit log",
    "make recovery link": "made a link that sets a new password",
    "mark film anew": "marked a film anew",
    "move visit": "moved a visit",
    "name film's patient": "said whose film it is",
    "offer time": "offered a time that became free",
    "open adjustment": "opened the adjustment page",
    "open chart": "opened the chart",
    "open chart beside": "opened the chart beside another",
    "open consent": "opened the consent",
    "open details": "opened the details of the patient",
    "open exam": "opened the visit notes",
    "open film": "opened a film",
    "open film's patient": "looked whose a film is",
    "read film again": "sent a refused film again",
    "open films": "opened the list of films",
    "open intake": "opened the intake",
    "open other charts": "looked for other charts of the patient",
    "open outcomes": "opened the outcomes",
    "open plan": "opened the plan",
    "open records": "opened the records",
    "open referral letter": "opened the referral letter",
    "open report": "opened the report of a film",
    "open take-home sheet": "opened the take-home sheet",
    "open visit": "opened a visit",
    "open visits": "opened the visits of the patient",
    "patient arrived": "noted that the patient arrived",
    "patient did not come": "noted that the patient did not come",
    "out of use": "noted that a room or an instrument is out of use",
    "provider away": "noted that a provider is away",
    "provider back": "took an absence of a provider back",
    "read film": "measured a film",
    "receive film": "received a film",
    "release stop": "released the instrument's stop",
    "remove passkey": "removed a passkey",
    "remove passkeys": "removed all passkeys",
    "rename levels": "renamed vertebrae",
    "restrict chart": "changed who may open the chart",
    "review glass": "reviewed the opening of a restricted chart",
    "save adjustment": "began or went on with an adjustment session",
    "save consent": "kept a consent",
    "save exam": "wrote a visit note",
    "save film reading": "kept the reading of a film",
    "save flag review": "noted a look at the flags",
    "save intake": "kept answers of the intake",
    "save plan": "wrote the plan",
    "save score": "kept a score",
    "search FHIR Patient": "searched patients by program (FHIR)",
    "send report": "sent the report of a film",
    "separate charts": "separated two charts that were joined",
    "set password": "set a password",
    "set single sign-on": "changed single sign-on",
    "sign consent": "signed the consent",
    "sign exam": "signed a visit note",
    "sign film reading": "signed the reading of a film",
    "sign in": "signed in",
    "sign out": "signed out",
    "sign plan": "signed the plan",
    "sign-in refused": "was refused at sign-in",
    "stop adjustment": "stopped an adjustment session",
    "take adjustment record": "took the record of an adjustment",
    "take adjustment report": "took the report of an adjustment",
    "take back confirmation of level names": "took back the confirmation of the vertebrae's names",
    "take back entry": "took back what was entered in error",
    "take back telling apart": "took back that two charts are two people's",
    "tell by telephone": "told by telephone",
    "tell charts apart": "said that two charts are two people's",
    "wrong password": "gave a wrong present password",
    UNDONE: "undid a change",
}
"""What each action of the log means; one that is not here is shown as it stands."""
_SHORT_KEYS = (
    "kind",
    "version",
    "reason",
    "why",
    "words",
    "fields",
    "role",
    "active",
    "name_before",
    "name",
    "finding",
    "start",
    "from",
    "to",
)
"""What of the details is shown at first sight; everything is shown on asking."""
_LONG = re.compile(r"[0-9a-f]{16,}")
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+(Z|[+-]\d\d:\d\d)")
SHORT_CHARACTERS = 8


def action_words(action: str) -> str:
    """What was done, in plain words."""
    if action.startswith(UNDONE):
        return f"undid: {action.removeprefix(UNDONE)}" if action != UNDONE else WORDS[UNDONE]
    if action.startswith("read FHIR "):
        return f"read by program (FHIR): {action.removeprefix('read FHIR ')}"
    return WORDS.get(action, action)


def subject_words(subject: str) -> str:
    """To what, without long identifiers: ``film 3f2a91c0…``."""
    return _LONG.sub(lambda found: shortened(found[0]), subject)


def shortened(text: str) -> str:
    """The beginning of a digest or an identifier; the full one stands in the details."""
    return f"{text[:SHORT_CHARACTERS]}…"


def in_short(detail: Mapping[str, Any], when: Callable[[datetime], str]) -> str:
    """The details that say something to a person, digests shortened; empty when there are none."""
    parts = [
        f"{key}: {_said(detail[key], when)}" for key in _SHORT_KEYS if detail.get(key) not in (None, "", [])
    ]
    parts += [f"digest {shortened(str(detail['digest']))}"] if detail.get("digest") else []
    return "; ".join(parts)


def in_full(detail: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Every detail as it is kept."""
    return [(key.replace("_", " "), _plain(value)) for key, value in detail.items()]


def _plain(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list | tuple):
        return ", ".join(_plain(one) for one in value)
    if isinstance(value, dict):
        return ", ".join(f"{key} {_plain(one)}" for key, one in value.items())
    return "–" if value is None else str(value)


def _said(value: Any, when: Callable[[datetime], str]) -> str:
    text = _plain(value)
    try:
        if _DAY.fullmatch(text):
            return day_text(date.fromisoformat(text))
        if _MOMENT.fullmatch(text):
            return when(datetime.fromisoformat(text))
    except (ValueError, OverflowError):
        pass  # a person's words that begin like a day
    return _LONG.sub(lambda found: shortened(found[0]), text)
