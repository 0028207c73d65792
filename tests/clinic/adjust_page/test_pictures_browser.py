"""Claims, in a real browser: in the picture of a pulse no words lie on one another at any values, and no head of the
dose table is broken inside a word or leaves its column, at any width."""

from collections.abc import Iterator

import numpy as np
import pytest
from playwright.sync_api import Browser, Page

from spondyl.clinic.web.adjust.pictures import map_svg, wave_svg
from spondyl.clinic.web.adjust.views import ACTIONS, DoseLine, Shown
from spondyl.clinic.web.templates import WEB, make_templates
from spondyl.instrument import Waveform
from spondyl.treatment.adjustment import Fire, Fired

WIDTHS_PX = (390, 820, 900, 1280)
FORCES_N = {  # cap, expected above a preload of 20 N (None: nothing was expected), peak
    "near the cap": (60.0, 32.1, 52.2),
    "at the cap": (60.0, 40.0, 60.0),
    "over the cap": (60.0, 44.0, 61.0),
    "wide numbers": (1000.0, 979.5, 999.9),
    "low": (60.0, 1.0, 21.0),
    "nothing expected": (60.0, None, 59.0),
}
BOXES = """() => [...document.querySelectorAll('.wave text:not(.key), .wave .key tspan[class]')].map((one) => {
  const box = one.getBoundingClientRect();
  return [one.textContent, box.left, box.top, box.right, box.bottom];
})"""
HEADS = """() => [...document.querySelectorAll('.doses thead th')].flatMap((head) => {
  const text = head.firstChild, cell = head.getBoundingClientRect();
  return [...text.data.matchAll(/\\S+/g)].map((word) => {
    const range = document.createRange();
    range.setStart(text, word.index);
    range.setEnd(text, word.index + word[0].length);
    const box = range.getBoundingClientRect();
    return [word[0], range.getClientRects().length, cell.left <= box.left && box.right <= cell.right];
  });
})"""
CELLS = "() => [...document.querySelectorAll('.doses td')].filter((one) => one.scrollWidth > one.clientWidth).length"


@pytest.fixture
def page(browser_program: Browser) -> Iterator[Page]:
    made = browser_program.new_page()
    yield made
    made.close()


def pulse(cap_n: float, above_n: float | None, peak_n: float) -> tuple[Fire, Fired]:
    force_n = 20.0 + (peak_n - 20.0) * np.sin(np.linspace(0.0, np.pi, 200))
    waveform = Waveform(
        sequence=1,
        interval_us=200,
        duration_us=5000,
        preload_n=20.0,
        completed=True,
        simulated=True,
        force_n=force_n,
        acceleration_m_s2=np.zeros(200),
    )
    fire = Fire(segment="L4", purpose="treat", commanded_n=30.0, duration_us=5000, predicted_n=above_n)
    return fire, Fired(cap_n=cap_n, charged_ns=0.1, waveform=waveform)


def show(page: Page, width_px: int, cap_n: float, above_n: float | None, peak_n: float) -> None:
    dose = DoseLine(
        segment="L4", pulses=140, treated=30, highest_n=52.2, cap_n=60.0, spent_ns=5.57, budget_ns=6.0
    )
    shown = Shown(
        map=map_svg(("L4",), ()),
        rows=(),
        wave=wave_svg(*pulse(cap_n, above_n, peak_n)),
        doses=(dose,),
        decisions=(),
        impulse_ns=5.31,
        spent_ns=5.57,
        budget_ns=40.0,
        pulses=140,
        most_pulses=400,
    )
    panels = make_templates("adjust").get_template("adjust/panels.html").render(shown=shown, actions=ACTIONS)
    styles = "".join(
        f"<style>{(WEB / name).read_text()}</style>"
        for name in ("shell/static/spondyl.css", "adjust/static/adjust.css")
    )
    page.set_viewport_size({"width": width_px, "height": 900})
    page.set_content(f'<!doctype html>{styles}<div class="frame"><nav></nav><main>{panels}</main></div>')


@pytest.mark.parametrize("forces_n", FORCES_N.values(), ids=FORCES_N)
def test_no_words_of_the_last_pulse_lie_on_one_another(
    page: Page, forces_n: tuple[float, float | None, float]
) -> None:
    for width_px in WIDTHS_PX:
        show(page, width_px, *forces_n)
        boxes = page.evaluate(BOXES)
        assert len(boxes) >= 6
        assert any(f"cap {forces_n[0]:g} N" in box[0] for box in boxes)
        for number, (name, left, top, right, bottom) in enumerate(boxes):
            assert 0 <= left < right <= width_px, name
            for other, x, y, end_x, end_y in boxes[number + 1 :]:
                # The box of a line is taller than its letters: a pixel of both may be shared.
                is_apart = right <= x or end_x <= left or bottom <= y + 1 or end_y <= top + 1
                assert is_apart, f"{name!r} lies on {other!r} at {width_px} px"


def test_no_head_of_the_dose_table_is_broken_inside_a_word(page: Page) -> None:
    for width_px in WIDTHS_PX:
        show(page, width_px, *FORCES_N["near the cap"])
        heads = page.evaluate(HEADS)
        assert [word for word, _, _ in heads][:2] == ["Segment", "Pulses"]
        assert [word for word, lines, is_inside in heads if lines != 1 or not is_inside] == [], width_px
        assert page.evaluate(CELLS) == 0, f"numbers run into the next column at {width_px} px"
