"""The check of the whole audit log, beside the requests: a clinic of some years has a log that takes minutes."""

import logging
from dataclasses import dataclass, replace
from datetime import datetime
from threading import Condition, Event, Thread
from typing import Annotated

import sqlalchemy as sa
from fastapi import Depends, Request

from spondyl.clinic.chart.audit import AuditEntry, is_sealed, record
from spondyl.clinic.chart.audit_look import Asked, look
from spondyl.clinic.chart.keys import anchor_signer
from spondyl.clinic.chart.transaction import writing
from spondyl.clinic.clinic_home import home_at
from spondyl.clinic.verify_audit import AuditState, Progress, check_log
from spondyl.clinic.web.services import Services

_LOG = logging.getLogger(__name__)
CHECKED = "check audit"


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckTold:
    """Who asked for a check, and when; what it found, None while it goes on; why it came to nothing, else empty."""

    asked_by: str
    begun_at: datetime
    state: AuditState | None = None
    problem: str = ""


class _ServerEndsError(Exception):
    """The check is broken off."""


class AuditCheck:
    """At most one check of the log at a time; ``last`` is the last that ended, ``running`` the one that goes on."""

    def __init__(self) -> None:
        self._changed, self._ends = Condition(), Event()
        self.last: CheckTold | None = None
        self.running: CheckTold | None = None

    def begin(self, services: Services, *, actor: str) -> None:
        """Check the log beside the caller, unless it is being checked."""
        with self._changed:
            if self.running is not None:
                return
            begun = self.running = CheckTold(asked_by=actor, begun_at=services.clock())
        Thread(target=self._check, args=(services, begun), daemon=True, name="audit check").start()

    def wait(self, seconds: float | None = None) -> bool:
        """Wait until none goes on; whether it is so."""
        with self._changed:
            return self._changed.wait_for(lambda: self.running is None, seconds)

    def stop(self) -> None:
        """Break off the check that goes on: the server ends."""
        self._ends.set()
        self.wait()

    def _check(self, services: Services, told: CheckTold) -> None:
        try:
            path = home_at(services.data_dir).anchor_file(services.settings)
            public_key = anchor_signer(services.secret).public_key()
            state = check_log(services.engine, path, public_key=public_key, watch=self._go_on)
            told = replace(told, state=state)
            with writing(services.engine) as connection:
                found = {
                    "problems": len(state.problems),
                    "rows": state.rows,
                    "checkpoints": state.checkpoints,
                }
                record(connection, actor=told.asked_by, action=CHECKED, subject="audit", detail=found)
        except _ServerEndsError:
            pass
        except Exception as error:  # whatever it is: nobody waits for it, so the page must say it
            _LOG.exception("the audit log could not be checked")
            told = replace(told, problem=str(error) or type(error).__name__)
        finally:
            with self._changed:
                self.last, self.running = told, None
                self._changed.notify_all()

    def _go_on(self, _: Progress) -> None:
        if self._ends.is_set():
            raise _ServerEndsError


def earlier_check(connection: sa.Connection) -> tuple[AuditEntry, bool] | None:
    """The row of the log that tells of its newest check, what is left of one when the server starts again; and whether
    its seal fits: who changes the log would change that row too."""
    newest = next(iter(look(connection, Asked(actions=[CHECKED]), limit=1).entries), None)
    return newest and (newest, is_sealed(connection, newest.lane, newest.sequence))


async def _check_of(request: Request) -> AuditCheck:  # async, because FastAPI gives everything else a thread
    return request.app.state.audit_check


TheCheck = Annotated[AuditCheck, Depends(_check_of)]
