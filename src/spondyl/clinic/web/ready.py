"""What the first request of a page would otherwise wait for: a second of reading, done meanwhile."""

import gc
from threading import Thread

from jinja2 import Environment

from spondyl.clinic.care.option_names import option_lines
from spondyl.clinic.report.pdf_document import pdf_bytes


def make_ready(templates: Environment) -> None:
    """Read the evidence library, compile every page, and read what makes a PDF and its typeface.

    What is there then stays to the end, so that no later search for garbage looks through it: that took a third of a
    second on a slow machine, in which nobody got an answer.
    """
    option_lines()
    for name in templates.list_templates():
        if name.endswith(".html"):
            templates.get_template(name)
    pdf_bytes([], title="", subject="", footer="")
    gc.collect()
    gc.freeze()


def make_ready_meanwhile(templates: Environment) -> Thread:
    """The same, in a thread that nobody needs to wait for."""
    thread = Thread(target=make_ready, args=(templates,), name="make pages ready", daemon=True)
    thread.start()
    return thread
