"""Everything a person decides about the running clinic: one typed object, read from a file and the command line."""

from dataclasses import dataclass
from datetime import timedelta

from spondyl.clinic.chart.sessions import Lifetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ClinicSettings:
    """How the clinic's server behaves; docs/reference/settings.md explains each."""

    clinic_name: str = "Spine clinic"
    host_names: tuple[str, ...] = ("localhost", "127.0.0.1", "[::1]")
    secure: bool = False
    demo: bool = False
    max_upload_mb: int = 600
    requests_per_minute: int = 6000
    session_idle_minutes: int = 30
    session_hours: int = 12

    @property
    def session_lifetime(self) -> Lifetime:
        """How long a session lasts."""
        return Lifetime(
            idle=timedelta(minutes=self.session_idle_minutes), absolute=timedelta(hours=self.session_hours)
        )
