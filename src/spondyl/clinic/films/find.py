"""The work of the background process: decode a film, find or take its landmarks, measure. Beside the server."""

import os
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from spondyl.clinic.compose import Tools
from spondyl.clinic.films.facts import facts_json
from spondyl.clinic.films.reading import points_json
from spondyl.clinic.films.summary import summary_of
from spondyl.radiograph import FilmRefused

Body = dict[str, Any]
NICE = 5
"""How much less the background process gets of a busy machine than the people at the screens."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """The outcome for one film, as JSON bodies; exactly one of ``original`` and ``refusal`` is set."""

    facts: Body | None
    original: Body | None
    summary: Body | None
    refusal: Body | None


def read_facts(path: str) -> Body:
    """Decode a film and say everything about it but the pixels; raises FilmRefused."""
    return facts_json(_tools().reader.read(Path(path)))


def find_landmarks(path: str, landmarks: str | None) -> Found:
    """Measure a film with the detector, or with a landmark file; a refusal is an answer."""
    from spondyl.clinic.measure_film import measure_film
    from spondyl.clinic.settings import Settings

    tools = _tools()
    result = measure_film(
        Path(path),
        reader=tools.reader,
        detector=tools.detector,
        settings=Settings(),
        landmarks=Path(landmarks) if landmarks else None,
    )
    facts = None if result.radiograph is None else facts_json(result.radiograph)
    if result.refusal is not None or result.landmarks is None or result.assessment is None:
        return Found(facts=facts, original=None, summary=None, refusal=_refusal(result.refusal))
    summary = summary_of(result.assessment)
    return Found(facts=facts, original=points_json(result.landmarks), summary=summary, refusal=None)


def refusal_json(refused: FilmRefused) -> Body:
    """A refusal as a JSON body."""
    return {"code": refused.refusal.value, "what": refused.what, "why": refused.why, "do": refused.do}


def be_modest() -> None:
    """At the start of the background process."""
    os.nice(NICE)


def _refusal(refused: FilmRefused | None) -> Body:
    assert refused is not None  # a result is measured or refused
    return refusal_json(refused)


@cache
def _tools() -> Tools:
    """The reader and the detector of this process, made when its first film comes."""
    from spondyl.clinic.compose import LazyDetector
    from spondyl.radiograph.read import FilmReader

    return Tools(reader=FilmReader(), detector=LazyDetector(weights_dir=None, threads=2))
