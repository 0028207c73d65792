"""Live traces: 1,000 samples a second in 8 channels, from the server's feed to the canvas, in Debian's chromium.

Loses nothing, draws 50 times a second or more, and the page's heap stays flat. Every sample is compared with what was
sent. ``python benchmarks/live_traces.py --seconds 600`` is the full count; 30 seconds is a look.
"""

import argparse
import json
import statistics
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import uvicorn
from fastapi import FastAPI
from playwright.sync_api import Page, sync_playwright
from starlette.responses import HTMLResponse, StreamingResponse
from starlette.staticfiles import StaticFiles

from debian_browser import WHOLE
from spondyl.clinic.adjust.feed import CHANNELS, Feed
from spondyl.clinic.web import adjust
from spondyl.clinic.web.adjust.stream import frames_of

HERE = "127.0.0.1"
RATE_HZ = 1000
BLOCK = 20
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]
PAGE = """<!doctype html><meta charset="utf-8"><title>traces</title>
<style>:root{--surface:#fff;--ink-soft:#555;--line:#ddd;--accent:#0f6e67;--note:#1f5a93;--stop:#a3201d}
canvas{width:1100px;height:640px}</style><canvas></canvas>
<script type="module">
import { readFeed } from "/static/feed.js";
import { Ring } from "/static/ring.js";
import { Sweep } from "/static/sweep.js";
const ring = new Ring(8, 16384);
const lanes = Array.from({ length: 8 }, (_, channel) => ({ channel, low: 0, high: 1000, name: `${channel}`, unit: "",
  colour: channel % 2 ? "--note" : "--accent" }));
const sweep = new Sweep(document.querySelector("canvas"), ring, lanes, 8);
const seen = { wrong: 0, lost: 0, over: false, gaps: [] };
let last = 0;
function frame(now) {
  sweep.draw();
  if (last && ring.count) seen.gaps.push(now - last);
  last = now;
  if (!seen.over) requestAnimationFrame(frame);
}
requestAnimationFrame(frame);
readFeed("/stream", {
  event: () => {},
  block: (first, values) => {
    const length = values.length / 8;
    for (let channel = 0; channel < 8; channel += 1) {
      for (let at = 0; at < length; at += 1) {
        if (values[channel * length + at] !== ((first + at) * 7 + channel * 131) % 1000) seen.wrong += 1;
      }
    }
    ring.push(first, values);
  },
  lost: (frames) => { seen.lost += frames; },
}).then(() => { seen.over = true; });
window.said = () => {
  const gaps = seen.gaps.splice(0);
  return { count: ring.count, missing: ring.missing, wrong: seen.wrong, lost: seen.lost, over: seen.over, gaps };
};
</script>"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """``missing``, ``wrong``, ``lost``: samples; fps of the whole run and of its slowest second; frames in ms; heap in
    megabytes after a collection, at the beginning and at the end, and its growth for each minute by a straight line."""

    seconds: float
    sent: int
    received: int
    missing: int
    wrong: int
    lost: int
    fps: float
    slowest_second_fps: float
    frame_p99_ms: float
    heap_first_mb: float
    heap_last_mb: float
    heap_growth_mb_min: float


def expected(first: int, count: int) -> np.ndarray:
    """What stands in a block, (8, count): exact in float32, so that the page can compare every sample."""
    numbers = np.arange(first, first + count)
    return ((numbers * 7)[np.newaxis, :] + np.arange(8)[:, np.newaxis] * 131) % 1000


def produce(feed: Feed, seconds: float) -> int:
    """Write blocks in real time; the number of samples written."""
    blocks = int(seconds * RATE_HZ / BLOCK)
    begun = time.monotonic()
    for number in range(blocks):
        feed.block(number * BLOCK, expected(number * BLOCK, BLOCK).astype(np.float32))
        time.sleep(max(0.0, begun + (number + 1) * BLOCK / RATE_HZ - time.monotonic()))
    feed.close()
    return blocks * BLOCK


@contextmanager
def served(feed: Feed) -> Iterator[str]:
    """The feed, the modules of the adjustment page and a page with eight lanes, on a free port."""
    app = FastAPI()
    app.mount("/static", StaticFiles(directory=Path(str(adjust.__file__)).parent / "static"))
    app.add_api_route("/", lambda: HTMLResponse(PAGE))
    app.add_api_route(
        "/stream", lambda: StreamingResponse(frames_of(feed), media_type="application/octet-stream")
    )
    server = uvicorn.Server(uvicorn.Config(app, host=HERE, port=0, log_level="error"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.02)
    yield f"http://{HERE}:{server.servers[0].sockets[0].getsockname()[1]}/"
    server.should_exit = True
    thread.join(10)


def watch(page: Page, every_s: float) -> tuple[dict[str, int], list[float], list[tuple[float, float]]]:
    """Look until the feed is over: the last counts, every time between two frames (ms), and heap (s, MB)."""
    tools = page.context.new_cdp_session(page)
    gaps: list[float] = []
    heap: list[tuple[float, float]] = []
    begun = time.monotonic()
    while True:
        page.wait_for_timeout(every_s * 1000)
        tools.send("HeapProfiler.collectGarbage")
        used = tools.send("Runtime.getHeapUsage")["usedSize"] / 1e6
        heap.append((time.monotonic() - begun, used))
        said = page.evaluate("said()")
        gaps += said.pop("gaps")
        if said["over"]:
            return said, gaps, heap


def measure(seconds: float) -> Figures:
    """Run it."""
    feed = Feed()
    with served(feed) as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=WHOLE, args=ARGUMENTS)
        page = browser.new_page(viewport={"width": 1280, "height": 800})
        page.goto(address)
        sent: list[int] = []
        producer = threading.Thread(target=lambda: sent.append(produce(feed, seconds)), daemon=True)
        producer.start()
        said, gaps, heap = watch(page, every_s=min(5.0, seconds / 4))
        producer.join()
        browser.close()
    settled = heap[1:] if len(heap) > 2 else heap
    slope = float(np.polyfit(*np.array(settled).T, 1)[0]) * 60.0 if len(settled) > 1 else 0.0
    return Figures(
        seconds=seconds,
        sent=sent[0],
        received=said["count"],
        missing=said["missing"],
        wrong=said["wrong"],
        lost=said["lost"],
        fps=1000.0 / statistics.fmean(gaps),
        slowest_second_fps=slowest_second(gaps),
        frame_p99_ms=float(np.percentile(gaps, 99)),
        heap_first_mb=settled[0][1],
        heap_last_mb=settled[-1][1],
        heap_growth_mb_min=slope,
    )


def slowest_second(gaps: list[float]) -> float:
    """Frames in the slowest whole second."""
    ends = np.cumsum(gaps) / 1000.0
    counts = np.bincount(ends.astype(int))[:-1]
    return float(counts.min()) if len(counts) else float(len(gaps))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=30.0)
    assert len(CHANNELS) == 8
    print(json.dumps(asdict(measure(parser.parse_args().seconds)), indent=2))
