"""Run one seeded piece of work over many seeds on all cores, with a line of progress, and go on after an interruption.

A result depends on its seed alone, never on the core or the order, so any seed can be run again by itself. With
``--keep FILE`` every result is written down at once, a line of JSON each; a later run of the same code and options goes
on from there. Results of other code are refused, not mixed.
"""

import argparse
import hashlib
import json
import multiprocessing
import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import nullcontext
from functools import partial
from pathlib import Path
from typing import Any, TextIO

from threadpoolctl import threadpool_limits

ROOT = Path(__file__).parents[1]


def add_options(parser: argparse.ArgumentParser) -> None:
    """``--jobs`` and ``--keep``."""
    parser.add_argument("--jobs", type=int, default=len(os.sched_getaffinity(0)), help="processes at once")
    parser.add_argument("--keep", type=Path, help="file of results, to go on from after an interruption")


def each(
    work: Callable[[int], Any], seeds: Sequence[int], options: argparse.Namespace
) -> Iterator[tuple[int, Any]]:
    """Every seed with its result (what JSON can carry), as they come; leaving the loop ends the processes."""
    done = _kept(options)
    yield from ((seed, done[seed]) for seed in seeds if seed in done)
    left = [seed for seed in seeds if seed not in done]
    progress = Progress(total=len(left), already=len(seeds) - len(left))
    with options.keep.open("a") if options.keep else nullcontext() as kept:
        for seed, result in _computed(work, left, options.jobs):
            if kept:
                _keep(kept, [seed, result])
            progress.one_more()
            yield seed, result
    progress.end()


class Progress:
    """How many are done, how many a second and how long it takes yet, on the error stream."""

    def __init__(self, *, total: int, already: int) -> None:
        self.total, self.already, self.done = total, already, 0
        self.started = self.shown = time.monotonic()
        self.is_terminal = sys.stderr.isatty()

    def one_more(self) -> None:
        self.done += 1
        now = time.monotonic()
        if now - self.shown >= (1.0 if self.is_terminal else 30.0):
            self.shown = now
            rate = self.done / (now - self.started)
            text = f"{self.already + self.done:,} of {self.already + self.total:,}, {rate:.3g} a second, "
            text += f"{(self.total - self.done) / rate / 60.0:.1f} min left"
            print(
                f"\r{text:70}" if self.is_terminal else text,
                end="" if self.is_terminal else "\n",
                file=sys.stderr,
            )

    def end(self) -> None:
        if self.is_terminal:
            print(f"\r{'':70}\r", end="", file=sys.stderr)


def _computed(work: Callable[[int], Any], seeds: list[int], jobs: int) -> Iterator[tuple[int, Any]]:
    one = partial(_one, work)
    if jobs <= 1:
        yield from map(one, seeds)
        return
    chunk = max(1, min(50, len(seeds) // (20 * jobs)))
    with multiprocessing.get_context("fork").Pool(jobs) as pool:
        yield from pool.imap_unordered(one, seeds, chunksize=chunk)


def _one(work: Callable[[int], Any], seed: int) -> tuple[int, Any]:
    # The processes share the cores; linear algebra that starts threads of its own in each would only wait.
    with threadpool_limits(limits=1):
        return seed, work(seed)


def _key(options: argparse.Namespace) -> str:
    """The same for the same code and the same options, how many seeds and processes left aside."""
    digest = hashlib.sha256()
    for path in sorted([*(ROOT / "src").rglob("*.py"), *(ROOT / "benchmarks").glob("*.py")]):
        digest.update(path.read_bytes())
    chosen = {name: value for name, value in vars(options).items() if name not in _NOT_OF_A_RESULT}
    digest.update(json.dumps([Path(sys.argv[0]).name, chosen], sort_keys=True, default=str).encode())
    return digest.hexdigest()


_NOT_OF_A_RESULT = ("jobs", "keep", "count", "seed", "matched", "hidden")


def _kept(options: argparse.Namespace) -> dict[int, Any]:
    if options.keep is None:
        return {}
    key = _key(options)
    if not options.keep.exists():
        options.keep.parent.mkdir(parents=True, exist_ok=True)
        options.keep.write_text(json.dumps(key) + "\n")
    first, *lines = options.keep.read_text().splitlines(keepends=True)
    if json.loads(first) != key:
        sys.exit(f"{options.keep} holds results of other code or options. Name another file, or delete it.")
    # A line that a kill cut short has no end; its seed is run again.
    whole = [line for line in lines if line.endswith("\n")]
    if len(whole) < len(lines):
        options.keep.write_text(first + "".join(whole))
    return {seed: result for seed, result in map(json.loads, whole)}


def _keep(file: TextIO, row: list[Any]) -> None:
    file.write(json.dumps(row) + "\n")
    file.flush()
