"""Claims: the tables in rights/ list every route, say what the code says, and each route answers each role accordingly.

The tables are written by hand; the code is not their source.
"""

import csv
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from fastapi.routing import APIRoute
from starlette.responses import Response

from clinic_apps import Browser
from spondyl.clinic.chart.people import Person
from spondyl.clinic.chart.roles import Role
from spondyl.clinic.web.app import FEATURES
from spondyl.clinic.web.feature import Feature
from spondyl.clinic.web.rights import Needs

TABLES = Path(__file__).parent / "rights"
ASKED = (Role.NOBODY, Role.FRONT_DESK, Role.CLINICIAN, Role.ADMINISTRATOR)
Row = dict[str, str]


def table(feature: Feature) -> list[Row]:
    with (TABLES / f"{feature.name}.csv").open() as file:
        return list(csv.DictReader(file))


def routes(feature: Feature) -> Iterator[tuple[str, str, APIRoute]]:
    for router in feature.routers:
        for route in router.routes:
            assert isinstance(route, APIRoute), f"{route}: only plain routes carry rights"
            for method in sorted(route.methods - {"HEAD"}):
                yield method, route.path, route


def declared(route: APIRoute) -> frozenset[Role]:
    needed = [one.call for one in route.dependant.dependencies if isinstance(one.call, Needs)]
    assert needed, (
        f"{route.path} declares no right: add StaffOnly, Anybody or another of spondyl.clinic.web.rights"
    )
    return frozenset.intersection(*(frozenset(one.roles) for one in needed))


def allowed(row: Row) -> frozenset[Role]:
    return frozenset(role for role in Role if row[role.value] in ("yes", "link"))


@pytest.mark.parametrize("feature", FEATURES, ids=[one.name for one in FEATURES])
def test_the_table_lists_every_route_and_says_what_the_code_says(feature: Feature) -> None:
    in_code = {(method, path): declared(route) for method, path, route in routes(feature)}
    in_table = {(row["method"], row["path"]): allowed(row) for row in table(feature)}
    assert in_table == in_code


def test_no_table_is_left_over() -> None:
    assert {path.stem for path in TABLES.glob("*.csv")} == {feature.name for feature in FEATURES}


@pytest.mark.parametrize("feature", FEATURES, ids=[one.name for one in FEATURES])
def test_each_route_answers_each_role_as_the_table_says(
    feature: Feature, browser: Callable[[Role], Browser], patient: Person
) -> None:
    for role in ASKED:
        client = browser(role)
        for row in table(feature):
            address = re.sub(r"\{patient_id(:\w+)?\}", patient.id, row["path"])
            address = re.sub(r"\{[^}]+\}", "1", address)
            headers = {} if row["method"] == "GET" else {"X-CSRF": client.csrf()}
            answer = client.request(row["method"], address, headers=headers)
            told = (role, row["method"], address, answer.status_code)
            assert was_let_through(answer) == (role in allowed(row)), told
            if row["method"] != "GET" and role in allowed(row):
                client = browser(role)  # what was done may have ended the session


def was_let_through(answer: Response) -> bool:
    sent_to_sign_in = answer.headers.get("location", "").startswith("/sign-in?next=")
    return answer.status_code not in (401, 403) and not sent_to_sign_in
