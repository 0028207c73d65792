"""Claims: a clinician who counted confirms the level names; the warning goes from page, record and every report, which
say who and when instead; a renaming, taking it back, or a new reading undoes it; a moved corner says nothing of names.

The detector's names are right with 0.6 on this film, and 0.6 is under the 0.7 at which the red line appears."""

import io
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pydicom
import pytest

from audit_rows import entries
from clinic_apps import Browser
from named_films import AP, Film0003, chain
from spondyl.anatomy import LevelNames
from spondyl.anatomy.landmark_text import landmarks_to_json
from spondyl.assessment.assess import names_right_p, unsure_levels
from spondyl.clinic.chart.films import Film
from spondyl.clinic.chart.roles import Role
from spondyl.clinic.chart.transaction import reading
from spondyl.clinic.films.desk import Signer, sent_as_kept
from spondyl.clinic.films.reading import Reading, reading_from_json, reading_json
from spondyl.clinic.films.service import FilmService
from spondyl.clinic.web.services import Services
from spondyl.provenance import Confirmation

DOUBT = "All level names may be one off"
COUNTED = Confirmation(person="Dr A. Counter", at=datetime(2026, 3, 2, 9, 5, tzinfo=UTC))
Open = Callable[[Role], Browser]


def doubted() -> Reading:
    """Names right with 0.6; T4 found in its place with 0.3 / 0.6."""
    original = chain(AP)
    confidence = np.where(np.arange(17) == 3, 0.18, original.confidence)
    original = replace(original, confidence=confidence)
    return Reading(original=original, placed=original, is_detected=True)


def test_confirmed_names_are_right_and_only_the_doubt_about_the_place_is_left() -> None:
    before, after = doubted(), replace(doubted(), names_confirmed=COUNTED)
    assert names_right_p(before.points) == pytest.approx(0.6)
    assert names_right_p(after.points) == 1.0
    assert np.allclose(np.delete(after.points.confidence, 3), 1.0)
    assert after.points.confidence[3] == pytest.approx(0.3)
    assert [level.value for level in unsure_levels(after.points)] == ["T4"]
    assert after.points.levels == before.points.levels
    assert not after.is_corrected, "the detector's calibrated intervals still hold"
    assert (
        "level names counted and confirmed by Dr A. Counter on 2 March 2026, 09:05 UTC" in after.origin_text()
    )


def test_the_confirmation_is_kept_whole_and_can_be_taken_back() -> None:
    saved = json.loads(json.dumps(reading_json(replace(doubted(), names_confirmed=COUNTED))))
    assert saved["names_confirmed"] == {"person": "Dr A. Counter", "at": "2026-03-02T09:05:00+00:00"}
    again = reading_from_json(saved)
    assert again.names_confirmed == COUNTED
    back = replace(again, names_confirmed=None)
    assert np.array_equal(back.points.confidence, doubted().original.confidence)


def test_moved_corners_leave_the_doubt_about_the_names() -> None:
    """A person moved ten of seventeen vertebrae, whose confidence is 1 then: the names are as doubtful as before."""
    reading = doubted()
    confidence = np.where(np.arange(17) < 10, 1.0, reading.placed.confidence)
    moved = replace(reading, placed=replace(reading.placed, confidence=confidence))
    assert names_right_p(moved.points) == pytest.approx(0.6)


@pytest.mark.parametrize(("right_p", "who"), [(1.2, None), (-0.1, None), (0.9, COUNTED)])
def test_names_that_cannot_be_are_refused(right_p: float, who: Confirmation | None) -> None:
    with pytest.raises(ValueError, match="right"):
        LevelNames(right_p=right_p, confirmed=who)


def test_the_signed_record_and_every_report_say_who_confirmed(browser: Open, doubted_film: Film) -> None:
    page = Film0003(browser(Role.CLINICIAN), doubted_film)
    assert any(DOUBT in line for line in page.state["assessment"]["red_lines"])
    assert not any(DOUBT in line for line in page.send("measure", confirmed=True)["red_lines"])
    page.send("draft", confirmed=True, method="PUT")
    page.send("accept", confirmed=True)
    state = page.sign()
    assert not any(DOUBT in line for line in state["assessment"]["red_lines"])
    files = {one["url"].rpartition("/")[2]: page.client.get(one["url"]).content for one in state["reports"]}
    told = json.loads(files["json"])
    who, when = told["provenance"]["names_confirmed_by"], told["provenance"]["names_confirmed_at"]
    assert who == told["provenance"]["confirmed_by"]
    line = f"Level names counted and confirmed by {who} on 2 March 2026, {datetime.fromisoformat(when):%H:%M} UTC"
    assert line in files["html"].decode()
    assert "right with a probability" not in files["html"].decode()
    resources = [one["resource"] for one in json.loads(files["fhir"])["entry"]]
    (report,) = [one for one in resources if one["resourceType"] == "DiagnosticReport"]
    assert report["conclusion"].startswith(f"{line}.")
    texts = {str(one.value) for one in pydicom.dcmread(io.BytesIO(files["sr"])).iterall() if one.VR == "UT"}
    assert f"{line}." in texts
    for content in files.values():
        assert DOUBT.encode() not in content


def test_the_first_who_confirmed_stays_named_until_the_names_change(
    films: FilmService, doubted_film: Film
) -> None:
    first, second = (Signer(actor=name, name=name) for name in ("Dr First", "Dr Second"))

    def keep(signer: Signer, **change: Any) -> Confirmation | None:
        sent = sent_as_kept(films.desk.open(doubted_film.id))
        return films.desk.save_draft(doubted_film.id, replace(sent, **change), signer).reading.names_confirmed

    kept = keep(first, names_confirmed=True)
    assert kept is not None and kept.person == "Dr First"
    assert keep(second) == kept
    renamed = keep(second, renamed_by=1)
    assert renamed is not None and renamed.person == "Dr Second", "other names are another person's word"
    assert keep(second, renamed_by=0, names_confirmed=False) is None


def test_a_new_reading_is_not_confirmed(films: FilmService, doubted_film: Film) -> None:
    signer = Signer(actor="test", name="Dr Test")
    sent = replace(sent_as_kept(films.desk.open(doubted_film.id)), names_confirmed=True)
    desk = films.desk.save_draft(doubted_film.id, sent, signer)
    marks = landmarks_to_json(
        replace(desk.reading.original, corner_sd_px=np.full((17, 4), np.nan), confidence=np.full(17, 0.6))
    )
    version = desk.film.draft_version
    anew = films.desk.mark_anew(doubted_film.id, marks, after_version=version, signer=signer)
    assert anew.reading.names_confirmed is None
    assert anew.reading.points.names == LevelNames(right_p=0.6)


def test_the_log_tells_of_names_that_were_moved_and_confirmed_in_one_go(
    films: FilmService, doubted_film: Film, services: Services
) -> None:
    sent = replace(sent_as_kept(films.desk.open(doubted_film.id)), renamed_by=1, names_confirmed=True)
    films.desk.save_draft(doubted_film.id, sent, Signer(actor="test", name="Dr Test"))
    with reading(services.engine) as connection:
        (told,) = entries(connection, action="rename levels")
    assert told.detail["names_confirmed"] is True
