"""Claims: every number on every page traces to a record with source, locator, verifier and date; none is unverified;
the pages load nothing, and the same records give the same bytes."""

import json
import re
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from evidence.living.libraries import changed
from spondyl.clinic.report.evidence import write_answer, write_comparison
from spondyl.clinic.report.evidence.answer_json import answer_json, comparison_json
from spondyl.clinic.report.evidence.html import answer_html, comparison_html
from spondyl.clinic.report.evidence.plot import plot_scale
from spondyl.evidence.answer import Axis, answer, compare
from spondyl.evidence.library import Figure, Origin, Quote, shipped_library
from spondyl.evidence.living import sign

OPTIONS = [option.id for option in shipped_library().options]
WAITING, ALL = "stem-cells with new data", "all options"
PAGES = [*OPTIONS, WAITING, ALL]
VOID = {"meta", "br", "img", "path", "circle", "rect", "line", "link"}


@cache
def content(name: str) -> Any:
    if name == WAITING:
        signed = (
            sign(answer(shipped_library(), "stem-cells"), person="A. Reader", role="DC", at="2026-11-25"),
        )
        return answer(changed("events = 43", "events = 53"), "stem-cells", signed=signed)
    return compare(shipped_library()) if name == ALL else answer(shipped_library(), name)


@cache
def html(name: str) -> str:
    found = content(name)
    return comparison_html(found) if name == ALL else answer_html(found)


def walk(value: Any) -> Iterator[Figure | Quote]:
    if isinstance(value, Figure | Quote):
        yield value
    elif isinstance(value, tuple):
        for item in value:
            yield from walk(item)
    elif is_dataclass(value) and not isinstance(value, Origin | type):
        for field in fields(value):
            yield from walk(getattr(value, field.name))


