"""Claim: a folder gives every file that may be a film, in one order, and what is named is never passed over."""

from pathlib import Path

import pytest

from spondyl.radiograph import film_paths


def touch(folder: Path, *names: str) -> None:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x")


def test_folders_are_walked_in_order_and_only_obvious_non_films_are_left_out(tmp_path: Path) -> None:
    touch(tmp_path, "b/IM0002", "b/IM0001", "a.dcm", "b/1.2.840.5", "c/ü film.JPG", "z.tif", "z.png")
    touch(
        tmp_path,
        "DICOMDIR",
        "b/dicomdir",
        ".DS_Store",
        ".git/x.dcm",
        "r.json",
        "r.CSV",
        "notes.txt",
        "b/x.html",
    )
    found = [path.relative_to(tmp_path).as_posix() for path in film_paths([tmp_path])]
    assert found == ["a.dcm", "z.png", "z.tif", "b/1.2.840.5", "b/IM0001", "b/IM0002", "c/ü film.JPG"]


def test_a_film_that_may_lie_in_what_is_passed_over_is_told(tmp_path: Path) -> None:
    touch(tmp_path, "a.dcm", "b/disc.ZIP", "b/scan.bmp", "notes.txt", ".hidden.zip")
    told: list[str] = []
    found = list(film_paths([tmp_path], passed_over=lambda file: told.append(file.name)))
    assert ([path.name for path in found], told) == (["a.dcm"], ["disc.ZIP", "scan.bmp"])


def test_named_files_are_yielded_whatever_they_are(tmp_path: Path) -> None:
    touch(tmp_path, "r.json", "DICOMDIR")
    named = [tmp_path / "r.json", tmp_path / "DICOMDIR", tmp_path / "missing.dcm"]
    assert list(film_paths(named)) == named


def test_a_folder_that_cannot_be_listed_is_yielded_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import os

    closed = tmp_path / "closed"
    touch(tmp_path, "a.dcm", "closed/b.dcm", "open/c.dcm")
    scandir = os.scandir

    def refuse(path: str) -> object:
        if Path(path) == closed:
            raise PermissionError(13, "Permission denied", path)
        return scandir(path)

    monkeypatch.setattr(
        os, "scandir", refuse
    )  # root may list every folder, so the system's answer is imitated
    assert list(film_paths([tmp_path])) == [tmp_path / "a.dcm", closed, tmp_path / "open/c.dcm"]
