"""Print an answer, or all options, for a terminal: the same order as the page, sources numbered at the end."""

from collections.abc import Iterable, Sequence

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from spondyl.clinic.cli.evidence_plot_text import axis_lines, picture, plot_line
from spondyl.clinic.cli.whole_table import print_table
from spondyl.clinic.report.evidence.plot import plot_scale
from spondyl.clinic.report.evidence.sources import SourceList
from spondyl.clinic.report.evidence.words import DISCLAIMER, STEPS, TITLES, WORDS
from spondyl.evidence.answer import (
    Answer,
    Comparison,
    Conclusion,
    HarmLine,
    IconPair,
    OptionLine,
    Panel,
    ReviewState,
)
from spondyl.evidence.library import Figure, Origin, Prose, Quote

Cell = Figure | Quote | Prose | str | None


WIDEST_WORD = 20
"""Longer words may be broken in a table."""


def _longest_word(text: Text | str) -> int:
    return max((len(word) for word in str(text).split()), default=1)


class Page:
    """One page in the making: a console, and the sources numbered as they are shown."""

    def __init__(self) -> None:
        self.console = Console(highlight=False)
        self.sources = SourceList()

    def heading(self, text: str) -> None:
        """A heading with a line of room above."""
        self.console.print()
        self.console.print(Text(text, style="bold"))

    def line(self, *cells: Cell, indent: int = 0) -> None:
        """Words, numbers and quotations as one wrapped paragraph, their sources in brackets at the end."""
        self.console.print(Padding(self.text(*cells), (0, 0, 0, indent)))

    def text(self, *cells: Cell) -> Text:
        """The cells as one text, with the numbers of their sources in brackets."""
        words = "".join(_words(cell) for cell in cells)
        return Text(f"{words}{self.refs(*cells)}")

    def refs(self, *cells: Cell) -> str:
        """`` [1, 4]``: the sources of the cells, each once."""
        origins = [origin for cell in cells for origin in _origins(cell)]
        numbers = dict.fromkeys(self.sources.number(origin) for origin in origins)
        return f" [{', '.join(map(str, numbers))}]" if numbers else ""

    def table(self, head: Sequence[str], rows: Iterable[Sequence[Text | str]]) -> None:
        """A table as wide as the terminal."""
        table = Table(*head, box=SIMPLE_HEAD, show_lines=False)
        rows = list(rows)
        for place, column in enumerate(table.columns):
            column.overflow = "fold"
            column.min_width = min(WIDEST_WORD, max(_longest_word(row[place]) for row in (head, *rows)))
        for row in rows:
            table.add_row(*row)
        print_table(table, self.console)

    def end(self) -> None:
        """The sources, and what this is not."""
        self.heading("Sources, and who verified them")
        for source in self.sources.listed:
            where = "; ".join(source.locators)
            self.line(
                f"[{source.number}] {source.citation}. {where}. {source.verified_by}, {source.verified_on}."
            )
        self.console.print()
        self.line(DISCLAIMER)


def _words(cell: Cell) -> str:
    return "" if cell is None else cell if isinstance(cell, str) else cell.text


def _origins(cell: Cell) -> tuple[Origin, ...]:
    if cell is None or isinstance(cell, str):
        return ()
    return cell.origins if isinstance(cell, Prose) else (cell.origin,)


def print_answer(answer: Answer) -> None:
    """The answer on stdout."""
    page = Page()
    page.console.print(Text(answer.option.question, style="bold"))
    page.line(answer.conclusion.mark)
    page.console.print()
    page.line(answer.conclusion.paragraph)
    if answer.conclusion.proposed is not None:
        page.heading("New data: nobody has signed this yet")
        page.line(WORDS["awaiting"])
        page.line(answer.conclusion.proposed, indent=2)
    _people(page, answer.icons)
    page.heading("What trials with a control group found")
    for panel in answer.controlled:
        _panel(page, panel)
    if not answer.controlled:
        page.line(WORDS["no_controlled"])
    if answer.uncontrolled:
        page.heading("Numbers without a control group")
        page.line(WORDS["uncontrolled"])
    for panel in answer.uncontrolled:
        _panel(page, panel)
    _findings(page, answer)
    page.heading("What can go wrong")
    _harms(page, answer.harms)
    _rules(page, answer)
    _certainty(page, answer)
    _claims(page, answer)
    _change(page, answer)
    page.end()


def _people(page: Page, pairs: tuple[IconPair, ...]) -> None:
    page.heading("What a hundred people could expect")
    if not pairs:
        page.line(WORDS["no_icons"])
    for pair in pairs:
        page.line(pair.study, ": ", pair.outcome, ", ", pair.timing)
        for group in pair.groups:
            page.line(group.better, " of a hundred better with ", group.name, indent=2)
            page.console.print(Padding(Text(picture(round(group.better.value))), (0, 0, 0, 4)))
        if pair.difference is not None:
            page.line("Difference: ", pair.difference, indent=2)
        if pair.number_needed is not None:
            page.line("Number needed to treat: ", pair.number_needed, indent=2)
        page.line(pair.why_no_number_needed, indent=2)


