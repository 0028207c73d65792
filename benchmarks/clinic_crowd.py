"""What a clinic asks of its server at the same time: the heaviest requests there are, by several people at once."""

import http.client
import json
import os
import random
import re
import socket
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from threading import Lock, Thread
from typing import Any
from urllib.parse import urlencode

from spondyl.clinic.demo import DEMO_PASSWORD

HERE = "127.0.0.1"
FORM = "application/x-www-form-urlencoded"
ONE_SIGNS = Lock()
SIGN = "sign a film: report (PDF, DICOM, FHIR)"
NO_ANSWER = "no answer"
Status = int | str
MODEST = 15
"""In truth the people sit at other machines: their half of the work gives way here."""


class Person:
    """One member of the staff at a screen."""

    def __init__(self, port: int, name: str) -> None:
        self._to = http.client.HTTPConnection(HERE, port, timeout=120)
        self._cookies: dict[str, str] = {}
        self.csrf = ""
        self.sign_in(name)

    def sign_in(self, name: str) -> None:
        """As somebody of the demo."""
        self.page("/sign-in")
        self.post("/sign-in", name=name, password=DEMO_PASSWORD)
        self.page("/today")

    def page(self, path: str) -> str:
        """Open a page; its token is used from now on."""
        text = self.get(path)[1].decode(errors="replace")
        found = re.search(r'name="csrf" content="(\w+)"', text)
        self.csrf = found[1] if found else self.csrf
        return text

    def get(self, path: str) -> tuple[int, bytes]:
        """Status and body."""
        return self.ask("GET", path, None, {})

    def post(self, path: str, **values: str) -> tuple[int, bytes]:
        """Send a form."""
        return self.ask(
            "POST", path, urlencode(values | {"csrf": self.csrf}).encode(), {"Content-Type": FORM}
        )

    def upload(self, path: str, name: str, film: bytes) -> tuple[int, bytes]:
        """Send a film."""
        edge = "----film-of-the-benchmark"
        head = f'--{edge}\r\nContent-Disposition: form-data; name="film"; filename="{name}"\r\n\r\n'
        body = head.encode() + film + f"\r\n--{edge}--\r\n".encode()
        return self.ask("POST", path, body, {"Content-Type": f"multipart/form-data; boundary={edge}"})

    def ask(self, method: str, path: str, body: bytes | None, headers: dict[str, str]) -> tuple[int, bytes]:
        """One request; where it leads is not followed."""
        sent = {**headers, "Cookie": self._cookie, "X-CSRF": self.csrf}
        try:
            self._to.request(method, path, body, sent)
            answer = self._to.getresponse()
        except (http.client.RemoteDisconnected, BrokenPipeError, ConnectionResetError):
            # The server lets go of a connection that was quiet for five seconds.
            self._to.close()
            self._to.request(method, path, body, sent)
            answer = self._to.getresponse()
        for given in answer.headers.get_all("set-cookie") or ():
            name, _, value = given.partition(";")[0].partition("=")
            self._cookies[name] = value
        self.where = answer.headers.get("location", "")
        return answer.status, answer.read()

    def flow(self, path: str) -> Iterator[bytes]:
        """A long answer, as it comes."""
        self._to.close()
        self._to.request("GET", path, None, {"Cookie": self._cookie})
        answer = self._to.getresponse()
        while data := answer.read1(65536):
            yield data

    def close(self) -> None:
        """Begin anew with the next request."""
        self._to.close()

    def hang_up(self) -> None:
        """Break the connection off."""
        if self._to.sock is not None:
            self._to.sock.shutdown(socket.SHUT_RDWR)

    @property
    def _cookie(self) -> str:
        return "; ".join(f"{name}={value}" for name, value in self._cookies.items())


def first(text: str, pattern: str) -> str:
    """What a page links to."""
    found = re.search(pattern, text)
    assert found, f"The page links to no {pattern}."
    return found[0]


