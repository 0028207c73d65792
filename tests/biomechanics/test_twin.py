"""Claims: the twin obeys mechanics (symmetry, energy, static limit), its engine is of order 2, films move the bones.

Source: mechanics. Limits: stated at each test.
"""

from dataclasses import replace

import numpy as np
import pytest

from spondyl.anatomy import ImageSide, Level, View, make_landmarks
from spondyl.biomechanics import (
    ANTERIOR,
    BodyState,
    Load,
    MeasuredFilm,
    Modes,
    Segment,
    SkinContact,
    SpineModel,
    build_spine_model,
    half_sine_n,
    intersegmental_mm,
    modes_of,
    press,
    push_at,
    respond,
)
from spondyl.biomechanics.tables import stiffening
from spondyl.provenance import Provenance

STEP_S = 1e-4


@pytest.fixture(scope="module")
def model() -> SpineModel:
    return build_spine_model()


@pytest.fixture(scope="module")
def modes(model: SpineModel) -> Modes:
    return modes_of(model)


def pulse(step_s: float = STEP_S, span_s: float = 0.06) -> np.ndarray:
    return half_sine_n(np.arange(round(span_s / step_s)) * step_s, peak_n=50.0, width_s=4e-3)


def test_matrices_are_symmetric_and_passive(model: SpineModel) -> None:
    for matrix in (model.stiffness, model.damping):
        assert np.abs(matrix - matrix.T).max() < 1e-9 * np.abs(matrix).max()
        assert np.linalg.eigvalsh(matrix).min() > 0


def test_a_lasting_push_ends_in_the_static_answer(model: SpineModel, modes: Modes) -> None:
    force = np.minimum(np.arange(2000) * 1e-3 / 0.02, 1) * 10.0
    load = push_at(model, Segment.T7, force, 1e-3)
    push = model.direction(load.segment, load.point_mm, load.towards)
    static_mm = 1e3 * np.linalg.solve(model.stiffness, 10.0 * push).reshape(25, 6)[:, :3]
    assert np.abs(respond(model, load, modes=modes).displacement_mm[-1] - static_mm).max() < 1e-4


def test_the_engine_is_of_order_two_for_a_smooth_force(model: SpineModel, modes: Modes) -> None:
    def at_12_ms(step_s: float) -> float:
        time = np.arange(round(0.012 / step_s) + 1) * step_s
        force = 50 * np.sin(np.pi * time / 0.012) ** 4
        return float(
            respond(model, push_at(model, Segment.L3, force, step_s), modes=modes).displacement_mm[-1, 20, 1]
        )

    exact = at_12_ms(1.25e-5)
    errors = [abs(at_12_ms(step) - exact) for step in (1e-3, 5e-4)]
    assert 1.8 < np.log2(errors[0] / errors[1]) < 2.2


def test_work_done_is_energy_stored_and_lost(model: SpineModel, modes: Modes) -> None:
    """Within 0.5 %: the loss and the work are integrated by the trapezoidal rule."""
    step_s = 2e-5
    load = push_at(model, Segment.L3, pulse(step_s, 0.02), step_s)
    answer = respond(model, load, modes=modes)
    x = np.concatenate([answer.displacement_mm * 1e-3, np.radians(answer.rotation_deg)], axis=2).reshape(
        -1, 150
    )
    v = np.gradient(x, step_s, axis=0)
    energy = (
        np.einsum("ti,ij,tj->t", v, model.mass, v) / 2 + np.einsum("ti,ij,tj->t", x, model.stiffness, x) / 2
    )
    power = load.force_n * (v @ model.direction(load.segment, load.point_mm, load.towards))
    lost = np.einsum("ti,ij,tj->t", v, model.damping, v)
    work, heat = np.trapezoid(power, dx=step_s), np.trapezoid(lost, dx=step_s)
    assert work == pytest.approx(energy[-1] + heat, rel=5e-3)
    after = energy[load.force_n.nonzero()[0][-1] + 3 : -2]
    assert (np.diff(after) <= 1e-9 * energy.max()).all()


def test_intersegmental_motion_vanishes_when_all_move_together(model: SpineModel, modes: Modes) -> None:
    answer = respond(model, push_at(model, Segment.L3, pulse(), STEP_S), modes=modes)
    relative = intersegmental_mm(model, answer)
    assert relative.shape == (600, 24, 3)
    near = np.linalg.norm(relative[:, Segment.L3.index], axis=1).max()
    far = np.linalg.norm(relative[:, Segment.C5.index], axis=1).max()
    assert near > 5 * far


def test_tone_and_compression_stiffen() -> None:
    soft = build_spine_model().static_stiffness_n_mm(Segment.L3)
    tense = build_spine_model(state=BodyState(tone=0.17)).static_stiffness_n_mm(Segment.L3)
    assert tense == pytest.approx(1.17 * soft)
    assert build_spine_model(state=BodyState(compression_n=250.0)).static_stiffness_n_mm(Segment.L3) > soft
    assert (stiffening(0), stiffening(250), stiffening(500)) == (1.0, 1.71, 2.11)
    with pytest.raises(ValueError, match="never measured"):
        stiffening(600.0)


