"""The consent and the take-home sheet as headings and lines, in the patient's language, from plan and evidence."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

from spondyl.assessment.intake import PatientLanguage
from spondyl.clinic.care import patient_words as say
from spondyl.clinic.care.option_names import clinic_library
from spondyl.clinic.care.patient_words import day_in, goal_in
from spondyl.clinic.care.visit_note import VisitNote
from spondyl.evidence.aid import Language, Said, words_of
from spondyl.evidence.aid.ladder import LadderRow, ladder_row
from spondyl.treatment.plan import Plan, RankedOption, Standing


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A heading with its lines; level 2 stands under the title, level 3 under the block before."""

    heading: str
    level: int
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaflet:
    """One printable page."""

    language: PatientLanguage
    title: str
    blocks: tuple[Block, ...]


def leaflet_to_json(leaflet: Leaflet) -> dict[str, Any]:
    """The page to the letter, as it is kept with a signature."""
    return {
        "language": leaflet.language.value,
        "title": leaflet.title,
        "blocks": [{**asdict(block), "lines": list(block.lines)} for block in leaflet.blocks],
    }


def leaflet_from_json(values: dict[str, Any]) -> Leaflet:
    """The page that :func:`leaflet_to_json` kept."""
    return Leaflet(
        language=PatientLanguage(values["language"]),
        title=values["title"],
        blocks=tuple(
            Block(heading=one["heading"], level=one["level"], lines=tuple(one["lines"]))
            for one in values["blocks"]
        ),
    )


def consent_leaflet(plan: Plan, ranked: Iterable[RankedOption], language: PatientLanguage) -> Leaflet:
    """What the patient agrees to: each option of the plan, what else there is, the judgement, the patient's say."""
    open_ones = (Standing.OPEN, Standing.ON_CONDITION, Standing.ASK_FIRST)
    others = [one.line.id for one in ranked if one.standing in open_ones and one.line.id not in plan.options]
    options = [block for option in plan.options for block in _option_blocks(option, language)]
    return Leaflet(
        language=language,
        title=say.CONSENT_TITLE.in_(language),
        blocks=(
            *options,
            _block(say.OTHERS.in_(language), say.OTHERS_LEAD.in_(language), *_names(others, language)),
            _judged(plan, language),
            _block(say.RIGHTS.in_(language), *(line.in_(language) for line in say.RIGHTS_LINES)),
        ),
    )


def home_leaflet(plan: Plan, notes: Iterable[VisitNote], language: PatientLanguage) -> Leaflet:
    """What goes home: what was found, how sure, what was done, what to do, what to watch for, when it is judged."""
    return Leaflet(
        language=language,
        title=say.SHEET_TITLE.in_(language),
        blocks=(
            _block(say.FOUND.in_(language), *plan.problem.splitlines()),
            _block(say.HOW_SURE.in_(language), *(line.in_(language) for line in say.HOW_SURE_LINES)),
            _block(say.WAS_DONE.in_(language), *_done(notes, language)),
            _block(say.AT_HOME.in_(language), *(plan.home_exercise.splitlines() or ["–"])),
            _block(say.WATCH.in_(language), *(line.in_(language) for line in say.WATCH_LINES)),
            _judged(plan, language),
        ),
    )


def _block(heading: str, *lines: str, level: int = 2) -> Block:
    return Block(heading=heading, level=level, lines=tuple(line for line in lines if line.strip()))


def _judged(plan: Plan, language: PatientLanguage) -> Block:
    day = day_in(plan.review_on, language)
    return _block(
        say.JUDGED.in_(language),
        say.JUDGED_ON.in_(language).format(day=day),
        *(goal_in(goal, language) for goal in plan.goals),
        say.STOP_RULE.in_(language),
    )


def _option_blocks(option: str, language: PatientLanguage) -> list[Block]:
    words = words_of(Language(language.value))
    if not words.has_option(option):
        return [_block(option, level=2)]
    row = ladder_row(clinic_library(), option, words, ())
    return [_block(row.name), *_row_blocks(row, language)]


def _row_blocks(row: LadderRow, language: PatientLanguage) -> list[Block]:
    parts: tuple[tuple[str, tuple[Said, ...]], ...] = (
        (say.DONE.in_(language), row.what),
        (say.FEEL.in_(language), row.feel),
        (say.GOOD.in_(language), row.good),
        (say.BAD.in_(language), tuple(risk.said for risk in row.bad)),
        (say.SURE.in_(language), (row.sure,)),
    )
    return [_block(heading, *(one.prose.text for one in said), level=3) for heading, said in parts]


def _names(options: Iterable[str], language: PatientLanguage) -> list[str]:
    return [option_in(option, language) for option in options]


def option_in(option: str, language: PatientLanguage) -> str:
    """The name of an option in the patient's words; its id where there are none."""
    words = words_of(Language(language.value))
    return words.text(f"options.{option}.name") if words.has_option(option) else option


def _done(notes: Iterable[VisitNote], language: PatientLanguage) -> list[str]:
    lines = [
        f"{day_in(note.on, language)}: {', '.join(option_in(option, language) for option in note.done)}"
        for note in notes
        if note.done
    ]
    return lines or [say.NOTHING_DONE.in_(language)]
