"""Claims: any edit, deletion or move of a single row of the log, of its heads or of its checkpoints is seen.

Limit: who holds the key and rewrites everything after a point can hide it from the log; then the checkpoints tell.
"""

import hmac
import json
import resource
import time
import tracemalloc
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest
import sqlalchemy as sa

from audit_rows import entries
from clinic_charts import SECRET
from spondyl.clinic.chart.anchor import check_anchor, checkpoints_so_far, write_checkpoint
from spondyl.clinic.chart.audit import FIRST_SEAL, record, verify
from spondyl.clinic.chart.canonical_json import canonical, digest_of
from spondyl.clinic.chart.engine import is_embedded
from spondyl.clinic.chart.keys import anchor_signer, derive
from spondyl.clinic.chart.tables import audit, audit_heads
from spondyl.clinic.chart.transaction import reading, writing
from spondyl.clinic.keep_anchor import AnchorKeeper

SIGNER = anchor_signer(SECRET)
ROWS = 12
EDITS = {
    "at": "2026-03-02T16:00:00.000001+00:00",
    "actor": "somebody else",
    "action": "open",
    "subject": "person 2",
    "detail": '{"n":99}',
    "seal": "f" * 64,
    "lane": 99,
    "sequence": 1000,
}


@pytest.fixture
def written(engine: sa.Engine) -> sa.Engine:
    for number in range(ROWS):
        with writing(engine) as connection:
            record(connection, actor="dr", action="sign exam", subject="person 1", detail={"n": number})
    return engine


@contextmanager
def tampered(engine: sa.Engine) -> Iterator[sa.Connection]:
    """A transaction in which the database's own refusals are switched off; it is undone at the end."""
    with engine.connect() as connection, connection.begin() as transaction:
        for name in ("audit_no_update", "audit_no_delete"):
            table = "" if is_embedded(engine) else " ON audit"
            connection.exec_driver_sql(f"DROP TRIGGER {name}{table}")
        yield connection
        transaction.rollback()


def one(sequence: int) -> sa.ColumnElement[bool]:
    return audit.c.sequence == sequence


def test_an_untouched_log_is_whole(written: sa.Engine) -> None:
    with reading(written) as connection:
        verdict = verify(connection)
    assert (verdict.rows, verdict.problems) == (ROWS, ())


@pytest.mark.parametrize("column", EDITS)
def test_every_edit_of_every_row_is_seen(written: sa.Engine, column: str) -> None:
    for sequence in range(1, ROWS + 1):
        with tampered(written) as connection:
            changed = connection.execute(audit.update().where(one(sequence)).values({column: EDITS[column]}))
            assert changed.rowcount == 1
            assert not verify(connection).sound, f"{column} of row {sequence}"


def test_every_deletion_is_seen(written: sa.Engine) -> None:
    for sequence in range(1, ROWS + 1):
        with tampered(written) as connection:
            assert connection.execute(audit.delete().where(one(sequence))).rowcount == 1
            assert not verify(connection).sound, f"row {sequence}"


def test_every_exchange_of_two_rows_is_seen(written: sa.Engine) -> None:
    for first in range(1, ROWS):
        for second in range(first + 1, ROWS + 1):
            with tampered(written) as connection:
                for condition, to in ((one(first), 500), (one(second), first), (one(500), second)):
                    connection.execute(audit.update().where(condition).values(sequence=to))
                assert not verify(connection).sound, f"rows {first} and {second}"


def test_a_copied_row_put_at_the_end_is_seen(written: sa.Engine) -> None:
    with tampered(written) as connection:
        row = dict(connection.execute(sa.select(audit).where(one(3))).mappings().one())
        connection.execute(audit.insert().values(**row | {"sequence": ROWS + 1}))
        assert not verify(connection).sound


def test_every_change_of_the_head_is_seen(written: sa.Engine) -> None:
    for change in (
        audit_heads.delete(),
        audit_heads.update().values(sequence=ROWS - 1),
        audit_heads.update().values(seal="0" * 64),
        audit_heads.insert().values(lane=77, sequence=3, seal="0" * 64),
    ):
        with tampered(written) as connection:
            connection.execute(change)
            assert not verify(connection).sound, change


