"""Claims: once made ready, the first request of a page compiles nothing and reads no evidence; the server does it."""

import gc
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from fastapi import FastAPI
from jinja2 import Environment

from clinic_apps import Browser
from spondyl.clinic import serve
from spondyl.clinic.care.option_names import clinic_library, option_lines
from spondyl.clinic.chart.people import Person
from spondyl.clinic.chart.roles import Role
from spondyl.clinic.report.pdf_document import pdf_bytes
from spondyl.clinic.report.pdf_style import register_fonts
from spondyl.clinic.web.ready import make_ready
from spondyl.clinic.web.services import Services


@pytest.fixture(autouse=True)
def thawed() -> Iterator[None]:
    """What a test makes ready is garbage after it."""
    yield
    gc.unfreeze()


def test_the_first_plan_waits_for_nothing(
    browser: Callable[[Role], Browser], patient: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    clinician = browser(Role.CLINICIAN)
    for kept in (clinic_library, option_lines):
        kept.cache_clear()
    app = clinician.app
    assert isinstance(app, FastAPI)
    make_ready(app.state.templates)
    compiled: list[str] = []
    compile_page = Environment.compile

    def watched(self: Environment, source: Any, *given: Any, **named: Any) -> Any:
        compiled.append(str(given))
        return compile_page(self, source, *given, **named)

    monkeypatch.setattr(Environment, "compile", watched)
    for address in (f"/patients/{patient.id}/plan", f"/patients/{patient.id}/exam", "/calendar", "/today"):
        assert clinician.get(address).status_code == 200
    assert compiled == []
    assert option_lines.cache_info().misses == 1


def test_the_first_pdf_waits_for_no_typeface(browser: Callable[[Role], Browser]) -> None:
    app = browser(Role.CLINICIAN).app
    assert isinstance(app, FastAPI)
    register_fonts.cache_clear()
    make_ready(app.state.templates)
    made = register_fonts.cache_info().misses
    assert pdf_bytes([], title="a", subject="b", footer="c").startswith(b"%PDF")
    assert register_fonts.cache_info().misses == made == 1


def test_no_search_for_garbage_looks_through_what_was_loaded(browser: Callable[[Role], Browser]) -> None:
    app = browser(Role.CLINICIAN).app
    assert isinstance(app, FastAPI)
    assert gc.get_freeze_count() == 0
    make_ready(app.state.templates)
    assert gc.get_freeze_count() > 100_000 > len(gc.get_objects())


def test_the_server_makes_its_pages_ready(services: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    """Before it serves, and without waiting for it."""
    made: list[Environment] = []
    monkeypatch.setattr(serve, "make_ready_meanwhile", made.append)
    monkeypatch.setattr(serve.uvicorn.Server, "run", lambda *_, **__: None)
    monkeypatch.setattr(serve, "take_short_turns", lambda: None)
    with serve.socket.create_server(("127.0.0.1", 0)) as listener:
        serve._serve(services, (listener,), None)
    assert [type(one) for one in made] == [Environment]
