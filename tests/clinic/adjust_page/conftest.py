"""The twin's way to L4 is the same for every session of these tests and takes seconds: found once."""

from collections.abc import Iterator
from importlib import import_module

import pytest

from spondyl.biomechanics import Modes, SpineModel, build_spine_model, modes_of
from spondyl.treatment.adjustment import Approach, best_approach

_FOUND: dict[str, Approach] = {}
_MODEL: list[tuple[SpineModel, Modes]] = []


@pytest.fixture(autouse=True)
def approach_found_once(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    def model() -> SpineModel:
        if not _MODEL:
            made = build_spine_model()
            _MODEL.append((made, modes_of(made)))
        return _MODEL[0][0]

    def approach(spine: SpineModel, modes: Modes, segment: str) -> Approach:
        if segment not in _FOUND:
            _FOUND[segment] = best_approach(spine, modes, segment)
        return _FOUND[segment]

    place = import_module("spondyl.treatment.adjustment.session")
    monkeypatch.setattr(place, "build_spine_model", model)
    monkeypatch.setattr(place, "modes_of", lambda _: _MODEL[0][1])
    monkeypatch.setattr(place, "best_approach", approach)
    yield