@pytest.mark.parametrize("change", [audit.update().values(actor="x"), audit.delete()], ids=["edit", "delete"])
def test_the_database_itself_refuses(written: sa.Engine, change: sa.Executable) -> None:
    with pytest.raises(sa.exc.DBAPIError, match="append-only"), writing(written) as connection:
        connection.execute(change)


def test_writers_side_by_side_lose_nothing(engine: sa.Engine) -> None:
    def write(number: int) -> None:
        with writing(engine) as connection:
            record(connection, actor=f"w{number % 8}", action="save", subject=f"person {number}")

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(write, range(120)))
    with reading(engine) as connection:
        assert {one.subject for one in entries(connection)} == {f"person {number}" for number in range(120)}
        assert verify(connection).problems == ()
        assert verify(connection).rows == 120


@pytest.fixture
def anchored(written: sa.Engine, tmp_path: Path) -> Path:
    path = tmp_path / "elsewhere" / "anchor.jsonl"
    for number in range(3):
        with writing(written) as connection:
            record(connection, actor="dr", action="save", subject="person 1", detail={"later": number})
        with reading(written) as connection:
            assert write_checkpoint(connection, path, signer=SIGNER)
            assert not write_checkpoint(connection, path, signer=SIGNER)
    return path


def problems(engine: sa.Engine, path: Path) -> tuple[str, ...]:
    with reading(engine) as connection:
        return check_anchor(connection, path, public_key=SIGNER.public_key()).problems


def test_true_checkpoints_hold(written: sa.Engine, anchored: Path) -> None:
    assert problems(written, anchored) == ()


def test_the_checkpoints_of_years_are_held_against_the_log_in_few_questions_and_little_room(
    written: sa.Engine, anchored: Path
) -> None:
    """At one a minute a year makes some 100,000 lines; the file is never in memory as a whole."""
    lines = anchored.read_text().splitlines()
    for number in range(1200):
        body = json.loads(lines[-1]) | {"at": f"{number}", "previous": digest_of(lines[-1])}
        del body["signature"]
        lines.append(canonical(body | {"signature": SIGNER.sign(canonical(body).encode()).hex()}))
    anchored.write_text("\n".join(lines) + "\n")
    asked = list[str]()
    sa.event.listen(written, "before_cursor_execute", lambda *given: asked.append(given[2]))
    so_far = checkpoints_so_far(anchored)
    with anchored.open("a") as file:  # written since: another check's concern
        file.write("torn")
    with reading(written) as connection:
        tracemalloc.start()
        found = check_anchor(connection, so_far, public_key=SIGNER.public_key())
        peak_bytes = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert (found.checkpoints, found.problems) == (1203, ())
    assert len(asked) < 10
    assert peak_bytes < 4_000_000


def test_a_log_rewritten_with_the_key_is_seen_by_the_checkpoints(written: sa.Engine, anchored: Path) -> None:
    """An administrator with database and key empties the log and writes a better one: the chain alone is content."""
    with tampered(written) as connection:
        connection.execute(audit.delete())
        connection.execute(audit_heads.delete())
        for number in range(ROWS + 3):
            record(connection, actor="dr", action="sign exam", subject="person 1", detail={"better": number})
        assert verify(connection).sound
        assert check_anchor(connection, anchored, public_key=SIGNER.public_key()).problems


@pytest.mark.parametrize("torn", ["", '{"at":"2026-', "null", "[]", '{"heads"', "\x00\x00", "\udcff\udcfe"])
def test_after_a_torn_checkpoint_the_next_ones_are_written_and_only_the_torn_one_is_named(
    written: sa.Engine, anchored: Path, torn: str
) -> None:
    with anchored.open("a", errors="surrogateescape") as file:
        file.write(torn)
    keeper = AnchorKeeper(written, anchored, signer=SIGNER, every_s=0.01)
    for number in range(2):
        with writing(written) as connection:
            record(connection, actor="dr", action="save", subject="person 1", detail={"after": number})
        keeper.write()
    keeper.write()  # the log has not grown
    lines = anchored.read_text(errors="surrogateescape").splitlines()
    assert len(lines) == 5 + bool(torn)
    named = [] if not torn else ["checkpoint 4: its signature does not fit; the line was changed or torn."]
    assert list(problems(written, anchored)) == named


