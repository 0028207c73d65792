"""What the first request of a page would otherwise wait for: half a second of reading, done meanwhile."""

from threading import Thread

from jinja2 import Environment

from spondyl.clinic.care.option_names import option_lines


def make_ready(templates: Environment) -> None:
    """Read the evidence library and compile every page."""
    option_lines()
    for name in templates.list_templates():
        if name.endswith(".html"):
            templates.get_template(name)


def make_ready_meanwhile(templates: Environment) -> Thread:
    """The same, in a thread that nobody needs to wait for."""
    thread = Thread(target=make_ready, args=(templates,), name="make pages ready", daemon=True)
    thread.start()
    return thread
