"""Claims, in a real browser without a GPU: the film is drawn as its values say; corners follow pointer, finger and
keys, values follow the corners; accept, sign and report take three clicks; every key works; axe finds nothing."""

import io
import json
import re
from collections.abc import Callable, Iterator

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, Route, ViewportSize, expect

from live_clinic import served, signed_in, undo, violations
from spondyl.clinic.chart.accounts import Account
from spondyl.clinic.chart.films import Film
from spondyl.clinic.chart.roles import Role
from spondyl.clinic.chart.sessions import open_session
from spondyl.clinic.chart.tables import sessions
from spondyl.clinic.chart.transaction import reading, writing
from spondyl.clinic.films.desk import desk_of
from spondyl.clinic.films.service import FilmService
from spondyl.clinic.web.cookies import session_cookie
from spondyl.clinic.web.services import Services

DESKTOP: ViewportSize = {"width": 1440, "height": 900}
Point = tuple[float, float]
DRAWN = "new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)))"
CORNER = """async ([n, corner]) => {
  await new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)));
  const outline = document.querySelectorAll('[data-part=pane] .film-vertebra')[n].querySelector('.film-outline');
  const box = document.querySelector('[data-part=pane]').getBoundingClientRect();
  const [x, y] = outline.getAttribute('points').split(' ')[corner].split(',').map(Number);
  return [box.left + x, box.top + y]; }"""
OVERLAPS = """() => [...document.querySelectorAll('[data-part=pane], [data-part=earlier-pane]')].map((pane) => {
  const box = (one) => one.getBoundingClientRect();
  const hit = (a, b) => a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
  const values = [...pane.querySelectorAll('.film-value')].map(box);
  const bones = [...pane.querySelectorAll('.film-outline')].map(box);
  const pairs = values.flatMap((a, n) => values.slice(n + 1).filter((b) => hit(a, b)));
  const outside = values.filter((a) => a.left < box(pane).left || a.right > box(pane).right);
  const over = values.filter((a) => bones.some((b) => hit(a, b)));
  return [values.length > 0, pairs.length, outside.length, over.length]; })"""
T1, RIGHT = 6, 1
WATCH = """() => {
  const nameOf = (node) => {
    const element = node.nodeType === 1 ? node : node.parentElement;
    const vertebra = element?.closest('[data-part=pane] .film-vertebra');
    if (vertebra) return 'vertebra ' + [...vertebra.parentElement.children].indexOf(vertebra);
    return element?.closest('[data-part]')?.dataset.part ?? element?.tagName ?? 'removed'; };
  let seen = [];
  const take = (records) => { seen = seen.concat(records.map((one) => nameOf(one.target))); };
  const watching = new MutationObserver(take);
  watching.observe(document, { subtree: true, childList: true, characterData: true, attributes: true });
  window.watched = () => { take(watching.takeRecords()); const found = seen; seen = []; return found; }; }"""
PLAIN = """async () => {
  const { emptySample, fillTable, paint, wholeOf } = await import('/static/films/raster.js');
  const table = new Uint32Array(65536);
  let wrong = 0;
  for (let n = 0; n < 60; n++) {
    const window = { centre: -32768 + 131072 * (n % 13) / 13, width: 64 * 1.135 ** n, inverted: n % 2 === 1 };
    fillTable(window, table);
    for (let value = 0; value < 65536; value++) {
      const above = (value - (window.centre - window.width / 2)) * (255 / window.width);
      let grey = Math.trunc(Math.min(255, Math.max(0, above)));
      if (window.inverted) grey = 255 - grey;
      if (table[value] !== (0xff000000 | grey << 16 | grey << 8 | grey) >>> 0) wrong++; } }
  const sample = Object.assign(emptySample(37, 5), { film: { left: 3, right: 32, top: 1, bottom: 4 } });
  sample.grey.forEach((_, at) => { sample.grey[at] = at * 331; });
  const picture = new Uint32Array(37 * 5).fill(7);
  paint(sample, table, picture, wholeOf(sample));
  const off = picture.filter((colour, at) => {
    const [row, column] = [Math.floor(at / 37), at % 37];
    const inside = row >= 1 && row < 4 && column >= 3 && column < 32;
    return colour !== (inside ? table[sample.grey[at]] : 7); });
  return [wrong, off.length]; }"""
