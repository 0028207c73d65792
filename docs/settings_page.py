"""The page of the clinic's settings, made from the dataclasses that check them by docs/generate.py."""

from dataclasses import MISSING, fields
from typing import Any

from spondyl.clinic.clinic_settings import ClinicSettings, DicomTable, MailTable, OidcSettings

MADE = "<!-- Made by docs/generate.py from the code: do not edit. -->\n"

_INTRO = """\
The file `settings.toml` in the clinic's data folder; every key is optional. The server reads it when it starts and
refuses a key that it does not know. What is said on the command line (`--host`, `--own-tls`, `--database`, `--demo` …)
is on the [page of commands](cli.md).
"""

_KEY = """\
## The key file

`clinic.key` holds the clinic's one secret, 64 hexadecimal digits, mode 0600. From it are made, by HKDF-SHA256, the key
of the embedded database, the seal of the audit log, the key that signs its checkpoints, and the keys of patients' links
and of forms. Without it neither the database nor a backup opens. It is never in a backup: keep a copy on paper or on
another machine. `--key` names another place for it, such as a memory stick that is in the machine while it starts.
"""


def settings_page() -> str:
    """Every setting with its default, what it takes and what it means."""
    parts = [MADE, "# Settings of the clinic\n", _INTRO, "## settings.toml\n", _table(ClinicSettings)]
    parts += ["## settings.toml, table [oidc]\n", _table(OidcSettings)]
    parts += ["## settings.toml, table [dicom]\n", _table(DicomTable)]
    parts += ["## settings.toml, table [mail]\n", _table(MailTable), _KEY.rstrip()]
    return "\n".join(parts) + "\n"


def _table(kind: type) -> str:
    rows = [
        f"| `{one.name}` | {_default(one.default)} | {_range(one.metadata['allowed'])} | {one.metadata['help']} |"
        for one in fields(kind)
        if not one.metadata.get("command_line") and one.default is not MISSING
    ]
    return "\n".join(["| key | default | allowed | meaning |", "| --- | --- | --- | --- |", *rows]) + "\n"


def _default(value: Any) -> str:
    if isinstance(value, tuple):
        return "`[" + ", ".join(f'"{one}"' for one in value) + "]`"
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    return f'`"{value}"`' if isinstance(value, str) else f"`{value}`"


def _range(allowed: tuple[float, float] | None) -> str:
    return f"{allowed[0]} to {allowed[1]}" if allowed else ""
