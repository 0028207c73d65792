"""The templates of the shell and of every feature, and the addresses of their static files."""

import hashlib
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any, cast

from jinja2 import ChoiceLoader, Environment, FileSystemLoader, PrefixLoader, StrictUndefined, pass_context
from jinja2.runtime import Context
from markupsafe import Markup

from spondyl.clinic.report.day_text import day_text

WEB = Path(__file__).parent


@cache
def make_templates(*features: str) -> Environment:
    """An environment that finds "<feature>/<file>" in that feature's templates folder; escapes everything. Applications
    of one process share it, and what it has compiled."""
    loader = PrefixLoader({name: FileSystemLoader(WEB / name / "templates") for name in ("shell", *features)})
    environment = Environment(
        loader=ChoiceLoader([loader]),
        autoescape=True,
        undefined=StrictUndefined,
        auto_reload=False,  # what is installed does not change while it runs, and asking takes a call for each file
        trim_blocks=True,
        lstrip_blocks=True,
    )
    given = cast(dict[str, Any], environment.globals)
    given.update(static=static_address, icon=icon)
    cast(dict[str, Any], environment.filters)["day"] = day_filter
    return environment


@cache
def static_address(name: str) -> str:
    """The address of "<feature>/<file>", with its digest: a browser may keep it for ever."""
    feature, _, file = name.partition("/")
    content = (WEB / feature / "static" / file).read_bytes()
    return f"/static/{feature}/{file}?v={hashlib.sha256(content).hexdigest()[:12]}"


def icon(name: str) -> Markup:
    """A drawing for the eye only; the words beside it say the same."""
    address = static_address("shell/icons.svg")
    return Markup(
        '<svg class="icon" aria-hidden="true" focusable="false"><use href="{}#{}"></use></svg>'
    ).format(address, name)


@pass_context
def day_filter(context: Context, moment: date | None) -> str:
    """A day as people write it: 5 March 2026; a dash for None. A moment's day is that of the clinic's clock."""
    if moment is None:
        return "–"
    return day_text(context["wall"](moment) if isinstance(moment, datetime) else moment)
