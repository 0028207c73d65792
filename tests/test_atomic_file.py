"""Claim: a file written with atomic_file is there whole or not at all, and a failed write leaves the old one."""

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from spondyl.atomic_file import atomic_file, write_named, write_whole


def test_a_failed_write_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    target = tmp_path / "results.jsonl"
    target.write_bytes(b"old")
    with pytest.raises(RuntimeError, match="half way"), atomic_file(target) as file:
        file.write(b"new, but")
        raise RuntimeError("half way")
    assert target.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [target]


def test_readers_see_the_old_file_until_the_new_one_is_whole(tmp_path: Path) -> None:
    target = tmp_path / "results.jsonl"
    target.write_bytes(b"old")
    with atomic_file(target) as file:
        file.write(b"new")
        file.flush()
        assert target.read_bytes() == b"old"
    assert target.read_bytes() == b"new"


def test_of_two_who_write_the_same_file_at_once_the_last_one_s_is_whole(tmp_path: Path) -> None:
    target = tmp_path / "results.jsonl"
    with atomic_file(target) as first:
        first.write(b"first")
        with atomic_file(target) as second:
            second.write(b"second, longer")
        assert target.read_bytes() == b"second, longer"
    assert target.read_bytes() == b"first"
    assert list(tmp_path.iterdir()) == [target]


def test_a_name_as_long_as_the_file_system_takes_can_be_written(tmp_path: Path) -> None:
    assert write_whole(tmp_path / ("n" * 255), b"whole").read_bytes() == b"whole"


def test_what_is_no_file_is_not_replaced(tmp_path: Path) -> None:
    pipe, folder = tmp_path / "pipe", tmp_path / "folder"
    os.mkfifo(pipe)
    folder.mkdir()
    for path in (pipe, folder):
        with pytest.raises(FileExistsError, match="not replaced"):
            write_whole(path, b"whole")
    assert pipe.is_fifo()
    assert sorted(tmp_path.iterdir()) == [folder, pipe]


@pytest.mark.parametrize("has_target", [True, False])
def test_a_named_link_stays_and_leads_to_its_file(tmp_path: Path, has_target: bool) -> None:
    link, target = tmp_path / "today.json", tmp_path / "shared" / "snapshot.json"
    target.parent.mkdir()
    if has_target:
        target.write_bytes(b"old")
    link.symlink_to(target)
    assert write_named(link, b"new") == link
    assert link.is_symlink()
    assert target.read_bytes() == b"new"
    assert list(target.parent.iterdir()) == [target]


def test_a_named_pipe_hands_the_bytes_on(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with ThreadPoolExecutor(1) as reader:
        read = reader.submit(pipe.read_bytes)
        write_named(pipe, b"whole")
        assert read.result(timeout=10) == b"whole"
    assert pipe.is_fifo()