PANNED = """async () => {
  const { FilmPane } = await import('/static/films/film_pane.js');
  const values = new Uint16Array(90 * 70).map((_, at) => (at * 40503) & 0xffff);
  const paneOf = () => {
    const host = document.createElement('div');
    Object.assign(host.style, { position: 'fixed', width: '120px', height: '100px' });
    document.body.append(Object.assign(host, { innerHTML: '<canvas></canvas>' }));
    const pane = new FilmPane(host, () => {});
    pane._resize();
    pane.load(values, 90, 70);
    return pane; };
  const [moved, fresh] = [paneOf(), paneOf()];
  const seen = (pane) => { pane._frame(); return pane._context.getImageData(0, 0, 120, 100).data.join(); };
  const [wrong, pictures] = [[], new Set()];
  for (const zoom of [0.5, 1, 2, 4]) for (const flipped of [false, true]) {
    moved.setCamera({ ...moved.camera, zoom, flipped, left: 10.25, top: -7.5 });
    moved._frame();
    for (const by of [[1, 0], [0, -1], [7, 5], [-30, 12], [0.4, -0.4], [0.3, 0], [119, -99], [-200, 3], [70, 80]]) {
      moved.panBy(...by);
      if (by[1] === 12) moved.changeWindow(0.1, 0.1);
      fresh._painted = undefined;
      fresh.window = moved.window;
      fresh.setCamera(moved.camera);
      const picture = seen(moved);
      pictures.add(picture);
      if (picture !== seen(fresh)) wrong.push([zoom, flipped, ...by]); } }
  const far = [moved.camera.left - 10.25, moved.camera.top + 7.5];
  for (const pane of [moved, fresh]) pane.host.remove();
  return [wrong, pictures.size, far]; }"""
PICTURE = """async () => {
  const canvas = document.querySelector('[data-part=pane] canvas');
  const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
  const digest = await crypto.subtle.digest('SHA-256', data);
  return [...new Uint8Array(digest)].join(); }"""


@pytest.fixture
def film(measured: Callable[..., Film]) -> Film:
    return measured("phantom_0003_ap")


@pytest.fixture
def viewer(
    browser_program: Browser, services: Services, staff: dict[Role, Account], film: Film
) -> Iterator[Page]:
    """The viewer of the film, as a clinician on a desktop."""
    with served(services) as address:
        page = signed_in(browser_program, address, services, staff[Role.CLINICIAN], width=1440, touch=True)
        page.goto(f"/films/{film.id}")
        page.wait_for_selector("[data-ready]")
        yield page
        page.context.close()


def part(page: Page, name: str):
    return page.locator(f'[data-part="{name}"]')


def corner_at(page: Page, vertebra: int, corner: int = 0) -> Point:
    x, y = page.evaluate(CORNER, [vertebra, corner])
    return x, y


def value(page: Page, label: str) -> str:
    return page.locator("tr", has_text=label).first.locator("td").first.inner_text()


def touches(page: Page) -> Callable[..., None]:
    """Fingers on the page."""
    session = page.context.new_cdp_session(page)

    def touch(kind: str, *points: Point) -> None:
        places = [{"x": x, "y": y, "id": n} for n, (x, y) in enumerate(points)]
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": places})

    return touch


def drag(page: Page, start: Point, dx: float, dy: float) -> None:
    page.mouse.move(*start)
    page.mouse.down()
    page.mouse.move(start[0] + dx / 2, start[1] + dy / 2)
    page.mouse.move(start[0] + dx, start[1] + dy)
    page.mouse.up()


def the_film_is_drawn_as_its_values_say(viewer: Page, films: FilmService, film: Film) -> None:
    """Claim: at 200 places of the screen the grey follows the film's own value there, and not the mirrored film's."""
    viewer.locator('[data-act="hide"]').click()
    expect(viewer.locator("[data-part=pane] .film-outline").first).to_be_hidden()
    viewer.evaluate(DRAWN)
    shot = np.asarray(Image.open(io.BytesIO(viewer.screenshot())).convert("L")).astype(float)
    box = part(viewer, "pane").bounding_box()
    assert box
    values = films.desk.picture(film).pixels.astype(float)
    rows, columns = values.shape
    zoom = min(box["width"] / columns, box["height"] / rows)
    left, top = box["x"] + (box["width"] - columns * zoom) / 2, box["y"] + (box["height"] - rows * zoom) / 2
    rng = np.random.default_rng(1)
    seen, known, mirrored = [], [], []
    for row, column in zip(
        rng.integers(30, rows - 30, 200), rng.integers(30, columns - 30, 200), strict=True
    ):
        x, y = round(left + (column + 0.5) * zoom), round(top + (row + 0.5) * zoom)
        seen.append(shot[y - 1 : y + 1, x - 1 : x + 1].mean())
        known.append(values[row - 2 : row + 3, column - 2 : column + 3].mean())
        mirrored.append(values[row, columns - 1 - column])
    assert np.corrcoef(seen, known)[0, 1] > 0.99
    assert np.corrcoef(seen, mirrored)[0, 1] < 0.95
    viewer.locator('[data-act="hide"]').click()
    expect(viewer.locator("[data-part=pane] .film-outline").first).to_be_visible()


