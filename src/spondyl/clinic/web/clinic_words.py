"""How a page names who did something, and when: the display name, and the clinic's own clock."""

from collections.abc import Mapping
from datetime import date, datetime
from functools import cached_property

import sqlalchemy as sa

from spondyl.booking import wall_at
from spondyl.clinic.chart.accounts import NO_ACCOUNTS, display_names
from spondyl.clinic.chart.practice import clinic_zone
from spondyl.clinic.chart.transaction import reading
from spondyl.clinic.messages.when import time_words
from spondyl.clinic.report.day_text import day_text
from spondyl.clinic.web.services import Services


def who_words(actor: str, names: Mapping[str, str]) -> str:
    """The display name of an actor of the log; ``names`` as of ``display_names``."""
    return names.get(actor) or NO_ACCOUNTS.get(actor, actor)


class ClinicWords:
    """Asks the chart at the first word that needs it, once a page."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def who(self, actor: str) -> str:
        """The display name behind a sign-in name; "patient by link" and its like in words."""
        return who_words(actor, self._names)

    def when(self, moment: datetime) -> str:
        """``28 November 2026, 9:30 am`` by the clock of the first office."""
        wall = self.wall(moment)
        return f"{day_text(wall)}, {time_words(wall)}"

    def wall(self, moment: datetime) -> datetime:
        """A moment by the clock of the first office; by UTC before there is one."""
        return wall_at(self.zone, moment)

    @cached_property
    def zone(self) -> str:
        """The name of the clock."""
        with reading(self._engine) as connection:
            return clinic_zone(connection)

    @cached_property
    def _names(self) -> Mapping[str, str]:
        with reading(self._engine) as connection:
            return display_names(connection)


def clinic_today(services: Services) -> date:
    """The day by the clinic's clock; in an American evening the day of UTC is tomorrow."""
    return ClinicWords(services.engine).wall(services.clock()).date()
