"""Claims: while a draft stands, the film list shows the value that the viewer shows, and says that nobody signed it;
a correction that was accepted is not called signed either."""

import html
import re
from collections.abc import Callable
from dataclasses import replace

from clinic_apps import Browser
from spondyl.assessment import Assessment
from spondyl.clinic.chart.films import Film
from spondyl.clinic.chart.people import Person
from spondyl.clinic.chart.roles import Role
from spondyl.clinic.films.desk import Signer, sent_as_kept
from spondyl.clinic.films.service import FilmService
from spondyl.clinic.report.wording import value_text

DOCTOR = Signer(actor="dr", name="Dr Test")
UNSIGNED = "Values of the draft, which nobody has signed"
ACCEPTED = "Values of the accepted reading, which nobody has signed; the signed report keeps its own."


def largest_cobb(assessed: Assessment) -> str:
    return next(value_text(one) for one in assessed.measurements if one.kind == "cobb_major")


def test_the_list_shows_the_drafts_value_and_that_it_is_not_signed(
    browser: Callable[[Role], Browser], films: FilmService, measured: Callable[..., Film], patient: Person
) -> None:
    film, client = measured("phantom_0003_ap"), browser(Role.CLINICIAN)

    def listed() -> str:
        text = re.sub(r"<[^>]+>", " ", client.get(f"/patients/{patient.id}/films").text)
        return " ".join(html.unescape(text).split())

    first = films.desk.open(film.id)
    films.desk.accept(film.id, sent_as_kept(first), DOCTOR)
    version = films.desk.open(film.id).film.draft_version
    signed = films.desk.sign(film.id, version=version, signer=DOCTOR)
    before = largest_cobb(films.desk.assess(signed))
    assert before in listed() and UNSIGNED not in listed()

    kept = sent_as_kept(signed)
    corners = dict(kept.corners_px)
    pairs = [corner for corner in corners["L4"] if corner is not None]
    corners["L4"] = [(x, y + (-25 if i in (0, 2) else 25)) for i, (x, y) in enumerate(pairs)]
    draft = films.desk.save_draft(film.id, replace(kept, corners_px=corners), DOCTOR)
    after = largest_cobb(films.desk.assess(draft))
    assert after != before
    page = listed()
    assert after in page and before not in page
    assert f"{UNSIGNED}; the signed report keeps its own." in page

    films.desk.accept(film.id, sent_as_kept(draft), DOCTOR)
    page = listed()
    assert ACCEPTED in page and "Accepted, not signed" in page and "Signed" not in page
    version = films.desk.open(film.id).film.draft_version
    films.desk.sign(film.id, version=version, signer=DOCTOR)
    page = listed()
    assert "Signed" in page and after in page and ACCEPTED not in page
