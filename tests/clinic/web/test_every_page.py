"""Claims, in a real browser, of every page that the rights table lets a role open: no request leaves the clinic, a
tablet and a telephone never scroll sideways, days are written as people write them, and axe finds nothing (here or in
the test that is named)."""

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
import sqlalchemy as sa
from playwright.sync_api import Browser, Page

from adjust_course import consented
from clinic_apps import add_patient, add_staff, services_of
from clinic_charts import Clock, copied_chart
from clinic_films import measured_film
from live_clinic import served, signed_in, violations
from spondyl.clinic.chart.accounts import Account
from spondyl.clinic.chart.erasure import Ground, erase_person
from spondyl.clinic.chart.guard import restrict
from spondyl.clinic.chart.joining import join_charts
from spondyl.clinic.chart.people import add_person
from spondyl.clinic.chart.roles import Role
from spondyl.clinic.chart.tables.booking import appointments
from spondyl.clinic.chart.transaction import reading, writing
from spondyl.clinic.demo.bookings import seed_bookings
from spondyl.clinic.demo.care import seed_care
from spondyl.clinic.demo.clinic import DemoClinic
from spondyl.clinic.demo.patients import seed_patients
from spondyl.clinic.web.films.service import make_film_service
from spondyl.clinic.web.services import Services

TABLES = Path(__file__).parent / "rights"
WIDTHS = {"tablet": 820, "telephone": 390}
AXE_IS_RUN_BY = {
    "test_calendar_browser.py": (
        "/calendar",
        "/calendar/visits/{key}",
        "/calendar/away",
        "/patients/{patient_id}/visits",
        "/patients/{patient_id}/visits/course",
    ),
    "test_care_browser.py": (
        "/patients/{patient_id}",
        "/patients/{patient_id}/intake",
        "/patients/{patient_id}/exam",
        "/patients/{patient_id}/plan",
        "/patients/{patient_id}/plan/consent",
        "/patients/{patient_id}/plan/sheet",
        "/patients/{patient_id}/plan/referral",
        "/patients/{patient_id}/outcomes",
        "/patients/{patient_id}/records",
    ),
    "test_viewer_browser.py": ("/films/{film_id}", "/patients/{patient_id}/films/{film_id}"),
    "test_one_side.py": ("/aid/{option}",),
    "test_marking_browser.py": ("/films/{film_id}/mark",),
    "test_page_browser.py": ("/patients/{patient_id}/adjust", "/patients/{patient_id}/adjust/{run}"),
    "test_public_browser.py": (
        "/book",
        "/book/times",
        "/book/{token}",
        "/visit/{token}",
        "/visit/{token}/move",
    ),
    "test_intake_browser.py": ("/intake/{token}",),
}
WALKED_THERE = ("/book/{token}", "/visit/{token}", "/visit/{token}/move", "/intake/{token}",
                "/patients/{patient_id}/adjust/{run}")  # fmt: skip
"""A link or a session belongs to it: those tests measure the width too."""
LEADS_TO = {"/films/{film_id}": "/patients/{patient_id}/films/{film_id}"}
"""A page that only shows another one is walked with that one."""
WALKERS = (Role.CLINICIAN, Role.ADMINISTRATOR, Role.FRONT_DESK, Role.NOBODY)
"""Each page is walked by the first of these who may open it, who sees most of it; by all of them every night."""
DAILY = {
    Role.FRONT_DESK: ("/today", "/calendar", "/patients", "/patients/{patient_id}"),
    Role.ADMINISTRATOR: ("/today",),
    Role.NOBODY: ("/sign-in", "/aid/{option}", "/book", "/book/times"),
}
"""What a role sees otherwise than those before it and has before it all day: by that role too, whenever tests run."""
ROWS = 12
"""So many rows of a table are shown to axe, which takes a quarter of a minute for a hundred of one form."""
FEWER_ROWS = """most => document.querySelectorAll('tbody').forEach(
  (one) => [...one.rows].slice(most).forEach((row) => row.remove()))"""
NO_PAGES = re.compile(
    r"/$|/setup/|/recover/|/sign-in/single|/health|/metrics|/fhir/|/api/|\.ics$|/free$|/films/list$|/report|/record$"
    r"|/(panels|state|stream|still)$|^/admin$|/exam/\{"
)


