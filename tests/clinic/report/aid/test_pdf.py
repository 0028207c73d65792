"""Claim: the printed decision aid says every sentence and number of the page, for every choice alike, in order."""

import re

import pytest
from pypdf import PdfReader

from spondyl.clinic.report.aid import WrittenAid, write_aid
from spondyl.evidence.aid import AidContent, Language, aid_content
from spondyl.evidence.library import shipped_library

CASES = [("stem-cells", Language.ENGLISH), ("stem-cells", Language.SPANISH), ("exercise", Language.SPANISH)]


@pytest.fixture(scope="module", params=CASES, ids=lambda case: f"{case[0]}.{case[1].value}")
def written(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> tuple[AidContent, WrittenAid]:
    option, language = request.param
    content = aid_content(shipped_library(), option, language)
    return content, write_aid(content, tmp_path_factory.mktemp("aid"))


def letters(text: str) -> str:
    """Only letters and digits: line ends, hyphens and raised source numbers differ between paper and page."""
    return "".join(re.findall(r"\w", text))


def said_by(written: WrittenAid) -> str:
    pages = PdfReader(written.files[2]).pages
    return "\n".join(page.extract_text() for page in pages)


def test_every_sentence_is_printed(written: tuple[AidContent, WrittenAid]) -> None:
    content, aid = written
    printed = letters(said_by(aid))
    for said in content.passages:
        sentence = letters(said.prose.text)
        sentence = sentence if sentence in printed else sentence[1:]  # a group's name begins with a capital
        assert sentence in printed
    for line in (content.decision, *content.ask, *content.values):
        assert letters(line) in printed
    assert "\ufffd" not in said_by(aid)


def test_choices_are_printed_alike_and_in_order(written: tuple[AidContent, WrittenAid]) -> None:
    content, aid = written
    printed = said_by(aid)
    start = 0
    for row in content.ladder:
        start = printed.index(row.name, start) + 1
    how_sure = {Language.ENGLISH: "How sure are we?", Language.SPANISH: "¿Cuánto se sabe?"}[content.language]
    assert printed.count(how_sure) == len(content.ladder)


def test_the_file_is_a_pdf_with_a_title_and_language_and_the_same_bytes_again(
    written: tuple[AidContent, WrittenAid], tmp_path_factory: pytest.TempPathFactory
) -> None:
    content, aid = written
    reader = PdfReader(aid.files[2])
    assert reader.metadata is not None and reader.metadata.title == content.decision
    assert reader.trailer["/Root"]["/Lang"] == content.language.value
    again = write_aid(content, tmp_path_factory.mktemp("again"))
    assert again.files[2].read_bytes() == aid.files[2].read_bytes()