def test_a_checkpoint_that_a_full_disk_cuts_short_leaves_nothing(written: sa.Engine, anchored: Path) -> None:
    """Half a line would be named as a problem for ever. The limit of a file's size ends a write as a full disk does."""
    whole, limits = anchored.read_bytes(), resource.getrlimit(resource.RLIMIT_FSIZE)
    with writing(written) as connection:
        record(connection, actor="dr", action="save", subject="person 1")
    with reading(written) as connection:
        resource.setrlimit(resource.RLIMIT_FSIZE, (len(whole) + 50, limits[1]))
        try:
            with pytest.raises(OSError, match="too large"):
                write_checkpoint(connection, anchored, signer=SIGNER)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        assert anchored.read_bytes() == whole
        assert write_checkpoint(connection, anchored, signer=SIGNER)
    assert problems(written, anchored) == ()


def test_a_checkpoint_reads_the_end_of_a_long_file_only(
    written: sa.Engine, anchored: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Five years of checkpoints stopped the whole server for a second each minute. Pieces shorter than a line too."""
    lines = anchored.read_bytes().splitlines(keepends=True)
    anchored.write_bytes(b"x" * 8_000_000 + b"\n" + b"".join(lines))
    for number, piece_bytes in enumerate((1 << 16, 100, len(lines[-1]), len(lines[-1]) + 1)):
        monkeypatch.setattr("spondyl.clinic.chart.anchor.END_BYTES", piece_bytes)
        with writing(written) as connection:
            record(connection, actor="dr", action="save", subject="person 1", detail={"after": number})
        tracemalloc.start()
        with reading(written) as connection:
            assert write_checkpoint(connection, anchored, signer=SIGNER)
            assert not write_checkpoint(connection, anchored, signer=SIGNER)
        _, highest_bytes = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert highest_bytes < 2_000_000
    assert [one[:13] for one in problems(written, anchored)] == ["checkpoint 1:", "checkpoint 2:"]


def test_whatever_hinders_a_checkpoint_is_logged_and_tried_again(
    written: sa.Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "anchor.jsonl"
    keeper = AnchorKeeper(written, path, signer=SIGNER, every_s=0.01)

    def broken(*_: object, **__: object) -> bool:
        raise KeyError("heads")

    with monkeypatch.context() as patched:
        patched.setattr("spondyl.clinic.keep_anchor.write_checkpoint", broken)
        keeper.start()
        until = time.monotonic() + 10
        while len(caplog.records) < 2 and time.monotonic() < until:
            time.sleep(0.01)
    keeper.stop()
    assert len(caplog.records) >= 2 and "could not be written" in caplog.text
    assert problems(written, path) == ()
    assert path.is_file()


def test_every_change_of_the_file_of_checkpoints_is_seen(written: sa.Engine, anchored: Path) -> None:
    lines = anchored.read_text().splitlines()
    body = json.loads(lines[1])
    edited = json.dumps(body | {"at": "2026-01-01T00:00:00+00:00"}, sort_keys=True, separators=(",", ":"))
    changes = {
        "edit": [lines[0], edited, lines[2]],
        "first taken away": lines[1:],
        "middle taken away": [lines[0], lines[2]],
        "moved": [lines[1], lines[0], lines[2]],
        "torn": [*lines[:2], lines[2][:40]],
    }
    for name, changed in changes.items():
        anchored.write_text("\n".join(changed) + "\n")
        assert problems(written, anchored), name
    anchored.write_text("")
    assert "no checkpoint in" in problems(written, anchored)[0]
    anchored.unlink()
    assert "no file of checkpoints" in problems(written, anchored)[0]


def test_a_seal_is_over_the_canonical_json_of_row_and_seal_before(written: sa.Engine) -> None:
    odd = 'Zoë said "no"\n\\ \x1f \x7f \u2028 脊椎 😀 </script>'
    with writing(written) as connection:
        record(connection, actor=odd, action="sign exam", subject=odd, detail={odd: odd})
    with reading(written) as connection:
        rows = connection.execute(sa.select(audit).order_by(audit.c.lane, audit.c.sequence)).all()
    *before, last = (row for row in rows if row.lane == next(one.lane for one in rows if one.actor == odd))
    parts = [*last[:-1], before[-1].seal if before else FIRST_SEAL]
    sealed = json.dumps(parts, separators=(",", ":"), ensure_ascii=False).encode()
    assert last.seal == hmac.digest(derive(SECRET, "audit seal"), sealed, "sha256").hex()
