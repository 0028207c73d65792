"""Claims: dark is one set of colours, text is legible in light and dark (WCAG 2.2, 1.4.3), drawings exist."""

import re
from itertools import product

import pytest

from spondyl.clinic.web.templates import WEB

CSS = (WEB / "shell" / "static" / "spondyl.css").read_text()
ICONS = set(re.findall(r'<symbol id="([a-z-]+)"', (WEB / "shell" / "static" / "icons.svg").read_text()))
TEXT_ON = [
    *product(("ink", "ink-soft", "accent-text", "stop"), ("paper", "surface")),
    ("ink", "sunken"),
    ("accent-ink", "accent"),
    ("accent-text", "accent-soft"),
    *(("ink", f"{kind}-soft") for kind in ("good", "note", "warn", "stop")),
    *((kind, f"{kind}-soft") for kind in ("good", "note", "warn", "stop")),
]


def colours(opening: str) -> dict[str, str]:
    """The properties with a plain colour of the block that begins so."""
    block = CSS.split(opening, 1)[1].split("}", 1)[0]
    return dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6});", block))


LIGHT = colours(":root {")
DARK = colours(':root[data-theme="dark"] {')


def luminance(colour: str) -> float:
    """Relative luminance, WCAG 2.2."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """Contrast ratio, WCAG 2.2; black on white is 21."""
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_the_measure_of_contrast_is_right() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.005)  # webaim.org's well-known pair


def test_dark_by_the_device_and_dark_by_the_switch_are_one_set() -> None:
    assert colours(':root:not([data-theme="light"]) {') == DARK
    assert set(DARK) == set(LIGHT)


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize(("text", "ground"), TEXT_ON)
def test_text_is_legible(theme: dict[str, str], text: str, ground: str) -> None:
    assert contrast(theme[text], theme[ground]) >= 4.5, f"{text} on {ground}"


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
def test_edges_of_fields_and_the_focus_are_visible(theme: dict[str, str]) -> None:
    """WCAG 2.2, 1.4.11: 3 to 1."""
    for ground in ("paper", "surface"):
        assert contrast(theme["line-strong"], theme[ground]) >= 3
        assert contrast(theme["focus"], theme[ground]) >= 3


def test_every_drawing_that_a_page_names_exists() -> None:
    for path in WEB.rglob("*.html"):
        named = set(re.findall(r"\bicon\('([a-z-]+)'\)", path.read_text()))
        assert named <= ICONS, path.name


def test_no_page_holds_inline_style_or_script() -> None:
    """The policy would refuse them without a word."""
    for path in WEB.rglob("*.html"):
        text = path.read_text()
        assert not re.search(r"\sstyle=|\son[a-z]+=", text), path.name
        assert not re.search(r"<script(?![^>]*\ssrc=)", text), path.name
