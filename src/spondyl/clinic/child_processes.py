"""Processes beside the server begin at once: each is forked from one that started clean and imported what they need."""

import multiprocessing
from multiprocessing import forkserver
from multiprocessing.context import ForkServerContext

IMPORTED_BEFORE = (
    "__main__",
    "spondyl.clinic.adjust.session_child",
    "spondyl.clinic.films.find",
    "spondyl.clinic.films.report_files",
    "spondyl.radiograph.read",
    "highdicom",
)
"""Two and a half seconds of a processor, once. Not onnxruntime, which begins a thread that no fork has."""


def child_context() -> ForkServerContext:
    """For processes that must have nothing of the server: not its threads' locks, its database or its key.

    A spawned one had not either, and imported everything again: a session waited seconds for its process.
    """
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(list(IMPORTED_BEFORE))
    return context


def prepare_children() -> None:
    """Begin the process that others are forked from, if there is none yet; waits for nothing."""
    child_context()
    forkserver.ensure_running()
