"""Answers as PDF: the words of the page and its plots as vectors; the same input gives the same bytes."""

from collections.abc import Sequence
from typing import Any

from spondyl.clinic.report.evidence.pdf_plot import axis_drawing, people_drawing, row_drawing
from spondyl.clinic.report.evidence.plot import plot_scale
from spondyl.clinic.report.evidence.sources import SourceList
from spondyl.clinic.report.evidence.words import DISCLAIMER, STEPS, TITLES, WORDS
from spondyl.clinic.report.pdf_document import pdf_bytes
from spondyl.clinic.report.pdf_style import CONTENT_WIDTH, INK, RULE, Story
from spondyl.evidence.answer import (
    Answer,
    Comparison,
    Conclusion,
    Finding,
    GuidelineLine,
    HarmLine,
    IconPair,
    Panel,
    ReviewState,
    StudyLine,
)
from spondyl.evidence.library import Figure, Prose, Quote

Cell = Figure | Quote | Prose | str | None


def answer_pdf(answer: Answer) -> bytes:
    """The page of one option."""
    page = Sheet()
    page.story.title(answer.option.question)
    page.strong(answer.conclusion.short)
    page.plain(answer.conclusion.mark)
    page.plain(answer.conclusion.paragraph)
    if answer.conclusion.proposed is not None:
        page.story.heading("New data: nobody has signed this yet")
        page.plain(WORDS["awaiting"])
        page.plain(answer.conclusion.proposed)
    page.story.heading("What is done")
    page.plain(answer.option.what)
    for step in answer.procedure:
        page.plain("• ", step)
    _people(page, answer.icons)
    page.story.heading("What trials with a control group found")
    for panel in answer.controlled:
        _panel(page, panel)
    if not answer.controlled:
        page.plain(WORDS["no_controlled"])
    _uncontrolled(page, answer.uncontrolled)
    _findings(page, answer)
    page.story.heading("What can go wrong")
    _harms(page, answer.harms)
    _rules(page, answer)
    _certainty(page, answer)
    _claims(page, answer)
    _change(page, answer)
    _studies(page, answer)
    return page.finish(answer.option.question)


def comparison_pdf(comparison: Comparison) -> bytes:
    """The page of all options."""
    page = Sheet()
    page.story.title(WORDS["comparison"])
    page.table(
        ("Option", "Short answer", "Certainty", "Guidelines"),
        [
            (
                line.name + (" (this clinic offers it)" if line.clinics_own else ""),
                page.text(line.conclusion.short, f" {WORDS['new_data']}" if line.conclusion.proposed else ""),
                _certainty_word(line.conclusion),
                "they disagree"
                if line.guidelines_conflict
                else "; ".join(f"{one.guideline.text}: {one.direction.value}" for one in line.guidelines)
                or "none read",
            )
            for line in comparison.options
        ],
        shares=(0.24, 0.38, 0.13, 0.25),
    )
    page.story.heading("Numbers from trials with a control group")
    for one in comparison.controlled:
        _panel(page, one.panel, one.options)
        if one.absent:
            page.small(f"Without a verified number or finding here: {'; '.join(one.absent)}.")
    page.story.heading("Numbers without a control group")
    page.plain(WORDS["uncontrolled"])
    for one in comparison.uncontrolled:
        _panel(page, one.panel, one.options)
    for line in comparison.options:
        page.story.heading(f"What can go wrong: {line.name}")
        _harms(page, line.harms)
    page.story.heading("Where guidelines disagree")
    for line in comparison.options:
        if line.guidelines_conflict:
            page.strong(line.name)
            _guidelines(page, line.guidelines)
    return page.finish(WORDS["comparison"])


def _certainty_word(conclusion: Conclusion) -> str:
    if conclusion.certainty is None:
        return "nothing to grade"
    return f"{conclusion.certainty.value} ({conclusion.standing})"