def _panel(page: Page, panel: Panel, labels: Sequence[str] = ()) -> None:
    page.console.print()
    page.line(TITLES[panel.axis])
    scale, width = plot_scale(panel), 34
    for number, row in enumerate(panel.rows):
        name = f"{labels[number]}: " if labels else ""
        timing = ("; ", row.timing) if row.timing else ()
        page.line(name, row.label, "; ", row.detail, *timing, indent=2)
        if row.figure is not None:
            drawn = plot_line(row.figure, scale, width=width, pooled=row.pooled)
            page.console.print(Padding(Text(f"{drawn}  {row.figure.text}"), (0, 0, 0, 4)))
        else:
            page.line(row.finding, indent=4)
    if panel.plotted:
        for line in axis_lines(scale, panel.axis, width=width):
            page.console.print(Padding(Text(line), (0, 0, 0, 4)))
    if any(row.pooled for row in panel.rows):
        page.line(WORDS["pooled"], indent=4)


def _findings(page: Page, answer: Answer) -> None:
    if not answer.findings:
        return
    page.heading("Summary of findings")
    rows = [
        (
            page.text(row.outcome),
            page.text(row.versus),
            _words(row.effect or row.finding),
            "—" if row.control is None or row.active is None else f"{row.control.text}, {row.active.text}",
            f"{row.certainty.value} ({'published' if row.certainty_is_published else 'proposed'})",
        )
        for row in answer.findings
    ]
    head = ("Outcome", "Compared with", "Effect", "Better of a hundred: control, treatment", "Certainty")
    page.table(head, rows)


def _harms(page: Page, harms: tuple[HarmLine, ...]) -> None:
    rows = [(page.text(harm.event), harm.seriousness.value, Text(_how_often(harm))) for harm in harms]
    page.table(("What can happen", "Kind", "How often"), rows)


def _how_often(harm: HarmLine) -> str:
    rate = f"{_words(harm.rate)}{' as often' if harm.rate_is_ratio else ''}"
    return ", ".join(part for part in (rate, harm.how_often.text) if part)


def _rules(page: Page, answer: Answer) -> None:
    page.heading("What the regulator says")
    for rule in answer.regulation:
        page.line("- ", rule.title, ". ", rule.text)
    if not answer.regulation:
        page.line(WORDS["no_regulation"])
    page.heading("What guidelines say")
    if answer.guidelines_conflict:
        page.line(WORDS["conflict"])
    for one in answer.guidelines:
        page.line("- ", one.guideline, f": {one.direction.value} (", one.applies_to, "). ", one.text)
    if not answer.guidelines:
        page.line(WORDS["no_guideline"])


def _certainty(page: Page, answer: Answer) -> None:
    sure = answer.sureness
    page.heading("How sure this is")
    for one in sure.published:
        page.line(f"{WORDS['published']}: {one.level.value}. ", one.about)
    if sure.proposed is None:
        page.line("There is nothing to grade.")
        return
    start, level = sure.proposed.start.value, sure.proposed.level.value
    page.line(f"{WORDS['proposal']}: starts {start}, ends {level}.{_unsigned(answer)}")
    moved = [step for step in sure.proposed.steps if step.steps]
    for step in moved:
        page.line(f"- {step.concern.value}, {STEPS[step.steps]}: {step.why}", indent=2)


def _unsigned(answer: Answer) -> str:
    return "" if answer.conclusion.state is ReviewState.SIGNED else f" {WORDS['unsigned']}"


def _claims(page: Page, answer: Answer) -> None:
    for check in answer.claims:
        page.heading("The claim, sentence by sentence")
        page.line("“", check.claim, "”")
        for clause in check.clauses:
            page.line("“", clause.clause, f"”: {clause.verdict.value.upper()}. {clause.verdict.why}")
            for one in clause.deciding:
                page.line("- ", one.share, ": ", one.label, indent=2)
            for one in clause.elsewhere:
                page.line("- elsewhere: ", one.study, ", ", one.label, ": ", one.share, indent=2)


def _change(page: Page, answer: Answer) -> None:
    page.heading("What nobody knows, and what would change this answer")
    for line in answer.option.unknown:
        page.line(f"- {line}")
    for study in answer.awaited:
        page.line("- ", study.name, ". ", study.note)
    for one in answer.left_out:
        page.line("Left out: ", one.name, ". ", one.why)
    if answer.withheld is not None:
        page.line("Not shown: ", answer.withheld, " values in the library that nobody has verified yet.")


def _certainty_word(conclusion: Conclusion) -> str:
    return "—" if conclusion.certainty is None else f"{conclusion.certainty.value} ({conclusion.standing})"


def _guidelines(line: OptionLine) -> Text:
    said = dict.fromkeys(f"{one.guideline.text}: {one.direction.value}" for one in line.guidelines)
    return Text("\n".join(said) or "none read")


def print_comparison(comparison: Comparison) -> None:
    """All options on stdout."""
    page = Page()
    page.console.print(Text(WORDS["comparison"], style="bold"))
    rows = [
        (
            f"{line.name}{' *' if line.clinics_own else ''}",
            page.text(line.conclusion.short, f" {WORDS['new_data']}" if line.conclusion.proposed else ""),
            _certainty_word(line.conclusion),
            "They disagree." if line.guidelines_conflict else _guidelines(line),
        )
        for line in comparison.options
    ]
    page.table(("Option", "Short answer", "Certainty", "Guidelines"), rows)
    page.line("* This clinic offers it; it is judged like the rest.")
    page.heading("Numbers from trials with a control group")
    for one in comparison.controlled:
        _panel(page, one.panel, one.options)
    page.heading("Numbers without a control group")
    page.line(WORDS["uncontrolled"])
    for one in comparison.uncontrolled:
        _panel(page, one.panel, one.options)
    for line in comparison.options:
        page.heading(f"What can go wrong: {line.name}")
        _harms(page, line.harms)
    page.end()
