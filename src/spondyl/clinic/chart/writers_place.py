"""One writer's place in the line for the embedded file, for one transaction."""

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass

import sqlalchemy as sa

from spondyl.clinic.chart.handed_in import Desk, Request
from spondyl.clinic.chart.turn import WritersTurn

_PLACE = "spondyl_place"


@dataclass(slots=True, kw_only=True)
class WritersPlace:
    """Stands in line at the first statement; ``until`` gives the turn back."""

    turn: WritersTurn
    desk: Desk
    until: ExitStack
    has_turn: bool = False
    carried_in: int | None = None
    """Another's commit that holds what this writer wanted."""
    before_commit: Callable[[], list[Request]] | None = None
    """Writes what others handed in, as the last thing of the transaction; returns what it wrote."""

    def stand(self) -> None:
        """Wait for the turn, unless this writer has it."""
        if not self.has_turn:
            self.until.enter_context(self.turn)
            self.has_turn = True

    def stand_if_free(self) -> bool:
        """Take the turn if nobody else has it; says whether this writer has it now."""
        if not self.has_turn and self.turn.enter_if_free():
            self.until.push(self.turn)
            self.has_turn = True
        return self.has_turn


def place_of(connection: sa.Connection) -> WritersPlace | None:
    """The place of the writer of this transaction; None outside ``writing`` and on PostgreSQL."""
    return connection.get_execution_options().get(_PLACE)
