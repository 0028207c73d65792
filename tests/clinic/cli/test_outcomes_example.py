"""Claim: made-up visits never take the place of a file that is there."""

from pathlib import Path

from typer.testing import CliRunner

from spondyl.clinic.cli import app


def test_the_example_is_not_written_over_a_file(tmp_path: Path) -> None:
    visits = tmp_path / "visits.csv"
    for code, content in ((0, None), (6, "patient_id,date\nreal,2026-01-01\n")):
        if content is not None:
            visits.write_text(content)
        done = CliRunner().invoke(app, ["evidence", "outcomes-example", str(visits), "--patients", "2"])
        assert done.exit_code == code, done.output
        assert content is None or visits.read_text() == content
    assert f"{visits} is there already" in done.stderr
