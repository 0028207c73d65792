"""Does an adjustment session suffer when the clinic works? Silences of the host, STOP, samples; idle and loaded.

The product's own server (``spondyl serve --demo``), the firmware simulator in a process of its own and in real time, a
relay between them that notes when each word passed, a page that beats, reads and answers like the real one, and
``--people`` who ask for the heaviest things a clinic asks for. Two runs at least: the machine matters.
"""

import argparse
import html
import http.client
import json
import multiprocessing
import os
import random
import re
import shutil
import statistics
import sys
import time
from collections import Counter
from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Event, Thread
from typing import Any

import httpx

from clinic_crowd import HERE, Person, crowd, first
from demo_server import UNLIMITED, prepare, serving, spoken
from session_relay import Seen, run_relay
from spondyl.clinic.adjust.feed import BLOCK, CHANNELS, EVENT, HEAD
from spondyl.clinic.care.adjustment_gate import ASKED

BEAT_S = 0.4
LINK_WATCHDOG_S = 0.5
PATIENCE_S = 180.0
FORM = {f"answer-{one.key}": "no" for one in ASKED} | {
    "maximum_n": "60",
    "first": "L3",
    "last": "L5",
    "rule": "clinician",
    "chosen": "L4",
    "instrument": "address",
}


@dataclass(kw_only=True)
class Bench:
    """Where everything is."""

    port: int
    data: Path
    relay: Connection
    server: int
    greta: str = ""
    person: Person = field(init=False)

    def __post_init__(self) -> None:
        self.person = Person(self.port, "lind")
        self.greta = first(self.person.page("/patients?q=Greta"), r"/patients/[0-9a-f]{32}")

    def seen(self) -> Seen:
        """What the relay saw since it was last asked."""
        self.relay.send(None)
        return self.relay.recv()


@contextmanager
def bench(demo: Path | None) -> Generator[Bench]:
    """Server, relay, instrument."""
    with ExitStack() as stack:
        data = Path(stack.enter_context(TemporaryDirectory())) / "clinic"
        if demo is None:
            prepare(data)
        else:
            shutil.copytree(demo, data)
        simulator = [sys.executable, "-m", "spondyl.instrument.simulator", "--port", "0"]
        said = stack.enter_context(spoken(simulator))
        host, port = re.findall(r"tcp://([\d.]+):(\d+)", said)[0]
        here, there = multiprocessing.Pipe()
        relay = multiprocessing.get_context("spawn").Process(
            target=run_relay, args=((host, int(port)), there), daemon=True
        )
        relay.start()
        stack.callback(relay.kill)
        address = f"tcp://{HERE}:{here.recv()}"
        (data / "settings.toml").write_text(f'instrument_address = "{address}"\n{UNLIMITED}')
        server, page_port = stack.enter_context(serving(data))
        yield Bench(port=page_port, data=data, relay=here, server=server)


