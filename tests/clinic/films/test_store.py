"""Claims: a stored film comes back bit for bit, lies encrypted under the hash of its content and nowhere else, and a
changed, swapped or missing file is said so and never shown."""

import hashlib
from pathlib import Path

import pytest

from spondyl.clinic.films.store import FilmStore, FilmStoreError

CONTENT = b"DICM a film \x00\x01" * 400


@pytest.fixture
def store(tmp_path: Path) -> FilmStore:
    return FilmStore(folder=tmp_path / "films", key=bytes(range(32)))


def file_of(store: FilmStore, digest: str) -> Path:
    return next(store.folder.rglob(f"{digest}.film"))


def test_what_is_put_comes_back_and_its_name_is_its_hash(store: FilmStore) -> None:
    digest = store.put(CONTENT)
    assert digest == hashlib.sha256(CONTENT).hexdigest()
    assert store.get(digest) == CONTENT
    assert store.put(CONTENT) == digest
    assert len(list(store.folder.rglob("*.film"))) == 1


def test_no_part_of_a_film_lies_readable_on_the_disk(store: FilmStore) -> None:
    saved = file_of(store, store.put(CONTENT)).read_bytes()
    assert b"a film" not in saved
    with store.opened(hashlib.sha256(CONTENT).hexdigest()) as path:
        assert path.read_bytes() == CONTENT
        assert path.is_symlink()
        assert str(path.readlink()).startswith("/proc/")
    assert not path.exists()


def test_a_changed_film_is_refused(store: FilmStore) -> None:
    path = file_of(store, store.put(CONTENT))
    saved = bytearray(path.read_bytes())
    saved[-20] ^= 1
    path.write_bytes(saved)
    with pytest.raises(FilmStoreError, match="changed"):
        store.get(path.stem)


@pytest.mark.parametrize("spoilt", [b"", b"torn", None])
def test_a_damaged_film_is_mended_by_its_good_copy(store: FilmStore, spoilt: bytes | None) -> None:
    path = file_of(store, store.put(CONTENT))
    saved = bytearray(path.read_bytes())
    saved[-20] ^= 1
    path.write_bytes(saved if spoilt is None else spoilt)
    assert not store.opens(path.stem)
    assert store.put(CONTENT) == path.stem
    assert store.get(path.stem) == CONTENT


def test_two_films_whose_files_were_exchanged_are_refused(store: FilmStore) -> None:
    first, second = (file_of(store, store.put(content)) for content in (CONTENT, CONTENT[1:]))
    second.write_bytes(first.read_bytes())
    with pytest.raises(FilmStoreError, match="another key"):
        store.get(second.stem)


def test_a_missing_film_says_where_to_bring_it_back_from(store: FilmStore) -> None:
    with pytest.raises(FilmStoreError, match="backup"):
        store.get("0" * 64)


@pytest.mark.parametrize("name", ["../../etc/passwd", "a" * 63, "A" * 64, "", "0" * 64 + "/x"])
def test_no_other_name_reaches_a_path(store: FilmStore, name: str) -> None:
    with pytest.raises(FilmStoreError, match="no SHA-256"):
        store.get(name)


def test_a_short_key_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="32"):
        FilmStore(folder=tmp_path, key=b"short")
