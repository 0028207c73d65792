"""Send what schemathesis makes up to every route of the clinic, as every role; count server errors.

python benchmarks/api_fuzz.py --examples 100

Pages and forms are asked like the API: their schema is made here. Exit code 1 when any answer is a server error.
"""

import argparse
import copy
import json
import random
import sys
import tempfile
import time
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import hypothesis
import schemathesis
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute
from hypothesis.errors import Unsatisfiable

from spondyl.clinic.chart.accounts import add_account
from spondyl.clinic.chart.engine import utc_now
from spondyl.clinic.chart.people import PersonDetails, add_person
from spondyl.clinic.chart.roles import STAFF, Role
from spondyl.clinic.chart.sessions import open_session
from spondyl.clinic.chart.transaction import writing
from spondyl.clinic.clinic_home import home_at, open_chart, secret_of
from spondyl.clinic.clinic_settings import ClinicSettings
from spondyl.clinic.web import create_app
from spondyl.clinic.web.app import FEATURES
from spondyl.clinic.web.cookies import session_cookie
from spondyl.clinic.web.services import Services

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # Starlette asks for a package that is not in the lock file
    from fastapi.testclient import TestClient

# Ending one's own session or account would only make the rest of the run easy.
LEFT_OUT = (
    "/sign-out",
    "/admin/accounts/{account_id}",
    "/admin/accounts/{account_id}/password",
    "/account/password",
)


@dataclass(slots=True)
class Outcome:
    """What was asked and which answers were server errors."""

    operations: int = 0
    requests: int = 0
    statuses: dict[int, int] = field(default_factory=dict)
    server_errors: list[str] = field(default_factory=list)
    took_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Target:
    """The application's schema, a client for each role with its CSRF token, and a patient who exists."""

    schema: dict[str, Any]
    clients: Mapping[Role, TestClient]
    tokens: Mapping[Role, str]
    patient_id: str


def full_schema() -> dict[str, Any]:
    """OpenAPI of every route, those of pages too."""
    routes: list[APIRoute] = []
    for feature in FEATURES:
        for router in feature.routers:
            for route in router.routes:
                assert isinstance(route, APIRoute)
                shown = copy.copy(route)
                shown.include_in_schema = True
                shown.operation_id = f"{feature.name}_{len(routes)}"
                routes.append(shown)
    return get_openapi(title="Spondyl clinic", version="1", routes=routes)


def make_target(folder: Path) -> Target:
    """A new clinic in ``folder``."""
    home = home_at(folder)
    secret = secret_of(home)
    engine = open_chart(home, secret=secret, survives_power_loss=False)
    settings = ClinicSettings(requests_per_minute=10_000_000)
    services = Services(engine=engine, settings=settings, clock=utc_now, secret=secret, data_dir=folder)
    app = create_app(services)
    clients: dict[Role, TestClient] = {}
    with writing(engine) as connection:
        details = PersonDetails(given_name="Fuzz", family_name="Target", synthetic=True)
        patient_id = add_person(connection, details, actor="fuzz").id
        for role in STAFF:
            name = role.value
            owner = add_account(
                connection, sign_in_name=name, full_name=name, role=role, password=None, actor="fuzz"
            )
            client = TestClient(
                app, base_url="http://localhost", follow_redirects=False, raise_server_exceptions=False
            )
            client.cookies.set(session_cookie(settings), open_session(connection, owner.id))
            clients[role] = client
    tokens = {role: _token(client) for role, client in clients.items()}
    return Target(full_schema(), clients, tokens, patient_id)


def _token(client: TestClient) -> str:
    return client.get("/today").text.partition('name="csrf" content="')[2][:64]


def fuzz(target: Target, *, examples: int, seed: int = 1, only: str | None = None) -> Outcome:
    """Ask every operation ``examples`` times."""
    begun = time.monotonic()
    outcome = Outcome()
    chance = random.Random(seed)
    for operation in schemathesis.openapi.from_dict(target.schema).get_all_operations():
        found = operation.ok()
        if found.path in LEFT_OUT or (only is not None and not found.path.startswith(only)):
            continue
        outcome.operations += 1
        for case in _cases(found, examples, seed):
            _ask(target, case, chance, outcome)
    outcome.took_s = round(time.monotonic() - begun, 1)
    return outcome


def _cases(operation: Any, examples: int, seed: int) -> Iterator[Any]:
    made: list[Any] = []

    @hypothesis.seed(seed)
    @hypothesis.settings(
        max_examples=examples,
        database=None,
        deadline=None,
        phases=[hypothesis.Phase.generate],
        suppress_health_check=list(hypothesis.HealthCheck),
    )
    @hypothesis.given(operation.as_strategy())
    def keep(case: Any) -> None:
        made.append(case)

    try:
        keep()
    except Unsatisfiable:
        return
    yield from made


def _ask(target: Target, case: Any, chance: random.Random, outcome: Outcome) -> None:
    role = chance.choice(STAFF)
    sent = case.as_transport_kwargs(base_url="http://localhost")
    if "patient_id" in (case.path_parameters or {}) and chance.random() < 0.7:
        known = case.operation.path
        for name, value in case.path_parameters.items():
            known = known.replace("{" + name + "}", target.patient_id if name == "patient_id" else str(value))
        sent["url"] = "http://localhost" + known.replace("\n", "").replace("\r", "").replace("\t", "")
    headers = {
        name: value for name, value in dict(sent.get("headers") or {}).items() if name.lower() != "x-csrf"
    }
    asked = {
        name: sent[name]
        for name in ("params", "json", "data", "files", "content")
        if sent.get(name) is not None
    }
    if isinstance(asked.get("data"), str | bytes):
        asked["content"] = asked.pop("data")
    try:
        answer = target.clients[role].request(
            sent["method"], sent["url"], headers=headers | {"X-CSRF": target.tokens[role]}, **asked
        )
    except (UnicodeError, TypeError, ValueError, LookupError):
        return  # what no HTTP client can send
    outcome.requests += 1
    outcome.statuses[answer.status_code] = outcome.statuses.get(answer.status_code, 0) + 1
    # 502 is the answer of the sign-on to a provider that does not answer.
    if answer.status_code >= 500 and answer.status_code != 502:
        outcome.server_errors.append(
            f"{answer.status_code} {sent['method']} {sent['url']} {str(asked)[:300]}"
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--examples", type=int, default=100)
    parser.add_argument("--only", help="routes whose path begins so")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="spondyl-fuzz-") as folder:
        outcome = fuzz(make_target(Path(folder)), examples=asked.examples, only=asked.only)
    print(json.dumps({name: getattr(outcome, name) for name in Outcome.__slots__}, indent=2))
    sys.exit(1 if outcome.server_errors else 0)


if __name__ == "__main__":
    main()