@dataclass(frozen=True)
class World:
    """The demo's clinic with a film, an examination, a restricted and a closed chart; addresses by what the table calls
    them."""

    services: Services
    staff: dict[Role, Account]
    address: str
    filled: dict[str, str]
    unnamed: str
    restricted: str
    erased: str
    closed: str

    def paths(self, walked: list[str]) -> list[tuple[str, str]]:
        """Each page: what the table calls it, and an address."""
        leads = {to: path for path, to in LEADS_TO.items()}
        return [
            (path, self._filled(leads.get(path, path)))
            for path in walked
            if path not in (*WALKED_THERE, *LEADS_TO)
        ]

    def _filled(self, path: str) -> str:
        for name, value in self.filled.items():
            path = path.replace("{patient_id}/joined", f"{self.closed}/joined")
            path = path.replace(f"unnamed/{{{name}}}", f"unnamed/{self.unnamed}").replace(
                f"{{{name}}}", value
            )
        assert "{" not in path, f"{path}: say in this test what stands there"
        return (
            path
            + ("?office=orange&visit=consultation" if path == "/book/times" else "")
            + ("?provider=lind&day=2026-03-02" if path == "/calendar/away" else "")
        )


def pages(role: Role) -> list[str]:
    """The pages that the tables let a role open."""
    rows = [
        row for path in sorted(TABLES.glob("*.csv")) for row in csv.DictReader(path.read_text().splitlines())
    ]
    return [
        row["path"]
        for row in rows
        if row["method"] == "GET" and row[role.value] == "yes" and not NO_PAGES.search(row["path"])
    ]


def first_walked(role: Role) -> list[str]:
    """The pages that nobody walks before that role."""
    before = {path for other in WALKERS[: WALKERS.index(role)] for path in pages(other)}
    return [path for path in pages(role) if path not in before]


