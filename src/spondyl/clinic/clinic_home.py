"""The clinic's data folder: key file, embedded database, films, backups; and the services built from it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import sqlalchemy as sa

from spondyl.clinic.chart.engine import embedded_url, open_engine, utc_now
from spondyl.clinic.chart.keys import make_key_file, read_key_file
from spondyl.clinic.chart.migrations import upgrade
from spondyl.clinic.clinic_settings import ClinicSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class ClinicHome:
    """Where the clinic's things lie. ``key_file`` may lie on another disk; ``database`` None: the embedded file."""

    data_dir: Path
    key_file: Path
    database: str | None = None

    @property
    def embedded_file(self) -> Path:
        """The encrypted database file."""
        return self.data_dir / "chart.db"

    @property
    def url(self) -> str:
        """The database's address."""
        return self.database or embedded_url(self.embedded_file)

    @property
    def settings_file(self) -> Path:
        """What a person decided about this clinic."""
        return self.data_dir / "settings.toml"

    def anchor_file(self, settings: ClinicSettings) -> Path:
        """Where the audit checkpoints are written: not in the database; by a setting on another machine's disk."""
        return Path(settings.anchor_file) if settings.anchor_file else self.data_dir / "audit-anchor.jsonl"


def home_at(data_dir: Path, *, key_file: Path | None = None, database: str | None = None) -> ClinicHome:
    """The home in a folder; the key lies in it unless another place is named."""
    return ClinicHome(data_dir=data_dir, key_file=key_file or data_dir / "clinic.key", database=database)


def secret_of(home: ClinicHome) -> bytes:
    """The clinic's secret; makes the key file for a clinic that has no database yet."""
    if home.key_file.exists() or home.embedded_file.exists():
        return read_key_file(home.key_file)
    home.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    return make_key_file(home.key_file)


def open_chart(
    home: ClinicHome,
    *,
    secret: bytes,
    clock: Callable[[], datetime] = utc_now,
    survives_power_loss: bool = True,
) -> sa.Engine:
    """The engine, with the database brought to its newest form."""
    engine = open_engine(home.url, key=secret, clock=clock, survives_power_loss=survives_power_loss)
    upgrade(engine)
    return engine
