"""Claim: a command's exit code says what became of it: how many films were measured, or why it ended early; codes
never change."""

import errno
import io
import sys
from pathlib import Path
from types import ModuleType

import pytest
import typer
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text
from typer.testing import CliRunner

from spondyl.clinic.cli import app, main, terminal
from spondyl.clinic.cli.leave import leave
from spondyl.clinic.cli.plain_letters import ERRORS
from spondyl.clinic.cli.whole_table import print_table, print_whole
from spondyl.clinic.exit_codes import ExitCode, code_for


@pytest.mark.parametrize(("measured", "refused", "code"), [(0, 0, 5), (3, 0, 0), (3, 1, 3), (0, 2, 4)])
def test_code_of_a_run(measured: int, refused: int, code: int) -> None:
    assert int(code_for(measured=measured, refused=refused)) == code


def test_every_code_has_a_meaning_of_its_own() -> None:
    assert len({code.meaning for code in ExitCode}) == len(ExitCode)


@pytest.mark.parametrize(
    "fault", [OSError(errno.ENOSPC, "No space left on device"), BlockingIOError(11, "full")]
)
@pytest.mark.parametrize("words", [("screen", "--form"), ("score", "--form", "rmdq")])
def test_a_disk_or_pipe_that_takes_no_more_is_said_in_words(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    fault: OSError,
    words: tuple[str, ...],
) -> None:
    """It was a traceback."""
    really = typer.echo

    def echo(message: object = "", *, err: bool = False) -> None:
        if not err:
            raise fault
        really(message, err=True)

    monkeypatch.setattr("typer.echo", echo)
    monkeypatch.setattr("sys.argv", ["spondyl", *words])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == ExitCode.OUTPUT_FAILED
    assert "could not be written" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("encoding", "shown"),
    [("latin-1", "Sárka: >= -3½° 'so'"), ("ascii", "Sarka: >= -3?deg 'so'"), ("utf-8", "Šárka: ≥ −3½° “so”")],
)
def test_a_terminal_without_a_letter_gets_another_in_its_place(
    monkeypatch: pytest.MonkeyPatch, encoding: str, shown: str
) -> None:
    """It was a traceback; and a minus must stay one."""
    written = io.BytesIO()
    stream = io.TextIOWrapper(written, encoding=encoding)
    with monkeypatch.context() as patch:
        patch.setattr("sys.stdout", stream)
        patch.setattr("sys.argv", ["spondyl", "evidence", "--help"])
        with pytest.raises(SystemExit):
            main()
        print("Šárka: ≥ −3½° “so”")
        stream.flush()
    assert written.getvalue().decode(encoding).rstrip().endswith(shown)


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "utf-8"])
@pytest.mark.parametrize("is_narrow", [True, False])
def test_columns_are_as_wide_as_the_letters_that_the_terminal_has(encoding: str, is_narrow: bool) -> None:
    """Two letters of "deg" pushed what stands to the right of them."""
    stream = io.TextIOWrapper(io.BytesIO(), encoding=encoding, errors=ERRORS)
    console = Console(file=stream, width=30 if is_narrow else 60)
    table = Table("At ≥ 3°", "Verdict", box=box.ASCII)
    table.add_row("−12.5° ± 2.0°", Text("within noise"))
    table.add_row("1", "changed")
    (print_whole if is_narrow else print_table)(table, console)
    stream.seek(0)
    lines = stream.read().splitlines()
    assert len({len(line) for line in lines}) == 1, lines


@pytest.mark.parametrize("command", ["measure", "phantom"])
def test_ctrl_c_while_the_command_imports_is_answered_too(
    monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    """For the first second it ended without a word."""

    class Interrupted(ModuleType):
        def __getattr__(self, name: str) -> None:
            raise KeyboardInterrupt

    for name in ("spondyl.clinic.cli.measure_run", "spondyl.clinic.phantom_patients"):
        monkeypatch.setitem(sys.modules, name, Interrupted(name))
    done = CliRunner().invoke(app, [command, "films"])
    assert (done.exit_code, done.stderr.split()[0]) == (ExitCode.INTERRUPTED, "Stopped.")


def test_a_run_without_a_terminal_says_how_far_it_is(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The log of a cohort of 40,000 films was empty for hours."""
    monkeypatch.setattr(terminal, "SECONDS_A_LINE", 0.0)
    with terminal.watch(terminal.Totals(), json_lines=True) as told:
        told.started(3, 1)
        told.ticked()
        told.ticked()
    assert capsys.readouterr().err.splitlines() == ["2 of 3 films.", "3 of 3 films."]


def test_what_a_film_is_called_gives_a_terminal_no_orders(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(typer.Exit):
        leave(ExitCode.USAGE, "films/\x1b]0;title\x07\x9b31m a.dcm\nSecond line.")
    assert capsys.readouterr().err == "films/\\x1b]0;title\\x07\\x9b31m a.dcm\nSecond line.\n"


def test_a_word_longer_than_its_column_is_not_cut() -> None:
    """The page that a refusal names was "(docs/how-to/ow…" on a narrow terminal."""
    stream = io.StringIO()
    table = Table("Film", "Result", box=box.ASCII)
    table.add_row("film.dcm", "(docs/how-to/own-landmarks.md).")
    print_table(table, Console(file=stream, width=30))
    assert "".join(line[-17:-2].strip() for line in stream.getvalue().splitlines()[3:-1]).endswith(
        "marks.md)."
    )


@pytest.mark.parametrize(
    ("command", "text"),
    [
        ("screen", r'{"patient_id": "\ud800", "answers": {"fever": "no"}}'),
        ("score", r'{"patient_id": "\ud800", "instrument": "nrs", "answers": {"pain": 3}}'),
    ],
)
def test_half_a_character_is_refused_in_words(tmp_path: Path, command: str, text: str) -> None:
    file = tmp_path / "answers.json"
    file.write_text(text)
    for extra in ([], ["--json"]):
        done = CliRunner().invoke(app, [command, str(file), *extra])
        assert done.exit_code == ExitCode.ALL_REFUSED, done.output
        assert r"half a character (\ud800)" in done.stderr


@pytest.mark.parametrize("command", ["compare", "adjust run"])
def test_a_command_that_writes_says_the_code_of_a_failed_write(command: str) -> None:
    shown = CliRunner().invoke(app, [*command.split(), "--help"]).stdout.split("Exit codes:")[1]
    assert " 6 " in shown
