"""Processes beside the server begin at once: each is forked from one that started clean and imported what they need."""

import logging
import multiprocessing
from multiprocessing import forkserver
from multiprocessing.context import ForkServerContext, SpawnContext

_LOG = logging.getLogger(__name__)

IMPORTED_BEFORE = (
    "__main__",
    "spondyl.clinic.adjust.session_child",
    "spondyl.clinic.films.find",
    "spondyl.clinic.films.report_files",
    "spondyl.radiograph.read",
    "highdicom",
)
"""Two and a half seconds of a processor, once. Not onnxruntime, which begins a thread that no fork has."""


def child_context() -> ForkServerContext | SpawnContext:
    """For processes that must have nothing of the server: not its threads' locks, its database or its key.

    A spawned one has not either, but imports everything again: a session waits seconds for its process. So it is where
    the temporary folder has too long a name for the socket of the one that is forked from.
    """
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(list(IMPORTED_BEFORE))
    try:
        forkserver.ensure_running()
    except OSError as error:
        _LOG.warning("processes beside the server begin slowly: %s; a shorter TMPDIR mends it", error)
        return multiprocessing.get_context("spawn")
    return context


def prepare_children() -> None:
    """Begin the process that others are forked from, if there is none yet; waits for nothing."""
    child_context()
