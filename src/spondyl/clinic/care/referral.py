"""A referral letter from what the chart holds: the question is the clinician's, the facts are the chart's."""

from collections.abc import Iterable, Sequence

from spondyl.assessment.intake import IntakeSummary, PatientLanguage
from spondyl.assessment.questionnaires import instrument_of
from spondyl.assessment.screening import Flag
from spondyl.clinic.care.leaflet import Block, Leaflet
from spondyl.clinic.care.option_names import option_name
from spondyl.clinic.care.patient_words import day_in
from spondyl.clinic.care.scores import GivenScore
from spondyl.clinic.care.signed_films import SignedFilm
from spondyl.clinic.care.standing_notes import draft_lines, drafts, standing_impression, standing_lines
from spondyl.clinic.care.visit_note import StoredNote
from spondyl.treatment.plan import Plan, PlanJudged

LANGUAGE = PatientLanguage.ENGLISH
NO_CAUSE = "What films show is listed as seen. None of it is claimed to be where the pain comes from."


def referral_letter(
    *,
    summary: IntakeSummary | None,
    earlier: Iterable[Flag],
    notes: Sequence[StoredNote],
    plan: Plan | None,
    judged: PlanJudged | None,
    scores: Iterable[GivenScore],
    films: Iterable[SignedFilm],
) -> Leaflet:
    """The letter in English, for a colleague; a part that the chart does not hold says so.

    ``earlier`` are flags of earlier forms that still hold (:func:`spondyl.clinic.care.standing_flags.earlier_flags`).
    """
    parts = (
        ("The patient says", _says(summary)),
        ("Flags and answers of safety", _flags(summary, earlier)),
        ("Examination", _examined(notes)),
        ("Scores", _scored(scores)),
        ("Seen on films", _seen(films)),
        ("What was tried", _tried(plan, judged)),
    )
    return Leaflet(
        language=LANGUAGE,
        title="Referral",
        blocks=tuple(Block(heading=heading, level=2, lines=lines) for heading, lines in parts),
    )


def _says(summary: IntakeSummary | None) -> tuple[str, ...]:
    if summary is None:
        return ("No intake was filled in.",)
    where = ", ".join(summary.regions) or "no place marked"
    lasts = {None: "duration not answered", True: "12 weeks or longer", False: "under 12 weeks"}
    lines = [f"{summary.complaint or 'No complaint written'} ({where}; {lasts[summary.is_chronic]})."]
    lines += [f"Would like to: {summary.goal}"] if summary.goal else []
    return tuple(lines)


def _flags(summary: IntakeSummary | None, earlier: Iterable[Flag]) -> tuple[str, ...]:
    """Those of the newest form, then the ``earlier`` ones that still hold."""
    if summary is None:
        return ("Not asked.",)
    newest = [_flag(flag) for flag in summary.screen.flags]
    older = [f"{_flag(flag)} (Said in an earlier form.)" for flag in earlier]
    return (*newest, *older) or ("None raised.",)


def _flag(flag: Flag) -> str:
    return f"{flag.question.text} {flag.answer.value.capitalize()}."


def _examined(notes: Sequence[StoredNote]) -> tuple[str, ...]:
    """What is signed; a note that is not says so on a line of its own, so that nobody takes it for signed."""
    standing = standing_lines(notes)
    newest = max((on for _, _, on in standing if on), default=None)
    not_signed = tuple(_draft(one) for one in drafts(notes) if draft_lines(one))
    if newest is None:
        return not_signed or ("Not examined.",)
    impression = standing_impression(notes)
    said = (*standing, *((("Impression", *impression),) if impression else ()))
    lines = [
        f"{title}: {line}" + (f" ({day_in(on, LANGUAGE)})" if on and on != newest else "")
        for title, line, on in said
    ]
    return (f"On {day_in(newest, LANGUAGE)}.", *lines, *not_signed)


def _draft(note: StoredNote) -> str:
    lines = " ".join(f"{title}: {line}" for title, line in draft_lines(note))
    return f"NOT SIGNED, note of {day_in(note.note.on, LANGUAGE)}: {lines}"


def _scored(scores: Iterable[GivenScore]) -> tuple[str, ...]:
    by_code: dict[str, list[str]] = {}
    for one in scores:
        by_code.setdefault(one.instrument, []).append(f"{one.value:g} ({day_in(one.on, LANGUAGE)})")
    return tuple(f"{instrument_of(code).name}: {', '.join(values)}" for code, values in by_code.items()) or (
        "None.",
    )


def _seen(films: Iterable[SignedFilm]) -> tuple[str, ...]:
    """Of each film its red lines, its findings, and how common these are, said once."""
    lines: list[str] = []
    for film in films:
        day = "unknown date" if film.seen_on is None else day_in(film.seen_on, LANGUAGE)
        lines += [f"Check first, film of {day}: {line}" for line in film.red_lines]
        lines += [one.sentence for one in film.findings]
        lines += dict.fromkeys(one.prevalence for one in film.findings)
        lines += (
            [] if film.findings else [f"Nothing was found on the film of {day} that can be put into words."]
        )
    return (*lines, NO_CAUSE) if lines else ("No film was read and signed.",)


def _tried(plan: Plan | None, judged: PlanJudged | None) -> tuple[str, ...]:
    if plan is None or judged is None:
        return ("No plan was made.",)
    names = ", ".join(option_name(option) for option in plan.options)
    count = f"{plan.visits or 'no'} {'visit' if plan.visits == 1 else 'visits'}"
    return (
        f"{names}: {count} planned from {day_in(plan.starts_on, LANGUAGE)}.",
        judged.says,
    )
