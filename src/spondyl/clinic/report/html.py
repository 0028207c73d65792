"""One offline HTML page of one film: no script, no link to anywhere else, prints on A4 and Letter."""

from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from spondyl.clinic.report.report_content import NOT_REVIEWED, report_content
from spondyl.clinic.report.svg import film_svg
from spondyl.clinic.result import FilmResult

if TYPE_CHECKING:
    from jinja2 import Environment


def film_html(result: FilmResult, *, stem: str = "report") -> str:
    """The page as text. ``stem`` is the name of the report's files, for the hint on correcting."""
    content = report_content(result, stem=stem)
    picture = "" if result.radiograph is None else film_svg(result)
    template = environment().get_template("film.html.j2")
    return template.render(
        title=f"{content.title}: {content.film}", content=content, picture=picture, not_reviewed=NOT_REVIEWED
    )


@cache
def environment() -> "Environment":
    """The templates of this package; every value is escaped and a missing one is an error."""
    from jinja2 import Environment, FunctionLoader, StrictUndefined

    def load(name: str) -> str:
        return (files("spondyl.clinic.report") / "templates" / name).read_text("utf-8")

    return Environment(
        loader=FunctionLoader(load),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