def frontal_film(shift_px: float) -> MeasuredFilm:
    levels = tuple(level for level in Level if level.value[0] in "TL")
    rows = np.arange(len(levels)) * 60.0
    box = np.array([[-30, -20], [30, -20], [-30, 20], [30, 20]], np.float64)
    bend = shift_px * np.sin(np.linspace(0, np.pi, len(levels)))
    corners = box + np.stack([500 + bend, 200 + rows], axis=1)[:, None]
    marks = make_landmarks(
        view=View.AP,
        levels=levels,
        corners_px=corners,
        provenance=Provenance(method="test"),
        image_left=ImageSide.PATIENT_RIGHT,
    )
    return MeasuredFilm(landmarks=marks, spacing_mm=(0.5, 0.5))


def test_a_film_moves_the_bones_to_where_it_shows_them() -> None:
    straight, bent = (build_spine_model((frontal_film(s),)).geometry for s in (0.0, 40.0))
    moved = bent.centres_mm - straight.centres_mm
    assert moved[Segment.T9.index, 0] == pytest.approx(20.0, abs=0.2)  # 40 px × 0.5 mm to the patient's left
    gaps = np.diff(straight.centres_mm[Segment.T1.index : Segment.L5.index + 1, 2])
    assert gaps == pytest.approx(-30.0)
    assert Segment.T9 in bent.measured
    assert Segment.C1 not in bent.measured


def lateral_film() -> MeasuredFilm:
    film = frontal_film(0.0)
    marks = replace(film.landmarks, view=View.LATERAL, image_left=ImageSide.ANTERIOR)
    return MeasuredFilm(landmarks=marks, spacing_mm=film.spacing_mm)


@pytest.mark.parametrize("films", [("lateral",), ("AP", "lateral"), ("AP", "AP")])
def test_the_length_of_the_spine_is_the_films_whichever_and_however_many_show_it(
    films: tuple[str, ...],
) -> None:
    given = tuple(lateral_film() if one == "lateral" else frontal_film(40.0) for one in films)
    geometry = build_spine_model(given).geometry
    gaps = np.diff(geometry.centres_mm[Segment.T1.index : Segment.L5.index + 1, 2])
    assert gaps == pytest.approx(-30.0)
    if "AP" in films:
        once = build_spine_model((frontal_film(40.0),)).geometry
        assert geometry.centres_mm[:, 0] == pytest.approx(once.centres_mm[:, 0])


def test_a_film_with_unknown_sides_is_refused() -> None:
    film = frontal_film(0.0)
    marks = make_landmarks(
        view=View.AP,
        levels=film.landmarks.levels,
        corners_px=film.landmarks.corners_px,
        provenance=Provenance(method="test"),
    )
    with pytest.raises(ValueError, match="left edge"):
        build_spine_model((MeasuredFilm(landmarks=marks, spacing_mm=(0.5, 0.5)),))


def test_every_number_of_the_twin_has_a_tag_and_a_source(model: SpineModel) -> None:
    assert len(model.sources) > 150
    assert all(item.source and item.text for item in model.sources)
    assert any("unverified default" in item.text for item in model.sources)


def test_pressing_through_skin_keeps_newton(model: SpineModel, modes: Modes) -> None:
    load = push_at(model, Segment.L3, pulse(5e-5), 5e-5)
    answer = press(model, load, SkinContact(), modes=modes)
    assert answer.tip_acceleration_m_s2 * 0.1 == pytest.approx(load.force_n - answer.skin_force_n, abs=1e-5)
    hard = press(model, load, SkinContact(stiffness_n_mm=400.0), modes=modes)
    assert hard.tip_acceleration_m_s2.max() < answer.tip_acceleration_m_s2.max()


def test_skin_at_another_preload_is_the_same_skin() -> None:
    skin = SkinContact(preload_n=20.0, stiffness_n_mm=40.0, exponent=1.5)
    more = skin.at_preload(30.0)
    deeper = (more.indentation_mm - skin.indentation_mm) * 1e-3
    assert skin.force_n(deeper, 0.0) == pytest.approx(30.0)
    slope = (skin.force_n(1e-7, 0.0) - skin.force_n(-1e-7, 0.0)) / 2e-4
    assert slope == pytest.approx(40.0, rel=1e-6)


def test_a_load_without_direction_cannot_exist() -> None:
    with pytest.raises(ValueError, match="direction"):
        Load(
            segment=Segment.L3,
            point_mm=np.zeros(3),
            towards=0 * np.array(ANTERIOR),
            force_n=np.ones(3),
            step_s=1e-4,
        )