def deeds(port: int, data: Path) -> dict[str, Any]:
    """Each kind of request, by its name: a function of a person and of chance."""
    person = Person(port, "lind")
    amelia = first(person.page("/patients?q=Amelia"), r"/patients/[0-9a-f]{32}")
    greta = first(person.page("/patients?q=Greta"), r"/patients/[0-9a-f]{32}")
    session = first(person.page(f"{greta}/adjust"), greta + r"/adjust/[0-9a-f]{32}")
    film = first(person.page(f"{amelia}/films"), r"/films/[0-9a-f]{32}")
    number = film.rpartition("/")[2]
    films = sorted((data / "phantom-films").rglob("*_ap.dcm"))

    def new_film(one: Person, chance: random.Random) -> int:
        body = bytearray(chance.choice(films).read_bytes())
        # Another noise in its last pixels: the clinic refuses a film that it has.
        body[-16:-8] = chance.randbytes(8)
        return one.upload(f"{amelia}/films", f"{chance.random()}.dcm", bytes(body))[0]

    def get(path: str) -> Any:
        return lambda one, _: one.get(path)[0]

    return {
        "report of a session (PDF)": get(f"{session}/report"),
        SIGN: lambda one, _: sign(one, number),
        "export of a patient": lambda one, _: one.post(f"{amelia}/records/export")[0],
        "new film, detection": new_film,
        "pixels of a film": get(f"/api/v1/films/{number}/pixels"),
        "outcomes of the clinic": get("/outcomes"),
        "calendar": get("/calendar"),
        "day": get("/today"),
        "chart of a patient": get(amelia),
        "page of an ended session": get(session),
    }


def sign(one: Person, number: str) -> int:
    """Accept and sign a film as it stands."""
    api = f"/api/v1/films/{number}"
    kind = {"Content-Type": "application/json"}
    status, body = one.get(f"{api}/state")
    if status != 200:
        return status
    said = json.loads(body)
    corners = {one["level"]: one["corners_px"] for one in said["points"]["vertebrae"]}
    heads = [one and one["centre_px"] for one in said["points"]["heads"]]
    points = {"corners_px": corners, "heads_px": heads, "version": said["reading"]["version"]}
    status, body = one.ask("POST", f"{api}/accept", json.dumps(points).encode(), kind)
    if status == 200:
        version = json.loads(body)["reading"]["version"]
        status, _ = one.ask("POST", f"{api}/sign", json.dumps({"version": version}).encode(), kind)
    return status


def of_administrator() -> dict[str, Any]:
    """The same for the administrator."""
    return {
        "audit log": lambda one, _: one.get("/admin/audit")[0],
        "check of the audit log": lambda one, _: one.post("/admin/audit/check")[0],
        "export of the clinic": lambda one, _: one.post(
            "/admin/export", reason="to try whether the export works"
        )[0],
    }


def ask_once(name: str, deed: Any, one: Person, chance: random.Random) -> tuple[Status, float] | None:
    """Status and seconds; ``None`` when somebody else signs the film, which asks nothing of the server."""
    if name != SIGN:
        return timed(deed, one, chance)
    if not ONE_SIGNS.acquire(blocking=False):
        return None
    try:
        return timed(deed, one, chance)
    finally:
        ONE_SIGNS.release()


def timed(deed: Any, one: Person, chance: random.Random) -> tuple[Status, float]:
    """Status and seconds; :data:`NO_ANSWER` when the server hangs up or lets two minutes pass."""
    begun_s = time.monotonic()
    try:
        status = deed(one, chance)
    except (OSError, http.client.HTTPException):
        one.close()
        status = NO_ANSWER
    return status, time.monotonic() - begun_s


def crowd(port: int, data: Path, people: int, tell: Any) -> None:
    """In a process of its own: people who ask again and again until it is ended; counts and times go to ``tell``."""
    os.nice(MODEST)
    of_staff, of_admin = deeds(port, data), of_administrator()
    said: Counter[tuple[str, Status]] = Counter()
    took_s: dict[str, list[float]] = {}

    def ask_on(seat: int) -> None:
        chance = random.Random(seat)
        mine = of_admin if seat % 4 == 3 else of_staff
        one = Person(port, "admin" if seat % 4 == 3 else ("lind", "ortega")[seat % 2])
        while True:
            name = chance.choice(list(mine))
            answer = ask_once(name, mine[name], one, chance)
            if answer is not None:
                said[name, answer[0]] += 1
                took_s.setdefault(name, []).append(answer[1])

    for seat in range(people):
        Thread(target=ask_on, args=(seat,), daemon=True).start()
    while True:
        tell.recv()
        tell.send((dict(said), {name: list(times) for name, times in took_s.items()}))
