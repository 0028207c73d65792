"""Write the decision aid of one option in one language."""

from dataclasses import dataclass
from pathlib import Path

from spondyl.atomic_file import write_whole
from spondyl.clinic.report.aid.ipdas import CriterionResult, check_ipdas
from spondyl.clinic.report.aid.page import aid_html, reading_texts
from spondyl.clinic.report.aid.plain import aid_detail_text, aid_text, detail_name
from spondyl.evidence.aid import AidContent, ReadingCounts, counts_of


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenAid:
    """The files of one page, how easy it reads, and what the check of the criteria found."""

    option: str
    language: str
    files: tuple[Path, ...]
    counts: ReadingCounts
    criteria: tuple[CriterionResult, ...]

    @property
    def qualifying_met(self) -> int:
        """Qualifying criteria met, of six."""
        return sum(one.met for one in self.criteria if one.code.startswith("q"))

    @property
    def certifying_met(self) -> int:
        """Certifying criteria met, of six."""
        return sum(one.met for one in self.criteria if one.code.startswith("c"))


def write_aid(content: AidContent, directory: Path) -> WrittenAid:
    """``directory/OPTION.LANGUAGE.html``, ``.txt``, ``.pdf`` and ``.detail.txt``, each whole or not at all."""
    from spondyl.clinic.report.aid.pdf import aid_pdf

    directory.mkdir(parents=True, exist_ok=True)
    stem = f"{content.option}.{content.language.value}"
    html = aid_html(content)
    files = (
        write_whole(directory / f"{stem}.html", html.encode()),
        write_whole(directory / f"{stem}.txt", aid_text(content).encode()),
        write_whole(directory / f"{stem}.pdf", aid_pdf(content)),
        write_whole(directory / detail_name(content), aid_detail_text(content).encode()),
    )
    return WrittenAid(
        option=content.option,
        language=content.language.value,
        files=files,
        counts=counts_of(reading_texts(content), content.language),
        criteria=check_ipdas(html, content),
    )
