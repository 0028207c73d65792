"""Claims: sessions, limits and headers are as the security bars ask (ASVS 5.0 V3, V6, V7)."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from threading import Barrier, Thread

import pytest

from audit_rows import entries
from clinic_apps import ADDRESS, Browser
from clinic_charts import Clock
from spondyl.clinic.chart.accounts import Account, add_account
from spondyl.clinic.chart.roles import Role
from spondyl.clinic.chart.tables import accounts, sessions
from spondyl.clinic.chart.transaction import reading, writing
from spondyl.clinic.web import create_app
from spondyl.clinic.web.front.sign_in import safe_address
from spondyl.clinic.web.services import Services
from spondyl.clinic.web.traffic import Traffic

Open = Callable[[Role], Browser]
PASSWORD = "four unrelated words here"


@pytest.fixture
def known(services: Services) -> Account:
    with writing(services.engine) as connection:
        return add_account(
            connection,
            sign_in_name="mara",
            full_name="Mara",
            role=Role.CLINICIAN,
            password=PASSWORD,
            actor="test",
        )


def test_a_session_has_a_new_token_at_each_sign_in_and_only_its_hash_is_kept(
    browser: Open, known: Account, services: Services
) -> None:
    assert known.has_password
    person = browser(Role.NOBODY)
    tokens: list[str] = []
    for _ in range(2):
        answer = person.submit("/sign-in", name="MARA", password=PASSWORD, next="/patients?q=x")
        assert answer.headers["location"] == "/patients?q=x"
        cookie = answer.headers["set-cookie"]
        assert re.search("HttpOnly", cookie)
        assert re.search("SameSite=lax", cookie)
        tokens.append(person.cookies["spondyl_session"])
        assert len(tokens[-1]) >= 43  # 256 bits in base64
        person.submit("/sign-out")
        person.cookies.clear()
    assert tokens[0] != tokens[1]
    with reading(services.engine) as connection:
        stored = str(connection.execute(sessions.select()).all()) + str(
            connection.execute(accounts.select()).all()
        )
    assert not any(token in stored for token in tokens)
    assert PASSWORD not in stored
    assert "$argon2id$" in stored


def test_signing_out_ends_the_session_on_the_server(browser: Open) -> None:
    desk = browser(Role.FRONT_DESK)
    stolen = desk.cookies["spondyl_session"]
    desk.submit("/sign-out")
    desk.cookies.set("spondyl_session", stolen)
    assert desk.get("/today").status_code == 303


def test_a_session_ends_when_idle_and_in_any_case(browser: Open, clock: Clock) -> None:
    idle, busy = browser(Role.FRONT_DESK), browser(Role.CLINICIAN)
    for _ in range(35):
        clock.advance(timedelta(minutes=20))
        busy.get("/today")
    assert idle.get("/today").status_code == 303
    assert busy.get("/today").status_code == 200  # 700 minutes
    clock.advance(timedelta(minutes=20))
    assert busy.get("/today").status_code == 303  # 720 minutes: twelve hours


def test_ten_wrong_passwords_lock_the_name_for_a_quarter_of_an_hour(
    browser: Open, known: Account, clock: Clock
) -> None:
    thief = browser(Role.NOBODY)
    answers = [thief.submit("/sign-in", name="mara", password=f"guess {n}").status_code for n in range(11)]
    assert answers == [401] * 10 + [429]
    assert thief.submit("/sign-in", name=known.sign_in_name, password=PASSWORD).status_code == 429
    clock.advance(timedelta(minutes=16))
    assert thief.submit("/sign-in", name="mara", password=PASSWORD).status_code == 303


def test_a_name_typed_otherwise_is_not_another_ten_guesses(browser: Open, known: Account) -> None:
    thief = browser(Role.NOBODY)
    typed = ["mara", " mara", "mara  ", "MARA", "\u2003Mara\u3000"] * 2
    answers = [thief.submit("/sign-in", name=name, password="not this one").status_code for name in typed]
    assert answers == [401] * 10
    assert thief.submit("/sign-in", name="mara ", password=PASSWORD).status_code == 429
    assert thief.submit("/sign-in", name=known.sign_in_name, password=PASSWORD).status_code == 429


def test_whoever_finds_a_page_open_guesses_its_password_no_more_often(
    browser: Open, known: Account, services: Services
) -> None:
    left = browser(Role.NOBODY)
    left.submit("/sign-in", name=known.sign_in_name, password=PASSWORD)
    for n in range(10):
        refused = left.submit("/account/password", present=f"guess {n}", password="another four words")
        assert "is not right" in refused.text
    refused = left.submit("/account/password", present=PASSWORD, password="another four words")
    assert refused.status_code == 422 and "too many wrong passwords" in refused.text
    with reading(services.engine) as connection:
        assert [one.actor for one in entries(connection, action="wrong password")] == ["mara"] * 10


def test_an_unknown_name_and_a_wrong_password_read_the_same(browser: Open, known: Account) -> None:
    person = browser(Role.NOBODY)
    wrong = person.submit("/sign-in", name=known.sign_in_name, password="not this one at all").text
    unknown = person.submit("/sign-in", name="nora", password="not this one at all").text
    assert wrong.replace('"mara"', "") == unknown.replace('"nora"', "")


@pytest.mark.parametrize(
    "address",
    ["https://evil.example", "//evil.example", "/\\evil.example", "evil", "", "/a\nb", "javascript:x"],
)
def test_signing_in_never_leads_to_another_site(address: str) -> None:
    assert safe_address(address) == "/today"


def test_the_headers_shut_out_other_sites_and_inline_script(browser: Open) -> None:
    for address in ("/sign-in", "/static/shell/spondyl.css", "/nowhere", "/health"):
        headers = browser(Role.NOBODY).get(address).headers
        assert "default-src 'self'" in headers["content-security-policy"]
        assert "unsafe" not in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["x-frame-options"] == "DENY"
    assert browser(Role.CLINICIAN).get("/today").headers["cache-control"] == "no-store"


def test_a_form_sent_by_another_site_is_refused_even_with_a_token(browser: Open) -> None:
    desk = browser(Role.FRONT_DESK)
    refused = desk.post("/patients/new", data={"csrf": desk.csrf()}, headers={"Sec-Fetch-Site": "cross-site"})
    assert refused.status_code == 403


def test_one_persons_token_does_not_serve_another(browser: Open) -> None:
    token = browser(Role.CLINICIAN).csrf()
    refused = browser(Role.FRONT_DESK).post("/patients/new", data={"csrf": token})
    assert refused.status_code == 403
    assert "Nothing was saved" in refused.text and "Ask a colleague" not in refused.text


def test_a_patients_page_that_is_too_old_says_so_in_the_patients_language(browser: Open) -> None:
    refused = browser(Role.NOBODY).post("/book/any/confirm?lang=es", data={"csrf": "old"})
    assert refused.status_code == 403
    assert "cargue la página otra vez" in refused.text


def test_another_host_name_is_refused(browser: Open) -> None:
    assert browser(Role.NOBODY).get("/sign-in", headers={"Host": "evil.example"}).status_code == 421


def test_a_body_larger_than_the_limit_is_refused(browser: Open) -> None:
    answer = browser(Role.NOBODY).post("/sign-in", headers={"Content-Length": "700000000"}, content=b"x")
    assert answer.status_code == 413
    assert ADDRESS.startswith("http://localhost")


def test_an_address_that_sends_too_many_requests_waits() -> None:
    """60 a minute: a full bucket of 60, then one a second."""
    seconds = [0.0]
    traffic = Traffic(per_minute=60, seconds=lambda: seconds[0])
    assert sum(traffic.allows("a") for _ in range(100)) == 60
    assert traffic.allows("b")
    seconds[0] = 5.0
    assert sum(traffic.allows("a") for _ in range(100)) == 5


def test_first_administrator_by_a_link_that_works_once(services: Services, browser: Open) -> None:
    """This clinic has accounts and no token: its link is dead."""
    assert services.setup_token is None
    answer = browser(Role.NOBODY).get("/setup/anything")
    assert answer.status_code == 410 and "start the server again" in answer.text


@pytest.mark.parametrize(
    ("wrong", "field"), [({"full_name": " "}, "full_name"), ({"name": "a b"}, "name"), ({}, "password")]
)
def test_what_is_wrong_with_the_first_account_is_said_at_its_field(
    services: Services, wrong: dict[str, str], field: str
) -> None:
    app = create_app(replace(services, setup_token="once"))
    newcomer = Browser(app, base_url=ADDRESS, follow_redirects=False)
    sent = {"full_name": "Mara Lind", "name": "mara", "password": PASSWORD if wrong else "short"} | wrong
    refused = newcomer.submit("/setup/once", **sent)
    assert refused.status_code == 422
    assert re.findall(r'id="f-(\w+)"[^>]*aria-invalid="true"', refused.text) == [field]
    assert re.findall(r'id="f-(\w+)"[^>]* autofocus', refused.text) == [field]


def test_twenty_guesses_at_once_are_held_to_ten(browser: Open, known: Account) -> None:
    begin, answers = Barrier(20), list[int]()
    thieves = [browser(Role.NOBODY) for _ in range(20)]
    tokens = [thief.csrf() for thief in thieves]

    def guess(thief: Browser, token: str) -> None:
        begin.wait(30.0)
        sent = {"csrf": token, "name": known.sign_in_name, "password": "not this one"}
        answers.append(thief.post("/sign-in", data=sent).status_code)

    threads = [Thread(target=guess, args=pair) for pair in zip(thieves, tokens, strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60.0)
    assert sorted(answers) == [401] * 10 + [429] * 10


def test_a_long_way_back_does_not_refuse_the_sign_in(browser: Open, known: Account) -> None:
    search = "/patients?q=" + "x" * 600
    sent = {"name": known.sign_in_name, "password": PASSWORD}
    assert browser(Role.NOBODY).submit("/sign-in", next=search, **sent).headers["location"] == search
    far = browser(Role.NOBODY).submit("/sign-in", next="/" + "x" * 5000, **sent)
    assert far.headers["location"] == "/today"


def test_an_older_sign_in_page_in_another_tab_signs_in_too(browser: Open, known: Account) -> None:
    person = browser(Role.NOBODY)
    shown = person.csrf()
    sent = {"name": known.sign_in_name, "password": PASSWORD}
    for _ in range(2):
        assert person.post("/sign-in", data={"csrf": shown, **sent}).headers["location"] == "/today"
    assert person.get("/today").status_code == 200
    assert person.post("/sign-in", data={"csrf": "0" * 64, **sent}).status_code == 403
    assert person.post("/sign-out", data={"csrf": shown}).status_code == 403