class Numbers(HTMLParser):
    """Every text with a digit, with the attributes of the elements around it."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[dict[str, str | None]] = []
        self.found: list[tuple[str, list[dict[str, str | None]]]] = []
        self.origins: list[tuple[str, str | None]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes: dict[str, str | None] = {"tag": tag, **dict(attrs)}
        if "data-origin" in attributes:
            self.origins.append((str(attributes["data-origin"]), attributes.get("title")))
        if tag not in VOID:
            self.open.append(attributes)

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            assert self.open.pop()["tag"] == tag

    def handle_data(self, data: str) -> None:
        if re.search(r"\d", data) and not any(one["tag"] == "style" for one in self.open):
            self.found.append((data, list(self.open)))


@pytest.mark.parametrize("name", PAGES)
def test_every_number_on_the_page_traces_to_a_record(name: str) -> None:
    page = Numbers(html(name))
    known = {(one.origin.key, one.text) for one in walk(content(name))}
    records = {record.id: record for record in shipped_library().records}
    assert len(page.found) > 20
    for text, around in page.found:
        if any(
            one.get("data-ruler") or one.get("data-source") or one.get("class") == "ref" for one in around
        ):
            continue  # ticks of a ruler, the list of sources itself, links to it
        keys = [str(one["data-origin"]) for one in around if "data-origin" in one]
        assert keys, f"{text!r} stands on the page without an origin"
        assert keys[-1].split("/")[0] in records
        if around[-1]["tag"] == "span":
            assert (keys[-1], text) in known, f"{text!r} is not the number of {keys[-1]}"


@pytest.mark.parametrize("name", PAGES)
def test_every_number_names_source_locator_verifier_and_date(name: str) -> None:
    text = html(name)
    for key, title in Numbers(text).origins:
        assert key
        if title is not None:  # spans; pictures carry the same words in their <title>
            assert re.search(r"(Verified|Computed) by .+, \d{4}-\d{2}(-\d{2})?\.$", title), title
            assert "Unverified" not in title
    listed = text[text.index('id="sources"') :]
    for number in set(re.findall(r'href="#source-(\d+)"', text)):
        assert f'id="source-{number}"' in listed


def numbers_without_origin(value: Any, path: str = "") -> Iterator[str]:
    if isinstance(value, dict):
        if "origin" in value:
            needed = ("record", "source", "locator", "verified_by", "verified_on", "standing")
            assert all(value["origin"][key] for key in needed), path
            assert value["origin"]["standing"] in ("verified", "computed"), path
            return
        for key, item in value.items():
            yield from numbers_without_origin(item, f"{path}/{key}")
    elif isinstance(value, list):
        for item in value:
            yield from numbers_without_origin(item, path)
    elif isinstance(value, str):
        if re.search(r"\d", value):
            yield path
    elif isinstance(value, int | float) and not isinstance(value, bool):
        yield path


@pytest.mark.parametrize("name", PAGES)
def test_every_number_in_the_json_lies_beside_its_origin(name: str) -> None:
    found = content(name)
    table = comparison_json(found) if name == ALL else answer_json(found)
    about_the_file = {"/format_version", "/spondyl_version", "/digest"}
    about_the_file |= {"/conclusion/mark", "/conclusion/signature/at", "/conclusion/signature/digest"}
    assert set(numbers_without_origin(table)) <= about_the_file


@pytest.mark.parametrize("name", PAGES)
def test_the_page_loads_nothing_and_says_research_software_once(name: str) -> None:
    text = html(name)
    assert "<script" not in text
    assert not re.search(r'(src|href)="(?!#)', text)
    assert text.count("not a medical device") == 1
    assert 'lang="en"' in text


def test_signed_words_stay_on_every_page_and_new_ones_wait(tmp_path: Path) -> None:
    """In force to the letter: the signed answer; what the records say now stands apart as not signed."""
    from pypdf import PdfReader

    found = content(WAITING)
    signed, new = content("stem-cells").paragraph.text, found.paragraph.text
    assert signed != new
    paths = write_answer(found, tmp_path)
    table = json.loads(paths[2].read_text())
    assert [piece["text"] for piece in table["paragraph"]["pieces"]] == [signed]
    assert table["conclusion"]["state"] == "new data awaiting review"
    pdf = " ".join(" ".join(page.extract_text() for page in PdfReader(paths[1]).pages).split())
    page = " ".join(re.sub(r"<[^>]+>", "", paths[0].read_text()).split())
    for text in (pdf, page):
        said = [text.index(words) for words in (signed[:120], "nobody has signed this yet", new[:120])]
        assert said == sorted(said)
        assert "Signed by A. Reader, DC, 2026-11-25. New data awaiting review." in text


def test_every_picture_can_be_read_aloud() -> None:
    text = html("stem-cells")
    for picture in re.findall(r"<svg .*?</svg>", text, flags=re.DOTALL):
        assert "<title>" in picture or 'aria-hidden="true"' in picture
    assert "74 of 100 people better" in text


def test_the_same_records_give_the_same_bytes(tmp_path: Path) -> None:
    found = content("stem-cells")
    one, two = (write_answer(found, tmp_path / name) for name in ("a", "b"))
    assert [path.name for path in one] == ["stem-cells.html", "stem-cells.pdf", "stem-cells.json"]
    assert [path.read_bytes() for path in one] == [path.read_bytes() for path in two]


def test_the_pdf_says_what_the_page_says(tmp_path: Path) -> None:
    from pypdf import PdfReader

    paths = write_answer(content("stem-cells"), tmp_path)
    pages = PdfReader(paths[1]).pages
    text = " ".join(" ".join(page.extract_text() for page in pages).split())
    for said in (
        "Not shown to work better than sham injection",
        "+4.5 of 100 people (−12.0 to +21.0)",
        "NCT06325566",
    ):
        assert said in text
    assert "only in the worst case" in text
    study_notes = [
        one.text
        for study in content("stem-cells").studies
        for one in (study.note, study.conflicts, study.funding, *study.judged)
        if one is not None
    ]
    assert len(study_notes) > 10
    for said in study_notes:
        assert " ".join(said.split())[:60] in text, said
    assert "�" not in text


def test_the_comparison_is_written_whole(tmp_path: Path) -> None:
    from pypdf import PdfReader

    paths = write_comparison(content(ALL), tmp_path)
    text = " ".join(" ".join(page.extract_text() for page in PdfReader(paths[1]).pages).split())
    disagreeing = text.split("Where guidelines disagree")[1]
    assert disagreeing.index("BMJ 2025: do not offer") < disagreeing.index("NICE NG59: only under conditions")
    assert [path.suffix for path in paths] == [".html", ".pdf", ".json"]
    table = json.loads(paths[2].read_text())
    assert [line["id"] for line in table["options"]] == OPTIONS


def test_a_plot_holds_every_number_it_shows() -> None:
    for one in compare(shipped_library()).controlled:
        scale = plot_scale(one.panel)
        for row in one.panel.plotted:
            assert row.figure is not None
            for value in (row.figure.value, *(row.figure.interval_95 or ())):
                assert scale.low <= value <= scale.high
        if one.panel.axis is Axis.PAIN:
            assert scale.thresholds == (-15.0,)  # Ostelo: 15 of 100
