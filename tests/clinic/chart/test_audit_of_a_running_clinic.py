"""Claim: a check of the log finds nothing wrong while others go on writing rows and checkpoints."""

from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from clinic_charts import SECRET
from spondyl.clinic.chart.anchor import write_checkpoint
from spondyl.clinic.chart.audit import Verdict, record, verify
from spondyl.clinic.chart.engine import open_engine
from spondyl.clinic.chart.keys import anchor_signer
from spondyl.clinic.chart.migrations import upgrade
from spondyl.clinic.chart.transaction import one_moment, reading, writing
from spondyl.clinic.clinic_home import home_at
from spondyl.clinic.verify_audit import audit_state


def more(engine: sa.Engine, path: Path) -> None:
    """What a running clinic does: a row and a checkpoint."""
    with writing(engine) as connection:
        record(connection, actor="dr", action="save", subject="person 1")
    with reading(engine) as connection:
        write_checkpoint(connection, path, signer=anchor_signer(SECRET))


def test_checkpoints_written_while_the_log_is_checked_are_no_problem(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home, path = home_at(tmp_path / "clinic"), tmp_path / "anchor.jsonl"
    home.data_dir.mkdir()
    home.key_file.write_text(SECRET.hex())
    home.key_file.chmod(0o600)
    engine = open_engine(home.url, key=SECRET)
    upgrade(engine)
    more(engine, path)

    def slowly(connection: sa.Connection, **given: Any) -> Verdict:
        found = verify(connection, **given)
        more(engine, path)
        return found

    monkeypatch.setattr("spondyl.clinic.verify_audit.verify", slowly)
    states = [audit_state(home, anchor=path) for _ in range(2)]
    engine.dispose()
    assert [one.problems for one in states] == [(), ()]
    assert [one.checkpoints for one in states] == [1, 2]


def test_rows_written_while_the_log_is_checked_are_no_problem(engine: sa.Engine, tmp_path: Path) -> None:
    path = tmp_path / "anchor.jsonl"
    more(engine, path)
    with one_moment(engine) as connection:
        assert verify(connection).sound
        more(engine, path)
        assert verify(connection) == Verdict(rows=1, problems=())