class LivePage:
    """The page of one session: beats, reads, answers what is asked."""

    def __init__(self, clinic: Bench) -> None:
        self.clinic, self.person = clinic, clinic.person
        self.person.page(f"{clinic.greta}/adjust")
        status, body = self.person.post(f"{clinic.greta}/adjust", **FORM)
        assert status == 303, re.sub(r"<[^>]+>", " ", body.decode())[-1500:]
        self.address = self.person.where
        text = self.person.page(self.address)
        self.token, self.lane = _attribute(text, "page"), _attribute(text, "lane")
        self.beats_s: list[float] = []
        self.lost_frames = 0
        self.shown = 0
        self.missing = 0
        self._next_ms = -1
        self.other_stop = ""
        self.events: list[dict[str, Any]] = []
        self.is_over = Event()
        self._read = Person(clinic.port, "lind")
        self._answer = Person(clinic.port, "lind")
        self._stream: httpx.Response | None = None
        for work in (self._beat, self._follow):
            Thread(target=work, daemon=True).start()

    def find_other_stop(self) -> None:
        """Where the STOP of another page is sent, as that page says."""
        found = re.search(r'action="([^"]*/stop[^"]*)"', self.person.page(f"{self.clinic.greta}/adjust"))
        assert found, "The patient's page shows no STOP while a session runs."
        self.other_stop = html.unescape(found[1])

    def leave(self) -> None:
        """Close the stream, as a browser does that is closed."""
        self._read.hang_up()

    def _beat(self) -> None:
        with httpx.Client(base_url=f"http://{HERE}:{self.clinic.port}", timeout=60) as to:
            while not self.is_over.is_set():
                begun_s = time.monotonic()
                to.post(f"{self.lane}/beat", headers={"Connection": "close"})
                self.beats_s.append(time.monotonic() - begun_s)
                self.is_over.wait(max(0.0, BEAT_S - (time.monotonic() - begun_s)))

    def _follow(self) -> None:
        try:
            rest = b""
            for data in self._read.flow(f"{self.address}/stream?page={self.token}"):
                rest = self._frames(rest + data)
        except (OSError, ValueError, AttributeError, http.client.HTTPException):
            # Closed on purpose, or by the server.
            pass
        self.is_over.set()

    def _frames(self, data: bytes) -> bytes:
        while len(data) >= HEAD.size:
            kind, length, number = HEAD.unpack_from(data)
            end = HEAD.size + length + -length % 8
            if len(data) < end:
                break
            if kind == EVENT:
                self._event(json.loads(data[HEAD.size : HEAD.size + length]))
            elif kind == BLOCK:
                self._block(int(number), length // (4 * len(CHANNELS)))
            elif kind == 3:
                self.lost_frames += int(number)
            data = data[end:]
        return data

    def _block(self, first_ms: int, samples: int) -> None:
        if self._next_ms >= 0:
            self.missing += first_ms - self._next_ms
        self.shown += samples
        self._next_ms = first_ms + samples

    def _event(self, event: dict[str, Any]) -> None:
        self.events.append(event)
        if event["kind"] == "question":
            Thread(target=lambda: self._answer.post(f"{self.address}/pain", pain="3")).start()
        elif event["kind"] == "proposal":
            sent = {"number": str(event["number"]), "accepts": "true"}
            Thread(target=lambda: self._answer.post(f"{self.address}/dose", **sent)).start()


def _attribute(text: str, name: str) -> str:
    found = re.search(rf'data-{name}="([^"]*)"', text)
    assert found, f"The page has no data-{name}; it is no live page."
    return found[1]


def whole_sessions(clinic: Bench, seconds: float) -> tuple[Seen, list[LivePage]]:
    """One session after another."""
    clinic.seen()
    pages: list[LivePage] = []
    end_s = time.monotonic() + seconds
    while time.monotonic() < end_s:
        pages.append(LivePage(clinic))
        assert pages[-1].is_over.wait(PATIENCE_S), pages[-1].events[-3:]
    return clinic.seen(), pages


def by_lane(live: LivePage) -> None:
    """The STOP button of the page itself."""
    live.person.ask("POST", f"{live.lane}/stop?by=button", None, {})


def by_other_page(live: LivePage) -> None:
    """STOP on another page or device."""
    live.person.ask("POST", live.other_stop, b"", {})


WAYS: dict[str, Callable[[LivePage], None]] = {
    "STOP of the page": by_lane,
    "STOP of another page": by_other_page,
    "page closed": LivePage.leave,
}


def stop_once(clinic: Bench, way: str, chance: random.Random) -> tuple[float, float, float]:
    """Seconds from pressing to the instrument having been told, to its saying that it has stopped, to the answer."""
    clinic.person.post(f"{clinic.greta}/adjust/release")
    clinic.seen()
    live = LivePage(clinic)
    live.find_other_stop()
    end_s = time.monotonic() + PATIENCE_S
    while not any(one.get("text", "").startswith("Going") for one in live.events):
        assert time.monotonic() < end_s, live.events
        time.sleep(0.02)
    time.sleep(chance.uniform(0.0, 0.5))
    pressed_s = time.monotonic()
    WAYS[way](live)
    answered_s = time.monotonic()
    live.is_over.wait(PATIENCE_S)
    seen = Seen()
    while not seen.stopped and time.monotonic() < pressed_s + 10:
        time.sleep(0.3)
        more = clinic.seen()
        seen.stops += more.stops
        seen.stopped += more.stopped
    assert seen.stops and seen.stopped, f"{way}: nothing came: {seen}"
    until_over(clinic)
    return seen.stops[0] - pressed_s, seen.stopped[0] - pressed_s, answered_s - pressed_s


def until_over(clinic: Bench) -> None:
    """A patient has one session at a time."""
    while "runs" in first_of(clinic.person.page(f"{clinic.greta}/adjust")):
        time.sleep(0.2)


def first_of(text: str) -> str:
    """The sentence about a session that runs, if there is one."""
    return "".join(re.findall(r"A session[^<.]*runs", text))


def spread(values: list[float]) -> str:
    """Median, 99th percentile and greatest in ms."""
    if not values:
        return "none"
    ordered = sorted(values)
    p99 = ordered[min(len(ordered) - 1, int(0.99 * len(ordered)))]
    return f"{1e3 * statistics.median(ordered):.0f} / {1e3 * p99:.0f} / {1e3 * ordered[-1]:.0f} ms ({len(ordered)})"


@contextmanager
def people_at_work(clinic: Bench, people: int) -> Iterator[Connection | None]:
    """The crowd, ended with the block."""
    if not people:
        yield None
        return
    here, there = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(
        target=crowd, args=(clinic.port, clinic.data, people, there), daemon=True
    )
    process.start()
    time.sleep(6.0)
    try:
        yield here
    finally:
        process.kill()
        process.join()


def report(clinic: Bench, people: int, seconds: float, stops: int, ways: list[str]) -> None:
    """Measure with so many people and print."""
    with people_at_work(clinic, people) as asked:
        seen, pages = whole_sessions(clinic, seconds)
        ends = Counter(one["because"] for page in pages for one in page.events if one["kind"] == "end")
        print(
            f"\n{people} people, load average {os.getloadavg()[0]:.1f}: {len(pages)} sessions, {dict(ends)}"
        )
        for page in pages:
            for one in page.events:
                if one["kind"] == "end" and one["because"] in (
                    "instrument_failed",
                    "refused",
                    "stop_pressed",
                ):
                    print("  broken off:", one["text"][:160])
        print("  silence of the host, tip on (limit 500):", spread(seen.silences))
        for one in sorted(seen.longest, reverse=True)[:6]:
            print("   ", one)
        print("  this machine late by itself:", spread(seen.lateness))
        print(
            f"  samples with the tip on, but those of pulses: {seen.samples}, lost {seen.lost_samples}; frames lost"
            f" {sum(p.lost_frames for p in pages)}; on the page, tip on or off: {sum(p.shown for p in pages)}, "
            f"missing {sum(p.missing for p in pages)}"
        )
        print("  between asking for samples (kept 1,024 ms), tip on:", spread(seen.away_on))
        print("  the same, tip off:", spread(seen.away_off))
        print("  heartbeat answered:", spread([one for page in pages for one in page.beats_s]), flush=True)
        chance = random.Random(people)
        for way in ways if stops else ():
            taken = [stop_once(clinic, way, chance) for _ in range(stops)]
            told, stopped, answered = (list(one) for one in zip(*taken, strict=True))
            print(
                f"  {way}, from pressing to: instrument told {spread(told)}, instrument says that it has stopped"
                f" {spread(stopped)}, answer of the server {spread(answered)}",
                flush=True,
            )
        clinic.person.post(f"{clinic.greta}/adjust/release")
        if asked is not None:
            asked.send(None)
            said, took_s = asked.recv()
            for name in sorted(took_s):
                statuses = {status: n for (what, status), n in said.items() if what == name}
                print(f"  asked: {name}: {statuses}, {spread(took_s[name])}")


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, nargs="+", default=[0, 8])
    parser.add_argument("--seconds", type=float, default=60.0, help="of whole sessions; 0 for stops alone")
    parser.add_argument("--stops", type=int, default=5, help="in each way, each in a session of its own")
    parser.add_argument("--ways", nargs="+", choices=list(WAYS), default=list(WAYS), metavar="WAY")
    parser.add_argument("--demo", type=Path, help="a prepared demo folder to copy; made when not given")
    asked = parser.parse_args()
    with bench(asked.demo) as clinic:
        for people in asked.people:
            report(clinic, people, asked.seconds, asked.stops, asked.ways)


if __name__ == "__main__":
    main()