def a_dragged_corner_moves_its_angle_is_saved_and_undone(
    viewer: Page, services: Services, film: Film
) -> None:
    before = value(viewer, "T1 tilt")
    start = corner_at(viewer, T1)
    drag(viewer, start, 0, -12)
    expect(part(viewer, "status")).to_contain_text("Draft saved")
    shown = viewer.locator("tr", has_text="T1 tilt").first.locator("td").first
    expect(shown).not_to_have_text(before)
    with reading(services.engine) as connection:
        assert "T1 corrected by hand" in desk_of(connection, film.id).reading.origin_text()
    assert abs(corner_at(viewer, T1)[1] - (start[1] - 12)) < 1
    with viewer.expect_response(lambda one: one.request.method == "PUT") as saved:
        viewer.locator('button[data-act="undo"]').press("Enter")
    assert saved.value.ok
    expect(viewer.locator('button[data-act="redo"]')).to_be_focused()
    expect(shown).to_have_text(before)
    with reading(services.engine) as connection:
        assert not desk_of(connection, film.id).reading.is_corrected


def a_corner_dragged_off_the_film_stays_where_it_may_lie_and_is_saved_and_undone(
    viewer: Page, services: Services, film: Film
) -> None:
    start = corner_at(viewer, T1, RIGHT)
    with viewer.expect_response(lambda one: one.request.method == "PUT") as saved:
        drag(viewer, start, 1400 - start[0], 0)
    assert saved.value.ok, saved.value.text()
    expect(part(viewer, "status")).to_contain_text("Draft saved")
    pane = part(viewer, "pane").bounding_box()
    assert pane and corner_at(viewer, T1, RIGHT)[0] < pane["x"] + pane["width"], (
        "in sight, to be taken hold of again"
    )
    with viewer.expect_response(lambda one: one.request.method == "PUT") as saved:
        viewer.locator('button[data-act="undo"]').click()
    assert saved.value.ok
    assert abs(corner_at(viewer, T1, RIGHT)[0] - start[0]) < 1
    with reading(services.engine) as connection:
        assert not desk_of(connection, film.id).reading.is_corrected


def a_corner_moved_after_the_session_ended_is_saved_after_signing_in_again(
    viewer: Page, services: Services, film: Film, staff: dict[Role, Account]
) -> None:
    with writing(services.engine) as connection:
        connection.execute(sessions.delete())
    drag(viewer, corner_at(viewer, T1), 0, -12)
    expect(part(viewer, "status")).to_contain_text("You were signed out. Sign in again in another tab")
    with writing(services.engine) as connection:
        token = open_session(connection, staff[Role.CLINICIAN].id)
    address = str(viewer.evaluate("location.origin"))
    viewer.context.add_cookies([{"name": session_cookie(services.settings), "value": token, "url": address}])
    drag(viewer, corner_at(viewer, T1), 0, -12)
    expect(part(viewer, "status")).to_contain_text("Draft saved")
    with reading(services.engine) as connection:
        assert "T1 corrected by hand" in desk_of(connection, film.id).reading.origin_text()


def the_lines_follow_before_the_server_has_answered(viewer: Page) -> None:
    """Claim: with the server held back, the drawn angle of the largest curve already follows the corner."""
    viewer.route("**/measure", lambda _route: None)
    text = viewer.locator(".film-value").first
    before = text.text_content()
    level = (before or "").split()[1].split("–")[0]
    names = viewer.locator(".film-name").all_text_contents()
    number = next(n for n, name in enumerate(names) if name.split()[0] == level)
    viewer.mouse.move(*corner_at(viewer, number))
    viewer.mouse.down()
    x, y = corner_at(viewer, number)
    viewer.mouse.move(x, y - 6)
    expect(text).not_to_have_text(before or "")
    expect(viewer.get_by_text("following the pointer")).to_be_visible()
    viewer.mouse.up()


