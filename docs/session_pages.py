"""The page and the picture of the session's states, drawn from the machine's own table."""

from html import escape

from spondyl.treatment.adjustment import ALWAYS, FINAL, TRANSITIONS, Stage, StopBecause, mermaid

MADE = "<!-- Made by docs/generate.py from the code: do not edit. -->\n"

_ROW, _TOP, _LEFT, _BOX = 62, 30, 260, (160, 30)
_WIDTH, _STEP = 760, 44


def states_page() -> str:
    """The states, the reasons to end, and the same diagram as text."""
    always = ", ".join(f"{step.value} → {stage.value}" for step, stage in ALWAYS.items())
    rows = "".join(f"| `{one.value}` | {one.text} |\n" for one in StopBecause)
    return (
        f"{MADE}# States of a session\n\n"
        "![Every state of a session and every way between them](session-states.svg)\n\n"
        f"In every state that is not final: {always}. The tip is on the patient only in the four states named *at* "
        "or *dosing*; from each of them a host that is killed leaves an instrument that goes to its safe state by "
        "itself, and a session never continues by itself.\n\n"
        "## Why a session ends\n\n| `stopped_because` | meaning |\n| --- | --- |\n"
        f"{rows}\n## The diagram as Mermaid\n\n```text\n{mermaid()}```\n"
    )


def states_picture() -> str:
    """The states one below the other; arrows forward on the right, back on the left, further ones further out."""
    order = list(Stage)
    arrows = [(order.index(one), order.index(to), step.value) for (one, step), to in TRANSITIONS.items()]
    height = _TOP + _ROW * len(order)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" font-family="sans-serif" '
        'font-size="11" role="img" aria-label="States of a session">',
        '<defs><marker id="tip" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="7" markerHeight="7" '
        'orient="auto"><path d="M0 0 8 4 0 8z" fill="#345"/></marker></defs>',
        f'<rect width="{_WIDTH}" height="{height}" fill="#fff"/>',
        *(_arrow(one, to, word, arrows) for one, to, word in arrows),
        *(_state(index, stage) for index, stage in enumerate(order)),
        "</svg>\n",
    ]
    return "\n".join(parts)


def _state(index: int, stage: Stage) -> str:
    wide, high = _BOX
    fill = "#fde8e8" if stage in FINAL else "#e8f1fd"
    y = _TOP + _ROW * index
    always = "" if stage is not Stage.STOPPED and stage is not Stage.FAILED else " (from everywhere)"
    return (
        f'<rect x="{_LEFT}" y="{y}" width="{wide}" height="{high}" rx="6" fill="{fill}" stroke="#345"/>'
        f'<text x="{_LEFT + wide / 2}" y="{y + 19}" text-anchor="middle">{escape(stage.value + always)}</text>'
    )


def _arrow(one: int, to: int, word: str, arrows: list[tuple[int, int, str]]) -> str:
    wide, high = _BOX
    if to == one + 1:
        x, start, end = _LEFT + wide / 2, _TOP + _ROW * one + high, _TOP + _ROW * to
        return (
            f'<path d="M{x} {start} V{end}" stroke="#345" fill="none" marker-end="url(#tip)"/>'
            f'<text x="{x + 6}" y="{(start + end) / 2 + 4}">{escape(word)}</text>'
        )
    forward = to > one
    far = [pair for pair in arrows if pair[1] != pair[0] + 1 and (pair[1] > pair[0]) is forward]
    rank = sorted(far, key=lambda pair: abs(pair[1] - pair[0])).index((one, to, word))
    edge = _LEFT + wide if forward else _LEFT
    out = edge + (1 if forward else -1) * (90 + _STEP * rank * 0.75)
    # Arrows leave below and arrive above the middle of a box, so that two never share a line.
    start, end = _TOP + _ROW * one + 22, _TOP + _ROW * to + 8
    anchor = "start" if forward else "end"
    return (
        f'<path d="M{edge} {start} C{out} {start} {out} {end} {edge} {end}" stroke="#789" fill="none" '
        f'marker-end="url(#tip)"/><text x="{edge + (8 if forward else -8)}" y="{start + 13}" '
        f'text-anchor="{anchor}" stroke="#fff" stroke-width="3" paint-order="stroke">{escape(word)}</text>'
    )