@pytest.fixture(scope="module")
def world(empty_chart: Path, phantoms: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Made once: nothing below changes what another test of it sees."""
    folder, clock = tmp_path_factory.mktemp("world"), Clock()
    with copied_chart(empty_chart, folder / "chart.db", clock) as engine:
        services = services_of(engine, clock, folder)
        made = _world(services, phantoms)
        with served(services) as address:
            yield replace(made, address=address)


def _world(services: Services, phantoms: Path) -> World:
    staff, patient, films = add_staff(services), add_patient(services), make_film_service(services)
    with writing(services.engine) as connection:
        people = seed_patients(connection)
        other, closed = (add_person(connection, patient.details, actor="test") for _ in range(2))
        join_charts(connection, kept=patient.id, closed=closed.id, actor="test")
    demo = DemoClinic(services=services, staff={}, people=people, films={})
    seed_bookings(demo)
    seed_care(demo)
    film, unnamed = (
        measured_film(services, films, phantoms / f"{stem}.dcm", person_id=person_id)
        for stem, person_id in (("phantom_0003_ap", patient.id), ("phantom_0004_ap", None))
    )
    consented(services, patient)
    with reading(services.engine) as connection:
        visit = connection.execute(sa.select(appointments.c.key).limit(1)).scalar_one()
    filled = {
        "patient_id": patient.id,
        "other_id": other.id,
        "person_id": people[-1].id,
        "film_id": film.id,
        "key": visit,
        "account_id": staff[Role.FRONT_DESK].id,
        "option": "exercise",
        "office": "orange",
        "provider": "lind",
        "visit_type": "follow-up",
    }
    return World(services, staff, "", filled, unnamed.id, people[-2].id, people[-3].id, closed.id)


def test_no_page_is_left_out() -> None:
    """Each page of the tables is walked below or named as axe's elsewhere; nothing is named that is no page."""
    every = {path for role in Role for path in pages(role)}
    named = {path for paths in AXE_IS_RUN_BY.values() for path in paths}
    assert named <= every
    here = Path(__file__).parents[1]
    for name in AXE_IS_RUN_BY:
        assert "violations(" in next(here.rglob(name)).read_text(encoding="utf-8")
    assert {path for role in WALKERS for path in first_walked(role)} == every
    assert all(set(paths) <= set(pages(role)) for role, paths in DAILY.items())


@pytest.mark.parametrize("role", WALKERS)
def test_every_page_of_a_role(browser_program: Browser, world: World, role: Role) -> None:
    first = first_walked(role)
    page = _opened(browser_program, world, role)
    _walk(page, world, first, [path for path in first if path not in _axe_is_run_elsewhere()])
    _walk(page, world, [path for path in DAILY.get(role, ()) if path not in first], [])
    page.context.close()


@pytest.mark.nightly
@pytest.mark.parametrize("role", WALKERS)
def test_every_page_of_every_role(browser_program: Browser, world: World, role: Role) -> None:
    done = {*first_walked(role), *DAILY.get(role, ())}
    page = _opened(browser_program, world, role)
    _walk(page, world, [path for path in pages(role) if path not in done], [])
    page.context.close()


def _axe_is_run_elsewhere() -> set[str]:
    return {path for paths in AXE_IS_RUN_BY.values() for path in paths}


def _walk(page: Page, world: World, walked: list[str], seen_by_axe: list[str]) -> None:
    hosts: set[str] = set()
    page.on("request", lambda one: hosts.add(one.url.split("/")[2]))
    wrong: list[str] = []
    for name, address in world.paths(walked):
        answer = page.goto(address)
        assert answer and answer.status == 200, (name, answer and answer.status)
        if "film_id" in name:
            page.wait_for_load_state("networkidle")  # the viewer writes its table when the film is there
        wrong += [f"{name}: {one}" for one in _sideways(page)]
        if not name.startswith("/aid"):
            wrong += [f"{name}: {one}" for one in _machine_dates(page)]
        if name in seen_by_axe:
            page.evaluate(FEWER_ROWS, ROWS)
            wrong += [f"{name}: {one}" for one in violations(page)]
        if name == "/calendar/practice/offices/{office}":
            page.get_by_role("button", name="See what this changes").click()
            page.get_by_role("heading", name="would stand outside").wait_for()
            wrong += [f"the preview: {one}" for one in violations(page)]
    assert wrong == []
    assert hosts <= {world.address.split("/")[2]}


def test_a_page_that_is_not_there_and_a_chart_that_is_restricted_or_erased(
    browser_program: Browser, world: World
) -> None:
    with writing(world.services.engine) as connection:
        restrict(connection, world.restricted, account_ids=[world.staff[Role.ADMINISTRATOR].id], actor="test")
        erase_person(connection, world.erased, retention_years=10, ground=Ground.MADE_UP, actor="test")
    page = _opened(browser_program, world, Role.CLINICIAN)
    for address in ("/patients/nobody", f"/patients/{world.restricted}", f"/patients/{world.erased}"):
        page.goto(address)
        assert (list(_sideways(page)), violations(page)) == ([], []), address
    page.context.close()


def test_two_charts_are_joined_and_separated_by_the_keyboard(browser_program: Browser, world: World) -> None:
    page = _opened(browser_program, world, Role.FRONT_DESK)
    page.goto(f"/patients/{world.filled['patient_id']}")
    page.get_by_role("link", name="Look at both side by side").focus()
    page.keyboard.press("Enter")
    keep = page.get_by_label("Which chart stays open")
    keep.focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.get_by_text("is joined to this chart").wait_for()
    page.goto(f"/patients/{world.filled['other_id']}")
    page.get_by_role("button", name="Separate again").focus()
    page.keyboard.press("Enter")
    page.get_by_text("These are two charts again").wait_for()
    page.context.close()


def test_what_is_known_stands_in_one_line_however_long_it_is(browser_program: Browser, world: World) -> None:
    page = _opened(browser_program, world, Role.FRONT_DESK)
    page.goto(f"/patients/{world.filled['person_id']}")
    page.locator("dd").nth(1).evaluate(
        "one => { one.textContent = 'a.rather.long.name@clinic.example.org'; }"
    )
    for width in (390, 900, 1440):
        page.set_viewport_size({"width": width, "height": 900})
        left = page.locator(".panel dl").first.evaluate(
            "list => [...list.querySelectorAll('dd')].map((one) => one.getBoundingClientRect().left)"
        )
        assert len(left) >= 3 and max(left) - min(left) < 1, width
    assert list(_sideways(page)) == []
    page.context.close()


def _opened(browser: Browser, world: World, role: Role) -> Page:
    if role in world.staff:
        page = signed_in(browser, world.address, world.services, world.staff[role])
    else:
        page = browser.new_context(base_url=world.address).new_page()
    page.set_default_timeout(30_000)
    return page


def _machine_dates(page: Page) -> list[str]:
    """Days written as machines write them, in what people read."""
    text = page.locator("body").inner_text()
    return re.findall(r".{0,20}\b\d{4}-\d\d-\d\d\b.{0,20}", text)


def _sideways(page: Page) -> Iterator[str]:
    """By how much the page is too wide for a tablet and a telephone."""
    for name, width in WIDTHS.items():
        page.set_viewport_size({"width": width, "height": 1100})
        over = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        if over > 0:
            yield f"{over} px too wide for a {name}"
    page.set_viewport_size({"width": 1280, "height": 900})
