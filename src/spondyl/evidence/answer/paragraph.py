"""The one-paragraph answer, put together from the same sentences for every option."""

from collections.abc import Iterator

from spondyl.evidence.answer.icons import IconPair, deciding_pair
from spondyl.evidence.answer.panels import Panel
from spondyl.evidence.answer.reading import Reading
from spondyl.evidence.answer.rows import Row, result_key
from spondyl.evidence.answer.scales import Axis
from spondyl.evidence.answer.sureness import Sureness
from spondyl.evidence.library import Library, Option, Piece, Prose, Quote

SIGNS = {
    Axis.PAIN: " on a scale of a hundred points (minus is less pain)",
    Axis.DISABILITY: " on a scale of a hundred points (minus is less disability)",
    Axis.STANDARDISED: " standard deviations (minus is less)",
}


def short_answer(library: Library, option: Option, reading: Reading) -> Prose:
    """The reading in a sentence, with what it was compared with."""
    before, mark, after = reading.words.partition("{versus}")
    if not mark:
        return Prose((before,))
    _, result = library.result(option.main)
    return Prose((before, Quote(text=result.versus, origin=result.origin), after))


def paragraph(
    library: Library,
    option: Option,
    *,
    reading: Reading,
    controlled: tuple[Panel, ...],
    uncontrolled: tuple[Panel, ...],
    icons: tuple[IconPair, ...],
    sureness: Sureness,
) -> Prose:
    """The answer in one paragraph: what trials found, what cannot be compared, how sure, what the regulator says."""
    pieces: list[Piece] = [*short_answer(library, option, reading).pieces]
    main = library.result(option.main) if option.main else None
    if main:
        pair = deciding_pair(option, icons) if main[1].groups else None
        pieces += _main_sentence(option.main, controlled, pair)
    if uncontrolled:
        pieces.append(_NOT_COMPARABLE)
    pieces += _certainty_sentence(sureness)
    for rule in library.regulation_of(option.id):
        if rule.headline and rule.origin.may_be_shown:
            pieces += [" ", Quote(text=rule.text, origin=rule.origin)]
    if option.clinics_own:
        pieces.append(" This clinic offers this treatment: it is judged here like every other.")
    return Prose(tuple(pieces))


_NOT_COMPARABLE = (
    " There are also numbers without a comparison group: they cannot tell the treatment from time, hope and "
    "natural recovery, so they stand apart."
)


def _main_sentence(main: str, controlled: tuple[Panel, ...], pair: IconPair | None) -> Iterator[Piece]:
    if pair is not None:
        yield from _people_sentence(pair)
        return
    found = next(
        (
            (panel.axis, row)
            for panel in controlled
            for row in panel.rows
            if result_key(row.detail.origin) == main
        ),
        None,
    )
    if found is not None:
        yield from _row_sentence(*found)


def _people_sentence(pair: IconPair) -> Iterator[Piece]:
    active, control = pair.active, pair.control
    yield from (" In ", pair.study, ", of a hundred people each, ", active.better)
    yield from (" got better after the treatment and ", control.better, " after the ", control.name)
    yield from (" (", pair.outcome, "; ", pair.timing, "). ")
    if pair.difference is not None:
        low, high = pair.difference.interval_95 or (0.0, 0.0)
        yield from ("The difference, ", pair.difference, ", ")
        yield ("could be chance alone." if low <= 0.0 <= high else "is more than chance explains.")


def _row_sentence(axis: Axis, row: Row) -> Iterator[Piece]:
    yield from (" ", row.label, ": ")
    if row.finding is not None:
        yield row.finding
    elif row.figure is not None:
        yield row.figure
        yield SIGNS.get(axis, "")
        yield "." if row.figure.interval_95 else "; no interval was read."


def _certainty_sentence(sureness: Sureness) -> Iterator[Piece]:
    if sureness.headline is None:
        yield " There is nothing to grade."
        return
    yield f" Certainty: {sureness.headline.value}"
    yield " (as published)." if sureness.headline_is_published else " (proposed by the software)."
    yield f" {sureness.headline.meaning}"
