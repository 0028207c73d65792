"""One offline page an answer, and one for all options: no script, no link to load, prints, light and dark."""

from collections.abc import Callable, Iterable
from typing import Any

from markupsafe import Markup, escape

from spondyl.clinic.report.evidence.plot import ends_text, plot_scale
from spondyl.clinic.report.evidence.sources import SourceList, origin_text
from spondyl.clinic.report.evidence.svg import axis_svg, people_svg, row_svg
from spondyl.clinic.report.evidence.words import DISCLAIMER, STEPS, TITLES, WORDS
from spondyl.clinic.report.html import environment
from spondyl.evidence.answer import Answer, Comparison, Panel
from spondyl.evidence.library import Figure, Piece, Prose, Quote


def answer_html(answer: Answer) -> str:
    """The page of one option."""
    return _render("evidence_answer.html.j2", title=answer.option.question, answer=answer)


def comparison_html(comparison: Comparison) -> str:
    """The page of all options."""
    return _render("evidence_comparison.html.j2", title=WORDS["comparison"], comparison=comparison)


def _render(template: str, **content: Any) -> str:
    sources = SourceList()

    def shown(value: Piece | Prose) -> Markup:
        return _shown(value, sources)

    def refs(*values: Figure | Quote | Prose | None) -> Markup:
        return _refs(values, sources)

    tools: dict[str, Callable[..., Any]] = {
        "shown": shown,
        "refs": refs,
        "plot_scale": plot_scale,
        "row_svg": row_svg,
        "axis_svg": _axis,
        "people_svg": people_svg,
        "panel_title": _title,
        "step_words": STEPS.__getitem__,
    }
    page = environment().get_template(template)
    return page.render(**tools, **content, sources=sources, words=WORDS, disclaimer=DISCLAIMER)


def _shown(value: Piece | Prose, sources: SourceList) -> Markup:
    """A number, quotation or paragraph; each number and quotation carries its origin and a tooltip with it."""
    if isinstance(value, Prose):
        return Markup("").join(_shown(piece, sources) for piece in value.pieces)
    if isinstance(value, str):
        return escape(value)
    kind = "fig" if isinstance(value, Figure) else "quote"
    sources.number(value.origin)
    return Markup('<span class="{}" data-origin="{}" title="{}">{}</span>').format(
        kind, value.origin.key, origin_text(value.origin), value.text
    )


def _refs(values: Iterable[Figure | Quote | Prose | None], sources: SourceList) -> Markup:
    """Links to the sources of the values, each once."""
    origins = [
        origin
        for value in values
        if value is not None
        for origin in (value.origins if isinstance(value, Prose) else (value.origin,))
    ]
    numbers = dict.fromkeys(sources.number(origin) for origin in origins)
    link = '<a class="ref" href="#source-{0}" aria-label="source {0}">{0}</a>'
    return Markup(" ").join(Markup(link).format(number) for number in numbers)


def _axis(panel: Panel) -> Markup:
    return axis_svg(plot_scale(panel), ends_text(panel.axis))


def _title(panel: Panel) -> str:
    return TITLES[panel.axis]
