"""Claims: a session's report says in both forms what its JSON said, loads nothing, and never hides a damaged record.

Source: the JSON that the session printed when it ran, in another process; HTML parsed, PDF read by pypdf.
"""

import re
from collections.abc import Callable
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from adjust_program import Said, spondyl
from pypdf import PdfReader
from typer.testing import CliRunner

from spondyl.clinic.cli import app
from spondyl.clinic.report.session import write_session
from spondyl.clinic.report.session.picture import Dot, Label, Line, Picture, picture_svg, ticks
from spondyl.treatment.adjustment import RecordError, RecordWriter, Replay, Verdict, read_record, replay
from spondyl.treatment.adjustment.tar_chain import Chain, members

ROW = {
    "segment": "L3",
    "when": "before",
    "stiffness_n_mm": 30.0,
    "low_n_mm": 28.0,
    "high_n_mm": 32.0,
    "text": "",
}


class Words(HTMLParser):
    """The text of a page as a reader sees it, and whatever it would load."""

    def __init__(self) -> None:
        super().__init__()
        self.text = ""
        self.loads: list[str] = []
        self._hidden = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._hidden = tag == "style"
        self.loads += [f"{tag} {key}" for key, _ in attrs if key in {"src", "href", "onclick"}]
        self.loads += [tag] if tag == "script" else []

    def handle_data(self, data: str) -> None:
        self.text += "" if self._hidden else data + " "


def page_of(path: Path) -> Words:
    words = Words()
    words.feed(path.read_text("utf-8"))
    return words


def pdf_text(path: Path) -> str:
    return squeezed(" ".join(page.extract_text() for page in PdfReader(path).pages))


def squeezed(text: str) -> str:
    """Without any blank: lines are broken in other places in the two forms."""
    return re.sub(r"\s+", "", text)