def a_drag_writes_only_what_changes(viewer: Page) -> None:
    """Claim: a drag of the window writes the words of the view and nothing else; one of a corner touches neither other
    vertebrae nor the words that stay. What is written again unchanged costs frames on slow cores."""
    box = part(viewer, "pane").bounding_box()
    assert box
    viewer.evaluate(WATCH)
    viewer.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    viewer.mouse.down(button="right")
    viewer.mouse.move(box["x"] + box["width"] / 2 + 60, box["y"] + box["height"] / 2 + 40)
    viewer.evaluate(DRAWN)
    viewer.mouse.up(button="right")
    assert set(viewer.evaluate("watched()")) == {"view"}
    x, y = corner_at(viewer, 9)
    viewer.mouse.move(x, y)
    viewer.mouse.down()
    viewer.mouse.move(x + 6, y)
    viewer.evaluate(DRAWN)
    viewer.evaluate("watched()")
    viewer.mouse.move(x + 6, y + 4)
    viewer.evaluate(DRAWN)
    written = set(viewer.evaluate("watched()"))
    viewer.mouse.up()
    assert {one for one in written if one.startswith("vertebra")} == {"vertebra 9"}
    assert not written & {"side", "view", "next", "reading"}


def a_drag_of_the_window_lays_out_the_words_of_the_view_alone(viewer: Page, browser_program: Browser) -> None:
    """Claim, by the browser's own trace: no layout during the drag begins at the page."""
    box = part(viewer, "pane").bounding_box()
    assert box
    middle = (box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    viewer.mouse.move(*middle)
    viewer.mouse.down(button="right")
    browser_program.start_tracing(page=viewer, categories=["-*", "devtools.timeline"])
    for step in range(1, 6):
        viewer.mouse.move(middle[0] + 12 * step, middle[1] + 7 * step)
        viewer.evaluate(DRAWN)
    trace = json.loads(browser_program.stop_tracing())["traceEvents"]
    viewer.mouse.up(button="right")
    begun = [
        one["args"]["beginData"] for one in trace if one["name"] == "Layout" and "beginData" in one["args"]
    ]
    assert begun
    assert all(one["partialLayout"] and one["totalObjects"] < 10 for one in begun), begun


def the_words_of_the_view_are_never_cut_off(viewer: Page) -> None:
    """Claim: the longest words of the view fit into their box, on a desktop and on a telephone."""
    longest = "Zoom 2400 % · level −50 % · window 200 % · inverted · flipped"
    for width in (1440, 1000, 390):
        viewer.set_viewport_size({"width": width, "height": 900})
        viewer.evaluate(DRAWN)
        fits = part(viewer, "view").evaluate(
            """(view, words) => { view.textContent = words;
            return view.scrollHeight <= view.clientHeight && view.scrollWidth <= view.clientWidth; }""",
            longest,
        )
        assert fits, width


def a_changed_window_paints_what_a_whole_redraw_paints(viewer: Page) -> None:
    """Claim: the quick table and painting give exactly what the plain formula gives, on the canvas too."""
    assert viewer.evaluate(PLAIN) == [0, 0]
    wrong, pictures, (across, down) = viewer.evaluate(PANNED)
    assert wrong == [] and pictures > 40  # what was shifted is what a fresh look paints
    assert (across, down) == (
        pytest.approx(-32.3, abs=1),
        pytest.approx(-0.4, abs=1),
    )  # parts of pixels add up
    box = part(viewer, "pane").bounding_box()
    assert box
    viewer.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    viewer.mouse.down(button="right")
    viewer.mouse.move(box["x"] + box["width"] / 2 + 90, box["y"] + box["height"] / 2 - 70)
    viewer.evaluate(DRAWN)
    viewer.mouse.up(button="right")
    partly = viewer.evaluate(PICTURE)
    viewer.set_viewport_size({"width": 1440, "height": 899})
    viewer.evaluate(DRAWN)
    viewer.set_viewport_size({"width": 1440, "height": 900})
    viewer.evaluate(DRAWN)
    assert viewer.evaluate(PICTURE) == partly


def everything_is_done_by_keys(viewer: Page) -> None:
    part(viewer, "pane").focus()
    viewer.keyboard.press("n")
    expect(part(viewer, "status")).to_contain_text("C7 top left, unsure")
    x, _ = corner_at(viewer, 5)
    viewer.keyboard.press("Shift+ArrowRight")
    expect(part(viewer, "status")).to_contain_text("Draft saved")
    assert corner_at(viewer, 5)[0] > x + 1
    expect(viewer.locator(".film-name").nth(5)).to_have_text("C7")
    part(viewer, "status").evaluate("(line) => { line.textContent = ''; }")
    viewer.keyboard.press("u")
    assert abs(corner_at(viewer, 5)[0] - x) < 0.5
    expect(part(viewer, "status")).to_contain_text("Draft saved")  # or it would come over the next message
    viewer.keyboard.press("PageDown")
    viewer.keyboard.press("3")
    expect(part(viewer, "status")).to_contain_text("T1 bottom left")
    viewer.keyboard.press("z")
    expect(part(viewer, "view")).to_contain_text("Zoom 250 %")
    viewer.keyboard.press("f")
    viewer.keyboard.press("i")
    expect(part(viewer, "view")).to_contain_text("inverted · flipped")
    expect(part(viewer, "side")).to_have_text("Patient's left")
    viewer.keyboard.press("0")
    viewer.keyboard.press("g")
    for key in ("ArrowUp", "Shift+ArrowLeft", "ArrowRight", "Shift+ArrowDown"):
        viewer.keyboard.press(key)
        viewer.keyboard.press("Enter")
    expect(part(viewer, "status")).to_contain_text("Angle:")
    viewer.keyboard.press("v")
    viewer.keyboard.press("a")
    expect(part(viewer, "status")).to_have_text("Accepted.")


def a_finger_moves_a_corner_and_two_fingers_zoom(viewer: Page) -> None:
    touch = touches(viewer)
    x, y = corner_at(viewer, 12)
    touch("touchStart", (x, y))
    touch("touchMove", (x + 4, y + 10))
    touch("touchMove", (x + 8, y + 14))
    touch("touchEnd")
    expect(part(viewer, "status")).to_contain_text("Draft saved")
    assert abs(corner_at(viewer, 12)[0] - x - 8) < 1.5
    before = part(viewer, "view").inner_text()
    touch("touchStart", (x - 100, y), (x - 40, y))
    touch("touchMove", (x - 160, y), (x + 40, y))
    touch("touchEnd")
    expect(part(viewer, "view")).not_to_have_text(before)


def a_pressed_corner_is_chosen_and_stays_as_it_was_read(viewer: Page, services: Services, film: Film) -> None:
    """Nor does it move when a second finger comes, or by arrows while the marks are hidden."""
    before = value(viewer, "T1 tilt")
    x, y = corner_at(viewer, T1)
    drag(viewer, (x, y), 2, -2)
    touch = touches(viewer)
    touch("touchStart", (x, y))
    touch("touchMove", (x, y + 16))
    touch("touchStart", (x, y + 16), (x + 60, y))
    touch("touchEnd")
    viewer.keyboard.press("h")
    viewer.keyboard.press("ArrowUp")
    viewer.keyboard.press("h")
    expect(viewer.locator('button[data-act="undo"]')).to_be_disabled()
    expect(viewer.locator("tr", has_text="T1 tilt").first.locator("td").first).to_have_text(before)
    with reading(services.engine) as connection:
        assert not desk_of(connection, film.id).reading.is_corrected


def ruler_and_angle_say_what_plain_geometry_says(viewer: Page) -> None:
    script = "(given) => import('/static/films/hand_measure.js').then((m) => m.handText(...given))"
    at_patient = {"spacing_mm": [0.2, 0.2], "spacing_at_patient": True}
    at_detector, unsaid, oblong, unknown = (
        {**at_patient, "spacing_at_patient": False},
        {**at_patient, "spacing_at_patient": None},
        [0.1, 0.2],
        {"spacing_mm": None},
    )
    said = {
        "10.0 mm": ("ruler", [[0, 0], [30, 40]], at_patient),
        "10.0 mm at the detector, less in the patient": ("ruler", [[0, 0], [30, 40]], at_detector),
        "10.0 mm, or less: the film does not say whether it is corrected for magnification": (
            "ruler",
            [[0, 0], [30, 40]],
            unsaid,
        ),
        "40 pixels (this film has no millimetres)": ("ruler", [[0, 0], [0, 40]], unknown),
        "45.0°": ("angle", [[0, 0], [10, 10], [20, 0], [0, 0]], unknown),
        "26.6°": ("angle", [[0, 0], [10, 10], [10, 0], [0, 0]], {**at_patient, "spacing_mm": oblong}),
        "53.1° or 126.9°": ("angle", [[0, 0], [10, 20], [0, 20], [10, 0]], unknown),
    }
    for text, given in said.items():
        assert viewer.evaluate(script, list(given)) == text


def values_that_could_not_be_measured_say_so_and_leaving_asks_first(viewer: Page) -> None:
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    viewer.route("**/measure", hold)
    viewer.route("**/draft", lambda route: route.abort())
    drag(viewer, corner_at(viewer, T1), 0, -12)
    expect(part(viewer, "status")).to_contain_text("Not saved.")
    viewer.route("**/measure", lambda route: route.abort())
    for route in held:
        route.abort()
    expect(part(viewer, "alerts")).to_contain_text("The values are those before the last move.")
    expect(part(viewer, "status")).to_contain_text("Not saved.")
    with viewer.expect_event("dialog") as asked:
        viewer.close(run_before_unload=True)
    assert asked.value.type == "beforeunload"
    asked.value.dismiss()
    viewer.unroute("**/measure")
    viewer.unroute("**/draft")
    # Nobody moves anything: what was not sent is sent again, and measured.
    expect(part(viewer, "status")).to_contain_text("Draft saved")
    expect(part(viewer, "alerts")).not_to_contain_text("before the last move")


def what_was_moved_and_not_saved_is_not_signed(viewer: Page) -> None:
    viewer.get_by_role("button", name="Accept landmarks").click()
    expect(part(viewer, "status")).to_contain_text("Accepted.")
    viewer.route("**/draft", lambda route: route.abort())
    drag(viewer, corner_at(viewer, T1), 0, -12)
    expect(part(viewer, "status")).to_contain_text("Not saved.")
    viewer.get_by_role("button", name="Sign as Test Clinician").click()
    expect(part(viewer, "status")).to_contain_text("What you moved last is not saved, so nothing was done.")
    viewer.unroute("**/draft")
    expect(part(viewer, "status")).to_contain_text("Draft saved")
    expect(viewer.get_by_role("button", name="Sign as Test Clinician")).to_be_disabled()
    expect(viewer.locator("[data-reading]")).to_have_attribute("data-reading", "draft")


def from_the_film_to_the_report_in_three_clicks(viewer: Page) -> None:
    clicks = 0
    for button in ("Accept landmarks", "Sign as Test Clinician"):
        viewer.get_by_role("button", name=button).click()
        clicks += 1
    link = viewer.get_by_role("link", name="Report (page)")
    link.wait_for()
    link.click()
    clicks += 1
    expect(viewer.get_by_text("Test Clinician").first).to_be_visible()
    assert clicks <= 10


def a_nudge_of_a_signed_film_is_taken_back(viewer: Page) -> None:
    viewer.go_back()
    viewer.wait_for_selector("[data-ready]")
    back = viewer.get_by_role("button", name="Go back to what was accepted")
    expect(back).to_be_hidden()
    for key in ("PageDown", "1", "ArrowUp"):
        part(viewer, "pane").press(key)
    expect(part(viewer, "status")).to_contain_text("Draft saved")
    viewer.reload()
    viewer.wait_for_selector("[data-ready]")
    expect(part(viewer, "reading")).to_contain_text("Draft: nobody has accepted this yet")
    back.press("Enter")
    expect(part(viewer, "reading")).to_contain_text("Signed by")
    expect(back).to_be_hidden()
    expect(part(viewer, "pane")).to_be_focused()


def an_earlier_film_beside_gives_changes(viewer: Page) -> None:
    viewer.route("**/pixels*", lambda route: route.abort())
    part(viewer, "earlier").select_option(index=1)
    expect(part(viewer, "status")).to_contain_text("could not be loaded, so nothing is compared")
    expect(part(viewer, "earlier")).to_have_value("")
    expect(part(viewer, "earlier-pane")).to_be_hidden()
    expect(viewer.get_by_text("smallest detectable").first).to_be_hidden()
    expect(viewer.get_by_text("Changes are taken before rounding.")).to_be_hidden()
    viewer.unroute("**/pixels*")
    part(viewer, "earlier").select_option(index=1)
    expect(viewer.get_by_text("smallest detectable").first).to_be_visible()
    expect(part(viewer, "earlier-pane")).to_be_visible()
    expect(part(viewer, "earlier-side")).to_have_text("Patient's right")
    expect(viewer.locator(".film-this")).to_have_text(re.compile("AP film of "))
    expect(viewer.get_by_text("Different vertebrae: ").first).to_be_visible()
    part(viewer, "earlier-pane").locator(".film-value").first.wait_for(state="attached")
    expect(viewer.get_by_text("Changes are taken before rounding.")).to_be_visible()
    for width in (1440, 1280):  # narrow panes: values lie on no bone, not on each other, not outside
        viewer.set_viewport_size({"width": width, "height": 900})
        viewer.evaluate(DRAWN)
        assert viewer.evaluate(OVERLAPS) == [[True, 0, 0, 0]] * 2
        first, second = viewer.locator(".film-pane").all()
        assert first.evaluate("(pane) => pane.clientHeight") == second.evaluate("(pane) => pane.clientHeight")
    viewer.set_viewport_size({"width": 390, "height": 844})
    box = viewer.locator(".film-table-box")
    assert box.evaluate("(box) => box.scrollWidth - box.clientWidth") <= 0, "every column is whole"


def no_request_leaves_the_clinic_and_nothing_is_kept_by_the_browser(viewer: Page) -> None:
    hosts: set[str] = set()
    caching: set[str] = set()
    viewer.on("request", lambda one: hosts.add(one.url.split("/")[2]))
    viewer.on(
        "response",
        lambda one: caching.add(one.headers.get("cache-control", "")) if "/pixels" in one.url else None,
    )
    viewer.reload()
    viewer.wait_for_selector("[data-ready]")
    assert len(hosts) == 1
    assert caching == {"no-store"}


def open_again(page: Page) -> None:
    """No answer of the server is still on its way."""
    page.reload()
    page.wait_for_selector("[data-ready]")


def test_what_is_seen(
    viewer: Page,
    browser_program: Browser,
    films: FilmService,
    film: Film,
    measured: Callable[..., Film],
) -> None:
    """One clinician looks at one film: nothing is moved but one corner, which is put back."""
    the_film_is_drawn_as_its_values_say(viewer, films, film)
    assert violations(viewer) == []
    ruler_and_angle_say_what_plain_geometry_says(viewer)
    a_drag_of_the_window_lays_out_the_words_of_the_view_alone(viewer, browser_program)
    a_changed_window_paints_what_a_whole_redraw_paints(viewer)
    a_drag_writes_only_what_changes(viewer)
    undo(viewer)
    the_words_of_the_view_are_never_cut_off(viewer)
    measured("phantom_0004_ap")
    viewer.set_viewport_size(DESKTOP)
    no_request_leaves_the_clinic_and_nothing_is_kept_by_the_browser(viewer)
    an_earlier_film_beside_gives_changes(viewer)


def test_corners_follow_mouse_and_finger(viewer: Page, services: Services, film: Film) -> None:
    a_pressed_corner_is_chosen_and_stays_as_it_was_read(viewer, services, film)
    open_again(viewer)
    a_dragged_corner_moves_its_angle_is_saved_and_undone(viewer, services, film)
    a_corner_dragged_off_the_film_stays_where_it_may_lie_and_is_saved_and_undone(viewer, services, film)
    a_finger_moves_a_corner_and_two_fingers_zoom(viewer)
    open_again(viewer)
    the_lines_follow_before_the_server_has_answered(viewer)


def test_from_keys_and_failures_to_the_signed_report(
    viewer: Page, services: Services, film: Film, staff: dict[Role, Account]
) -> None:
    everything_is_done_by_keys(viewer)
    a_corner_moved_after_the_session_ended_is_saved_after_signing_in_again(viewer, services, film, staff)
    undo(viewer)
    values_that_could_not_be_measured_say_so_and_leaving_asks_first(viewer)
    undo(viewer)
    what_was_moved_and_not_saved_is_not_signed(viewer)
    from_the_film_to_the_report_in_three_clicks(viewer)
    a_nudge_of_a_signed_film_is_taken_back(viewer)


@pytest.mark.nightly
def test_axe_finds_nothing_in_the_dark(viewer: Page) -> None:
    viewer.emulate_media(color_scheme="dark")
    assert violations(viewer) == []
