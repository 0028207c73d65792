"""The clinic in a real browser: the application on a free loopback port, and Debian's chromium."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import uvicorn
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Browser, Page, expect, sync_playwright

from debian_browser import QUICK
from spondyl.clinic.chart.accounts import Account
from spondyl.clinic.chart.sessions import open_session
from spondyl.clinic.chart.transaction import writing
from spondyl.clinic.web import create_app
from spondyl.clinic.web.cookies import session_cookie
from spondyl.clinic.web.services import Services

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
PATIENCE_MS = 60_000
"""How long a state is waited for. The machine may be busy; a state that comes is met at once."""
expect.set_options(timeout=PATIENCE_MS)


@contextmanager
def served(services: Services) -> Iterator[str]:
    """The application on a port of the loopback that the system chose; yields its address."""
    server = uvicorn.Server(
        uvicorn.Config(create_app(services), host="127.0.0.1", port=0, log_level="error", lifespan="off")
    )
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        threading.Event().wait(0.02)
    try:
        port = server.servers[0].sockets[0].getsockname()[1]
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join(timeout=PATIENCE_MS / 1e3)


@contextmanager
def chromium() -> Iterator[Browser]:
    """Debian's chromium without a window."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=QUICK, args=ARGUMENTS)
        try:
            yield browser
        finally:
            browser.close()


@pytest.fixture(scope="module")
def browser_program() -> Iterator[Browser]:
    """One chromium for a module's tests."""
    with chromium() as opened:
        yield opened


def signed_in(
    browser: Browser,
    address: str,
    services: Services,
    account: Account,
    *,
    width: int = 1280,
    dark: bool = False,
    touch: bool = False,
) -> Page:
    """A page of a browser in which that member of the staff is signed in."""
    with writing(services.engine) as connection:
        token = open_session(connection, account.id)
    context = browser.new_context(
        viewport={"width": width, "height": 900},
        color_scheme="dark" if dark else "light",
        base_url=address,
        has_touch=touch,
    )
    context.set_default_timeout(PATIENCE_MS)
    context.add_cookies([{"name": session_cookie(services.settings), "value": token, "url": address}])
    return context.new_page()


def count_clicks(page: Page) -> None:
    """Begin to count clicks of this page and of those it opens: read them with :func:`clicks`."""
    page.context.add_init_script(
        "addEventListener('click', (e) => { if (e.isTrusted) sessionStorage.clicks = "
        "1 + Number(sessionStorage.clicks ?? 0); }, true);"
    )


def clicks(page: Page) -> int:
    """Clicks so far in this tab, label and field counted once."""
    return int(page.evaluate("Number(sessionStorage.clicks ?? 0)"))


def undo(page: Page, times: int = 1) -> None:
    """Press Undo on the page of a film, and wait until the server has it."""
    for _ in range(times):
        with page.expect_response(lambda one: one.request.method == "PUT") as saved:
            page.locator('button[data-act="undo"]').click()
        assert saved.value.ok


def violations(page: Page, *, rules: tuple[str, ...] = ()) -> list[str]:
    """What axe finds wrong, as 'rule: element': by these rules, or by all."""
    page.wait_for_load_state("load")
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    found: list[str] = page.evaluate(_AXE, list(rules))
    return found


COLOUR_RULES = ("color-contrast", "link-in-text-block")
"""All of axe's rules that see colours: a page that passed every rule in light needs no other in the dark."""
# Every rule is run; only what it passes is not described node by node, which takes as long as the rules.
_AXE = """async (rules) => {
  const only = rules.length ? { runOnly: rules } : {};
  const { violations } = await axe.run({ resultTypes: ['violations'], ...only });
  return violations.flatMap((one) => one.nodes.map((node) => `${one.id}: ${node.html.slice(0, 160)}`)); }"""