@pytest.fixture(scope="module")
def reported(ran: Said, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    folder = tmp_path_factory.mktemp("report")
    said = spondyl("adjust", "report", ran.json["record"], "--out", folder)
    assert said.code == 0, said.err
    page, pdf = (Path(line) for line in said.out.split())
    return page, pdf


def test_both_forms_hold_every_reason_and_every_reading(ran: Said, reported: tuple[Path, Path]) -> None:
    page, pdf = page_of(reported[0]).text, pdf_text(reported[1])
    told = [one["reason"] for one in ran.json["decisions"]]
    told += [
        f"{row['stiffness_n_mm']:.1f} ({row['low_n_mm']:.1f} to {row['high_n_mm']:.1f})"
        for row in ran.json["stiffness"]
        if row["when"] == "before"
    ]
    peaks = [one["peak_n"] for one in ran.json["delivered"] if one["purpose"] == "treat"]
    told += [f"{max(peaks):.1f} N of the 70 N allowed", ran.json["record_sha256"]]
    told += ["Pain as the patient said it", "0 of 10", "after pulse "]
    for words in told:
        assert squeezed(words) in squeezed(page), words
        assert squeezed(words) in pdf, words


def test_it_is_marked_simulated_and_says_once_that_it_is_research(reported: tuple[Path, Path]) -> None:
    page = page_of(reported[0]).text
    assert "SIMULATED" in page
    assert page.lower().count("not a medical device") == 1
    assert "SIMULATED" in pdf_text(reported[1])
    assert "Stiffness is not an outcome" in page


def test_the_page_loads_nothing(reported: tuple[Path, Path]) -> None:
    assert page_of(reported[0]).loads == []
    assert "http" not in reported[0].read_text("utf-8").replace("http://www.w3.org/2000/svg", "")


def test_the_same_record_gives_the_same_bytes(ran: Said, reported: tuple[Path, Path], tmp_path: Path) -> None:
    data = Path(ran.json["record"]).read_bytes()
    again = write_session(read_record(data), replay(data), tmp_path, stem="session")
    assert [path.read_bytes() for path in again] == [path.read_bytes() for path in reported]


def test_the_start_is_told_by_the_clock_that_is_asked_for(ran: Said, tmp_path: Path) -> None:
    data = Path(ran.json["record"]).read_bytes()
    record, again = read_record(data), replay(data)
    head = replace(record.head, started_at="2026-03-03T03:00:09.250+00:00")
    there = write_session(
        replace(record, head=head), again, tmp_path, stem="there", zone="America/Los_Angeles"
    )
    assert "2 March 2026, 19:00:09 PST" in page_of(there[0]).text
    assert "2March2026,19:00:09PST" in pdf_text(there[1])
    here = write_session(replace(record, head=head), again, tmp_path, stem="here")
    assert "3 March 2026, 03:00:09 UTC" in page_of(here[0]).text
    with pytest.raises(RecordError, match="its start is no time"):
        write_session(replace(record, head=replace(head, started_at="soon")), again, tmp_path, stem="when")
    said = spondyl("adjust", "report", ran.json["record"], "--zone", "Mars/North", "--out", tmp_path)
    assert said.code == 2 and "Mars/North" in said.err


def test_a_session_that_was_cut_off_is_told_as_far_as_it_goes(ran: Said, tmp_path: Path) -> None:
    data = Path(ran.json["record"]).read_bytes()
    cut = tmp_path / "cut.tar"
    cut.write_bytes(data[: data.index(b"000040-asked.json")])
    said = spondyl("adjust", "report", cut)
    assert said.code == 14
    page = page_of(tmp_path / "cut.html").text
    assert "The record has no end" in page
    assert "Nothing was treated" in page


def test_a_damaged_record_gets_no_report(ran: Said, tmp_path: Path) -> None:
    data = bytearray(Path(ran.json["record"]).read_bytes())
    data[len(data) // 2] ^= 1
    (tmp_path / "bad.tar").write_bytes(data)
    said = spondyl("adjust", "report", tmp_path / "bad.tar")
    assert said.code == 13
    assert "byte" in said.err.lower()
    assert list(tmp_path.glob("*.html")) == []


@pytest.mark.parametrize(
    "forged",
    [
        {"command": "Note", "decision": []},
        {"command": "Show", "row": {"segment": 3}},
        {"command": "Show", "row": ROW | {"low_n_mm": None}},
        {"decision": {}},
        {"command": "Note", "decision": {"segment": "L3", "action": "treat", "reason": "", "cap_n": "60"}},
    ],
)
def test_a_command_that_is_none_is_told_and_gets_no_report(
    ran: Said, tmp_path: Path, forged: dict[str, Any]
) -> None:
    """Whoever makes the chain anew writes what they like into it; the report ended in a traceback."""
    writer = RecordWriter()
    data = writer.begin(read_record(Path(ran.json["record"]).read_bytes()).head)
    data += writer._chain.json("000001-asked.json", forged)
    data += writer._chain.json("000001-answered.json", {"reading": "Done"})
    (tmp_path / "forged.tar").write_bytes(data)
    said = CliRunner().invoke(app, ["adjust", "report", str(tmp_path / "forged.tar")])
    assert said.exit_code == 13, said.output
    assert "forged.tar cannot be told: a command in it is none" in said.stderr
    assert list(tmp_path.glob("*.html")) == []


def reply_with(record: Path, change: Callable[[dict[str, Any]], None]) -> bytes:
    """The record with what its first pulse was answered with changed, and all hashes made anew."""
    chain, data, is_done = Chain(), b"", False
    for one in members(record.read_bytes()):
        if not one.name.endswith(".json"):
            data += chain.raw(one.name, one.content)
            continue
        value = one.json()
        del value["before"]
        if "waveform" in value and not is_done:
            change(value)
            is_done = True
        data += chain.json(one.name, value)
    return data + chain.close()


@pytest.mark.parametrize(
    "change",
    [
        lambda said: said.update(cap_n="60"),
        lambda said: said.update(cap_n=10**400),
        lambda said: said["waveform"].update(interval_us=1e308),
        lambda said: said["waveform"].update(completed="yes"),
    ],
)
def test_a_measured_pulse_whose_numbers_are_none_is_no_record(
    ran: Said, change: Callable[[dict[str, Any]], None]
) -> None:
    with pytest.raises(RecordError, match="is no reading"):
        read_record(reply_with(Path(ran.json["record"]), change))


def test_a_record_that_does_not_replay_says_so_first(ran: Said, tmp_path: Path) -> None:
    record = read_record(Path(ran.json["record"]).read_bytes())
    again = Replay(verdict=Verdict.DIFFERENT, text="Byte 7 differs.", record=None)
    page = page_of(write_session(record, again, tmp_path, stem="odd")[0]).text
    assert "Read this first" in page
    assert page.index("Byte 7 differs.") < page.index("Stiffness before and after")


def test_text_in_a_picture_is_escaped() -> None:
    shapes = (Label(x=0, y=0, text="<b>&"), Dot(x=1, y=1, filled=False), Line(points=((0, 0), (1, 2))))
    svg = picture_svg(Picture(width=10, height=10, shapes=shapes, said='a "<"'))
    assert "&lt;b&gt;&amp;" in svg
    assert "<b>" not in svg


def test_ticks_are_round_and_inside() -> None:
    assert list(ticks(27.3, 44.1)) == [30.0, 35.0, 40.0]
    assert list(ticks(-390.0, 390.0, 2)) == [-200.0, 0.0, 200.0]
    assert len(ticks(0.0, 1e308)) == 11, "a cap of a forged record took all memory of the machine"
