"""What every request may need, built once and reached by a FastAPI dependency; nothing is global."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Annotated

import sqlalchemy as sa
from fastapi import Depends, Request
from jinja2 import Environment

from spondyl.clinic.chart.keys import derive
from spondyl.clinic.clinic_settings import ClinicSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """The engine, settings, clock (aware, UTC), secret, data folder; and a new clinic's set-up token."""

    engine: sa.Engine
    settings: ClinicSettings
    clock: Callable[[], datetime]
    secret: bytes
    data_dir: Path
    setup_token: str | None = None

    def key_for(self, purpose: str) -> bytes:
        """A key for one purpose, made from the clinic's secret."""
        return _derived(self.secret, purpose)


@lru_cache(maxsize=64)
def _derived(secret: bytes, purpose: str) -> bytes:
    return derive(secret, purpose)


def services_of(request: Request) -> Services:
    """The application's services."""
    return request.app.state.services


def templates_of(request: Request) -> Environment:
    """The application's templates."""
    return request.app.state.templates


async def _clinic(request: Request) -> Services:  # async, because FastAPI gives everything else a thread
    return services_of(request)


Clinic = Annotated[Services, Depends(_clinic)]
