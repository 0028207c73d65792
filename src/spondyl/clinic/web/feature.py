"""What a feature gives the shell: routes, its place in the day's rail and among a patient's tabs, panels."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from fastapi import APIRouter

from spondyl.clinic.adjust.desk import Desk
from spondyl.clinic.chart.people import Person
from spondyl.clinic.chart.roles import STAFF, Role
from spondyl.clinic.web.services import Services
from spondyl.clinic.web.viewer import Viewer


@dataclass(frozen=True, slots=True, kw_only=True)
class RailStep:
    """An entry of the left rail. ``icon`` is the name of a symbol in shell/static/icons.svg."""

    label: str
    href: str
    icon: str
    roles: tuple[Role, ...] = STAFF


@dataclass(frozen=True, slots=True, kw_only=True)
class PatientTab:
    """A page of a patient: /patients/{id}/{path}."""

    label: str
    path: str
    roles: tuple[Role, ...] = STAFF


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """A part of the day's page or of a patient's overview: a template and what it shows."""

    template: str
    context: dict[str, Any]
    comes_first: bool = False
    """On the day's page before the others: somebody has to act now."""
    next_step: str = ""
    """On a patient's overview what to do now, where the feature knows; the first one in the order of a visit counts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """What a panel is made from; ``everyone`` is asked for by who would else see only what is their own. ``desk``: the
    adjustment sessions of this server."""

    connection: sa.Connection
    services: Services
    viewer: Viewer
    everyone: bool = False
    desk: Desk = field(default_factory=Desk)


@dataclass(frozen=True, slots=True, kw_only=True)
class Feature:
    """One feature. Its templates are found as "<name>/<file>", its static files under /static/<name>/.

    ``today`` and ``patient`` make panels for the day's page and a patient's overview; None means nothing to show.
    ``erase`` deletes the feature's rows about a patient and names the files to delete once that is committed.
    """

    name: str
    routers: tuple[APIRouter, ...]
    rail: tuple[RailStep, ...] = ()
    tabs: tuple[PatientTab, ...] = ()
    today: Callable[[View], Panel | None] | None = None
    patient: Callable[[View, Person], Panel | None] | None = None
    erase: Callable[[sa.Connection, Services, Person], tuple[Path, ...]] | None = None
