"""What the first request of a page would otherwise wait for: a second of reading, done meanwhile."""

from threading import Thread

from jinja2 import Environment

from spondyl.clinic.care.option_names import option_lines
from spondyl.clinic.report.pdf_document import pdf_bytes


def make_ready(templates: Environment) -> None:
    """Read the evidence library, compile every page, and read what makes a PDF and its typeface."""
    option_lines()
    for name in templates.list_templates():
        if name.endswith(".html"):
            templates.get_template(name)
    pdf_bytes([], title="", subject="", footer="")


def make_ready_meanwhile(templates: Environment) -> Thread:
    """The same, in a thread that nobody needs to wait for."""
    thread = Thread(target=make_ready, args=(templates,), name="make pages ready", daemon=True)
    thread.start()
    return thread