class Sheet:
    """One PDF in the making: its story, and the sources numbered as they are shown."""

    def __init__(self) -> None:
        self.story = Story()
        self.sources = SourceList()

    def text(self, *cells: Cell) -> str:
        """Words, numbers and quotations as one text, their sources in brackets at the end."""
        words = "".join(
            "" if cell is None else cell if isinstance(cell, str) else cell.text for cell in cells
        )
        origins = [
            origin
            for cell in cells
            if cell is not None and not isinstance(cell, str)
            for origin in (cell.origins if isinstance(cell, Prose) else (cell.origin,))
        ]
        numbers = dict.fromkeys(self.sources.number(origin) for origin in origins)
        return f"{words} [{', '.join(map(str, numbers))}]" if numbers else words

    def strong(self, *cells: Cell) -> None:
        """A bold sentence."""
        self.story.strong(self.text(*cells))

    def plain(self, *cells: Cell) -> None:
        """A paragraph."""
        self.story.item("", (self.text(*cells),), ())

    def small(self, *cells: Cell) -> None:
        """A remark."""
        self.story.small(self.text(*cells))

    def table(self, head: Sequence[str], rows: Sequence[Sequence[str]], *, shares: tuple[float, ...]) -> None:
        """A table whose head repeats on every page."""
        self.story.table(head, rows, shares=shares)

    def drawings(self, cells: list[list[Any]], widths: list[float], *, ruled: bool) -> None:
        """A grid with drawings in it."""
        from reportlab.platypus import Table

        lines: list[Any] = [
            ("VALIGN", (0, 0), (-1, -1), "MIDDLE"),
            ("LEFTPADDING", (0, 0), (-1, -1), 0),
            ("TOPPADDING", (0, 0), (-1, -1), 2),
            ("BOTTOMPADDING", (0, 0), (-1, -1), 2),
        ]
        if ruled:
            lines += [("LINEBELOW", (0, 0), (-1, -2), 0.4, RULE), ("LINEBELOW", (0, 0), (-1, 0), 1.0, INK)]
        repeat = 1 if ruled else 0
        self.story.flowables.append(
            Table(cells, colWidths=widths, style=lines, repeatRows=repeat, hAlign="LEFT")
        )

    def cell(self, text: str, *, bold: bool = False) -> Any:
        """A paragraph for a grid."""
        from xml.sax.saxutils import escape

        from reportlab.platypus import Paragraph

        from spondyl.clinic.report.pdf_style import said, style

        return Paragraph(escape(said(text)), style("cell-bold" if bold else "cell"))

    def finish(self, title: str) -> bytes:
        """The sources at the end, then the bytes."""
        self.story.heading("Sources, and who verified them")
        for source in self.sources.listed:
            where = "; ".join(source.locators)
            self.small(
                f"[{source.number}] {source.citation}. {where}. Verified by: {source.verified_by}, "
                f"{source.verified_on}."
            )
        return pdf_bytes(self.story.flowables, title=title, subject="Evidence answer", footer=DISCLAIMER)


def _people(page: Sheet, pairs: tuple[IconPair, ...]) -> None:
    page.story.heading("What a hundred people could expect")
    if not pairs:
        page.plain(WORDS["no_icons"])
    for pair in pairs:
        page.strong(pair.study, ": ", pair.outcome, ", ", pair.timing)
        pictures = [people_drawing(round(group.better.value)) for group in pair.groups]
        said = [
            page.cell(page.text(group.better, " of a hundred better with ", group.name))
            for group in pair.groups
        ]
        page.drawings([pictures, said], [130.0] * len(pictures), ruled=False)
        if pair.difference is not None:
            page.plain("Difference: ", pair.difference)
        if pair.number_needed is not None:
            page.plain("Number needed to treat: ", pair.number_needed)
        page.small(pair.why_no_number_needed)
    if pairs:
        page.small(WORDS["icons"])


def _panel(page: Sheet, panel: Panel, labels: Sequence[str] = ()) -> None:
    page.strong(TITLES[panel.axis])
    scale = plot_scale(panel)
    head = [page.cell(text, bold=True) for text in ("Study and outcome", "When", "Result (interval)", "Plot")]
    cells = [head]
    for number, row in enumerate(panel.rows):
        name = f"{labels[number]}. " if labels else ""
        plot = row_drawing(row.figure, scale, pooled=row.pooled) if row.figure else ""
        cells.append(
            [
                page.cell(page.text(name, row.label, ": ", row.detail)),
                page.cell("—" if row.timing is None else row.timing.text),
                page.cell(page.text(row.figure or row.finding), bold=row.figure is not None),
                plot,
            ]
        )
    if panel.plotted:
        cells.append(["", "", "", axis_drawing(scale, panel.axis)])
    page.drawings(cells, [0.35 * CONTENT_WIDTH, 0.09 * CONTENT_WIDTH, 0.2 * CONTENT_WIDTH, 186.0], ruled=True)
    if any(row.pooled for row in panel.rows):
        page.small(WORDS["pooled"])
    if panel.threshold is not None and panel.plotted:
        page.small(WORDS["threshold"], " It is ", panel.threshold, ".")


def _uncontrolled(page: Sheet, panels: tuple[Panel, ...]) -> None:
    if panels:
        page.story.heading("Numbers without a control group")
        page.plain(WORDS["uncontrolled"])
    for panel in panels:
        _panel(page, panel)


def _behind(page: Sheet, row: Finding) -> str:
    """Studies and people behind one result."""
    if row.studies is None and row.people is None:
        return WORDS["not_stated"]
    return page.text(row.studies or WORDS["not_stated"], ", ", row.people or WORDS["not_stated"])


