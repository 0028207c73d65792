"""Commits that wait for the disk together: none is acknowledged before a sync that began after it."""

import os
from pathlib import Path
from threading import Barrier, Thread

import pytest

from clinic_charts import SECRET
from spondyl.clinic.chart.engine import embedded_url, open_engine
from spondyl.clinic.chart.migrations import upgrade
from spondyl.clinic.chart.people import PersonDetails, add_person
from spondyl.clinic.chart.shared_sync import SharedSync
from spondyl.clinic.chart.transaction import writing


class Disk:
    """Counts syncs instead of waiting for the disk, and may refuse."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *, refuses: bool = False) -> None:
        self.syncs = 0
        self.refuses = refuses
        monkeypatch.setattr(os, "fdatasync", self._sync)

    def _sync(self, _: int) -> None:
        if self.refuses:
            raise OSError("the disk is gone")
        self.syncs += 1


@pytest.fixture
def database(tmp_path: Path) -> Path:
    (tmp_path / "chart.db-wal").touch()
    return tmp_path / "chart.db"


def test_one_sync_serves_every_commit_before_it_and_none_after(
    database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    disk, mine, yours = Disk(monkeypatch), SharedSync(database), SharedSync(database)
    first, second = mine.committed(), yours.committed()
    yours.wait(second)
    mine.wait(first)
    assert disk.syncs == 1
    third = mine.committed()
    mine.wait(third)
    assert disk.syncs == 2


def test_a_refused_sync_acknowledges_nobody(database: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    disk, sync = Disk(monkeypatch, refuses=True), SharedSync(database)
    number = sync.committed()
    for _ in range(2):
        with pytest.raises(OSError, match="disk is gone"):
            sync.wait(number)
    disk.refuses = False
    sync.wait(number)
    assert disk.syncs == 1


def test_counts_that_cannot_be_true_are_not_believed(database: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    disk, sync = Disk(monkeypatch), SharedSync(database)
    database.with_name("chart.db.sync").write_bytes((0).to_bytes(8, "little") + (99).to_bytes(8, "little"))
    sync.wait(sync.committed())
    assert disk.syncs == 1


def test_every_write_of_the_chart_waits_for_the_disk_unless_told_not_to(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for survives, expected in ((True, 1), (False, 0)):
        engine = open_engine(
            embedded_url(tmp_path / f"{survives}.db"), key=SECRET, survives_power_loss=survives
        )
        upgrade(engine)
        disk = Disk(monkeypatch)
        with writing(engine) as connection:
            add_person(
                connection, PersonDetails(given_name="A", family_name="B", synthetic=True), actor="test"
            )
            assert disk.syncs == 0
        assert disk.syncs == expected
        engine.dispose()


def test_many_writers_need_fewer_syncs_than_commits(database: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    disk, together, writers = Disk(monkeypatch), Barrier(8), 8
    numbers = [SharedSync(database).committed() for _ in range(writers)]

    def wait(number: int) -> None:
        together.wait()
        SharedSync(database).wait(number)

    threads = [Thread(target=wait, args=(number,)) for number in numbers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert disk.syncs == 1
