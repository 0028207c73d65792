"""Which files of the data folder go into a backup: everything but keys, of TLS too, passwords, and other backups."""

from collections.abc import Iterator
from pathlib import Path

from spondyl.clinic.backup.manifest import (
    ANCHOR,
    CHART,
    LEFT_OUT,
    MAKING,
    NAME,
    RESTORING,
    BackupUnusableError,
)
from spondyl.clinic.chart.keys import is_key_text
from spondyl.clinic.clinic_settings import ClinicSettings, SettingsInvalidError, read_settings

HEAD_BYTES = 1 << 16
"""Longer than any file of certificates; in a longer file a key is not looked for."""
_PRIVATE_KEY = b"PRIVATE KEY-----"  # RFC 7468, and what OpenSSL wrote before
_TAR_MAGIC = slice(257, 262)


def data_files(data_dir: Path, target: Path, *, secret: bytes) -> Iterator[tuple[str, Path]]:
    """Name and path of each file that goes into the backup ``target``; raises ``BackupUnusableError``."""
    folder = data_dir.resolve()
    hidden = {*_password_files(folder), target.resolve()}
    for path in _files_in(folder):
        name = path.relative_to(folder)
        if _passing(name) or path.resolve() in hidden:
            continue
        try:
            if not _left_out_by_content(path, secret):
                yield name.as_posix(), path
        except FileNotFoundError:
            continue  # a note that was taken, a letter that was sent, a film that was erased


def _files_in(folder: Path) -> Iterator[Path]:
    """Every file, also behind a link that lies in the folder itself, such as films/ on a larger disk.

    Links further down are passed over, as they are when films are taken in.
    """
    for path in sorted(folder.iterdir()):
        if path.name == NAME:
            raise BackupUnusableError(
                f"{path} has the name of a backup's own list of files; with it the backup could not be restored. Give "
                "it another name, or move it out of the data folder."
            )
        if path.is_symlink():
            _refuse_lost_link(path, folder)
        if path.is_file():
            yield path
        elif path.is_dir():
            yield from (one for one in sorted(path.rglob("*")) if one.is_file() and not one.is_symlink())


def _refuse_lost_link(path: Path, folder: Path) -> None:
    if not path.exists():
        raise BackupUnusableError(
            f"{path} leads to {path.readlink()}, where nothing is: what lies there would be missing from the backup. "
            "Mount that disk, or take the link away."
        )
    if path.resolve() in (folder, *folder.parents):
        raise BackupUnusableError(
            f"{path} leads to {path.resolve()}, a folder that holds the data folder itself. Take the link away."
        )


def _passing(name: Path) -> bool:
    return (
        name.parts[0] in LEFT_OUT
        or name.parts[0].startswith(RESTORING)
        or any(part.startswith(MAKING) for part in name.parts)
    )


def checkpoint_names(data_dir: Path) -> list[str]:
    """The files of audit checkpoints in the data folder, by their names from there; raises ``BackupUnusableError``."""
    folder = data_dir.resolve()
    named = folder / (_settings(folder).anchor_file or ANCHOR)
    inside = named.is_relative_to(folder) and ".." not in named.parts
    return list(dict.fromkeys([ANCHOR, *([named.relative_to(folder).as_posix()] if inside else [])]))


def _password_files(folder: Path) -> set[Path]:
    """The files with passwords that the settings name."""
    settings = _settings(folder)
    named = (settings.oidc.client_secret_file, settings.mail.password_file)
    return {Path(name).resolve() for name in named if name}


def _settings(folder: Path) -> ClinicSettings:
    path = folder / "settings.toml"
    try:
        return read_settings(path)
    except SettingsInvalidError as error:
        raise BackupUnusableError(
            f"{path} cannot be read, so it is not known which files hold passwords and must stay out of the backup: "
            f"{error} Put it right, then back up."
        ) from error


def _left_out_by_content(path: Path, secret: bytes) -> bool:
    """True for a key, under whichever name, and for a backup: one that holds others doubles each time."""
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES)
    packed = head.startswith(CHART.encode() + b"\0") and head[_TAR_MAGIC] == b"ustar"
    return packed or _PRIVATE_KEY in head or is_key_text(head, secret)