def _findings(page: Sheet, answer: Answer) -> None:
    if not answer.findings:
        return
    page.story.heading("Summary of findings")
    rows = [
        (
            page.text(row.outcome),
            page.text(row.effect or row.finding),
            page.text(row.versus),
            _behind(page, row),
            "—" if row.control is None or row.active is None else page.text(row.control, ", ", row.active),
            f"{row.certainty.value} ({'published' if row.certainty_is_published else 'proposed'})",
        )
        for row in answer.findings
    ]
    head = (
        "Outcome",
        "Effect",
        "Compared with",
        "Studies, people",
        "Of a hundred: control, treatment",
        "Certainty",
    )
    page.table(head, rows, shares=(0.26, 0.2, 0.15, 0.11, 0.14, 0.14))


def _harms(page: Sheet, harms: tuple[HarmLine, ...]) -> None:
    rows = [
        (
            page.text(harm.event),
            harm.seriousness.value,
            (page.text(harm.rate) + (" as often, " if harm.rate_is_ratio else ", ") if harm.rate else "")
            + harm.how_often.text,
        )
        for harm in harms
    ]
    page.table(("What can happen", "Kind", "How often"), rows, shares=(0.45, 0.1, 0.45))


def _rules(page: Sheet, answer: Answer) -> None:
    page.story.heading("What the regulator says")
    for rule in answer.regulation:
        page.plain("• ", rule.title, ". ", rule.text)
    if not answer.regulation:
        page.plain(WORDS["no_regulation"])
    page.story.heading("What guidelines say")
    if answer.guidelines_conflict:
        page.strong(WORDS["conflict"])
    _guidelines(page, answer.guidelines)
    if not answer.guidelines:
        page.plain(WORDS["no_guideline"])


def _guidelines(page: Sheet, lines: Sequence[GuidelineLine]) -> None:
    for one in lines:
        page.plain(
            "• ",
            one.guideline,
            f": {one.direction.value}, strength: ",
            one.strength,
            " (",
            one.applies_to,
            "). ",
            one.text,
        )


def _certainty(page: Sheet, answer: Answer) -> None:
    sure = answer.sureness
    page.story.heading("How sure this is")
    for one in sure.published:
        page.plain(f"{WORDS['published']}: {one.level.value}. ", one.about)
    if sure.proposed is None:
        page.plain("There is nothing to grade.")
        return
    start, level = sure.proposed.start.value, sure.proposed.level.value
    unsigned = "" if answer.conclusion.state is ReviewState.SIGNED else f" {WORDS['unsigned']}"
    page.plain(f"{WORDS['proposal']}: starts {start}, ends {level}.{unsigned}")
    rows = [(step.concern.value, STEPS[step.steps], step.why) for step in sure.proposed.steps]
    page.table(("Reason", "Step", "Why"), rows, shares=(0.25, 0.15, 0.6))


def _claims(page: Sheet, answer: Answer) -> None:
    for check in answer.claims:
        page.story.heading("The claim, sentence by sentence")
        page.plain("“", check.claim, "”")
        for clause in check.clauses:
            page.strong("“", clause.clause, f"”: {clause.verdict.value}")
            page.plain(clause.verdict.why)
            for one in clause.deciding:
                page.plain("• ", one.share, ": ", one.label)
            for one in clause.elsewhere:
                page.small("Elsewhere in the library: ", one.study, ", ", one.label, ": ", one.share)


def _change(page: Sheet, answer: Answer) -> None:
    page.story.heading("What nobody knows, and what would change this answer")
    for line in answer.option.unknown:
        page.plain(f"• {line}")
    for study in answer.awaited:
        page.plain("• ", study.name, ". ", study.note)


def _about_study(page: Sheet, study: StudyLine) -> None:
    """What the table has no room for: the note, who has ties, and why each domain was judged as it was."""
    ties = ("Ties declared: ", study.conflicts, " ") if study.conflicts else ()
    note = (study.note, " ") if study.note else ()
    judged = [piece for line in study.judged for piece in (line, " ")]
    if ties or note or judged:
        page.small(study.name, ". ", *note, *ties, *judged)


def _studies(page: Sheet, answer: Answer) -> None:
    page.story.heading("The studies")
    rows = [
        (
            page.text(study.name) + (f" {study.registry_id.text}" if study.registry_id else ""),
            study.design.text,
            "—" if study.people is None else study.people.text,
            study.risk_of_bias,
            " ".join(one.text for one in study.adverse_events) or "not read",
            "not read" if study.funding is None else study.funding.text,
        )
        for study in answer.studies
    ]
    head = ("Study", "Design", "People", "Risk of bias", "Harms seen", "Money")
    page.table(head, rows, shares=(0.22, 0.2, 0.08, 0.16, 0.19, 0.15))
    for study in answer.studies:
        _about_study(page, study)
    for one in answer.left_out:
        page.plain("Left out: ", one.name, ". ", one.why)
    if answer.withheld is not None:
        page.small("Not shown: ", answer.withheld, " values in the library that nobody has verified yet.")
