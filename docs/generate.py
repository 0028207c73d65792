"""Write the reference pages that come from the code; ``--check`` only says whether they are current."""

import argparse
import inspect
import re
import sys
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import MISSING, dataclass, fields, is_dataclass, replace
from datetime import datetime
from difflib import SequenceMatcher
from enum import Enum
from functools import reduce
from pathlib import Path
from typing import get_args, get_origin, get_type_hints

import numpy as np
from instrument_pages import hazards_page, protocol_page
from session_pages import states_page, states_picture
from settings_page import settings_page
from typer.models import OptionInfo

from spondyl.anatomy import ImageSide, Landmarks, Level, View
from spondyl.anatomy.spine_shape import build_spine
from spondyl.assessment.coronal import coronal_quantities
from spondyl.assessment.quantity import FilmContext, Quantity
from spondyl.assessment.questionnaires import INSTRUMENTS, Direction, Instrument, important_change_of
from spondyl.assessment.sagittal import sagittal_quantities
from spondyl.assessment.screening import CONTRAINDICATIONS, RED_FLAGS
from spondyl.assessment.screening.question import URGENCY_SOURCE
from spondyl.assessment.segmental import segmental_quantities
from spondyl.clinic.cli import app
from spondyl.clinic.cohort.tables import FILMS_SCHEMA, MEASUREMENTS_SCHEMA
from spondyl.clinic.exit_codes import ExitCode
from spondyl.clinic.report.wording import UNIT_NAME, is_per_level
from spondyl.evidence.library.read import KINDS
from spondyl.provenance import Provenance
from spondyl.radiograph.phantom import Convexity, CurvePose, FilmSetup, SpinePose
from spondyl.radiograph.phantom_landmarks import project_landmarks
from spondyl.radiograph.phantom_setup import film_geometry, image_left_of

REFERENCE = Path(__file__).parent / "reference"
MADE = "<!-- Made by docs/generate.py from the code: do not edit. -->\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """An argument or option of a command, read off its function's signature."""

    name: str
    is_option: bool
    takes: str
    help: str


def commands() -> dict[str, Callable[..., object]]:
    """The function behind every command, by the command's name; "evidence pool" for a command of a group."""
    apps = [
        ("", app),
        *((f"{group.typer_instance.info.name} ", group.typer_instance) for group in app.registered_groups),
    ]
    found = [(prefix, command) for prefix, one in apps for command in one.registered_commands]
    return {
        prefix + (one.name or one.callback.__name__.replace("_", "-")): one.callback for prefix, one in found
    }


def parameters(function: Callable[..., object]) -> list[Parameter]:
    """What a command takes, in the order of its signature."""
    hints = get_type_hints(function, include_extras=True)
    return [_parameter(name, hint) for name, hint in hints.items() if name != "return"]


def _parameter(name: str, hint: object) -> Parameter:
    kind, info = get_args(hint)
    is_option = isinstance(info, OptionInfo)
    # Inside Annotated, typer keeps the first declared name in ``default``.
    names = [one for one in (info.default, *(info.param_decls or ())) if isinstance(one, str)]
    declared = names or [f"--{name.replace('_', '-')}"]
    shown = ", ".join(declared) if is_option else name.upper()
    return Parameter(name=shown, is_option=is_option, takes=_takes(kind), help=info.help or "")


def _takes(kind: object) -> str:
    kinds = [part for part in get_args(kind) or (kind,) if part is not type(None)]
    (one,) = kinds
    if isinstance(one, type) and issubclass(one, Enum):
        return " or ".join(f"`{choice.value}`" for choice in one)
    return {bool: "", Path: "path", str: "text", int: "whole number", float: "number", datetime: "date"}[one]


def cli_page() -> str:
    """Every command, argument, option and exit code."""
    program = app.registered_callback.callback
    parts = [MADE, "# Command line\n", _text(program.__doc__), _options(program)]
    for name, function in commands().items():
        parts += [f"## spondyl {name}\n", _text(function.__doc__), _options(function)]
    rows = ([str(int(code)), code.meaning] for code in ExitCode)
    parts += ["## Exit codes\n", _table(["code", "meaning"], rows)]
    return "\n".join(parts)


def _text(text: str | None) -> str:
    """A docstring as Markdown: the blocks after a ``\\b`` line are code, the rest prose."""
    blocks = inspect.cleandoc(text or "").replace("\b\n", "\b").split("\n\n")
    return "\n\n".join(_block(block) for block in blocks) + "\n"


def _block(block: str) -> str:
    if not block.startswith("\b"):
        return " ".join(line.strip() for line in block.splitlines())
    title, _, lines = block.removeprefix("\b").partition("\n")
    if lines.startswith("  "):
        return f"{title}\n\n```text\n" + "\n".join(line.strip() for line in lines.splitlines()) + "\n```"
    return " ".join(f"{title}\n{lines}".split())


def _options(function: Callable[..., object]) -> str:
    rows = ([f"`{one.name}`", one.takes, one.help] for one in parameters(function))
    return _table(["option", "takes", "what it does"], rows)


def _table(head: list[str], rows: Iterable[list[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return (
        "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)
        + "\n"
    )


def tables_page() -> str:
    """The columns of the Parquet tables."""
    parts = [MADE, "# Tables of a cohort\n", _TABLES_INTRO]
    for name, schema in (("measurements", MEASUREMENTS_SCHEMA), ("films", FILMS_SCHEMA)):
        rows = ([f"`{field.name}`", str(field.type), field.metadata[b"meaning"].decode()] for field in schema)
        parts += [f"## tables/{name}\n", _table(["column", "type", "meaning"], rows)]
    return "\n".join(parts)


_TABLES_INTRO = """\
`spondyl measure FOLDER --out results` writes two Parquet tables, each in parts of 1000 films, in the order of the
paths. Both are read off the same JSON objects as `results.jsonl`, so the three cannot disagree. `manifest.json` is
written last and holds the SHA-256 of every file: while it is missing, the run has not ended.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class KindRow:
    """One kind of measurement, or one family that every vertebra or disc has."""

    kind: str
    label: str
    unit: str
    needs: str
    definition: str
    source: str


# Spines with no end vertebra, apex or side in common: whatever their texts differ in belongs to the film, not to
# the kind. Each curve: apex, angle in degrees, convexity.
_LEFT, _RIGHT = Convexity.LEFT, Convexity.RIGHT
_POSES = tuple(
    SpinePose(curves=tuple(CurvePose(apex=apex, cobb_deg=deg, convex=to, reach=2) for apex, deg, to in spine))
    for spine in (
        ((Level.T3, 25.0, _LEFT), (Level.T8, 40.0, _RIGHT), (Level.L1, 30.0, _LEFT)),
        ((Level.T4, 20.0, _RIGHT), (Level.T9, 30.0, _LEFT), (Level.L3, 45.0, _LEFT)),
        ((Level.T4, 30.0, _RIGHT), (Level.T10, 40.0, _LEFT), (Level.L2, 20.0, _RIGHT)),
        ((Level.T7, 50.0, _LEFT),),
        ((Level.L2, 50.0, _RIGHT),),
    )
)
_LEVEL_END = re.compile(r"_[ctls]\d{1,2}", re.IGNORECASE)
_SPACING_MM = (4.0, 4.0)


def measurements_page() -> str:
    """Every kind of measurement, read off the quantities of synthetic films."""
    parts = [MADE, "# Measurements\n", _MEASUREMENTS_INTRO]
    for title, view in (("AP and PA films", View.AP), ("Lateral films", View.LATERAL)):
        rows = (
            [f"`{row.kind}`", row.label, row.unit, row.needs, row.definition, row.source]
            for row in measurement_kinds(view)
        )
        parts += [f"## {title}\n", _table(["kind", "name", "unit", "needs", "definition", "source"], rows)]
    return "\n".join(parts)


_MEASUREMENTS_INTRO = """\
What Spondyl can measure, by the stable name that stands in JSON and tables. `LEVEL` in a kind stands for a vertebra
(`tilt_T5`, `wedge_l1`), two of them for a disc (`slip_l4_l5`); a second curve of one region gets `_2` (`cobb_mt_2`).
"…" is filled in from the film. What a film lacks is named under `unmeasured` with the reason, never guessed.
"""


def measurement_kinds(view: View) -> list[KindRow]:
    """One row a kind, in the order of the report."""
    films = [_landmarks(pose, view) for pose in _POSES]
    groups: dict[str, list[Quantity]] = defaultdict(list)
    for film in films:
        for quantity in _quantities(film, spacing=True):
            groups[_generic(quantity.kind)].append(quantity)
    lost = _lost(films[0])
    return [_kind_row(kind, group, lost) for kind, group in groups.items()]


def _landmarks(pose: SpinePose, view: View) -> Landmarks:
    spine = build_spine(pose)
    geometry = film_geometry(spine, view=view, setup=FilmSetup(pixel_mm=_SPACING_MM[0]))
    made = Provenance(method="docs.generate")
    return project_landmarks(spine, geometry, view=view, image_left=image_left_of(geometry), provenance=made)


def _quantities(landmarks: Landmarks, *, spacing: bool) -> list[Quantity]:
    context = FilmContext(rows=300, columns=100, spacing_mm=_SPACING_MM if spacing else None)
    families = (coronal_quantities, sagittal_quantities, segmental_quantities)
    found = [item for family in families for item in family(landmarks, context)]
    return [item for item in found if isinstance(item, Quantity)]


def _lost(film: Landmarks) -> dict[str, set[str]]:
    """The kinds that a film no longer gives when it lacks one thing, by that thing."""
    whole = {item.kind for item in _quantities(film, spacing=True)}
    side = "which way the patient faces" if film.view is View.LATERAL else "the patient's side"
    without = {
        "femoral heads": _quantities(replace(film, femoral_heads_px=np.empty((0, 3))), spacing=True),
        "pedicles": _quantities(
            replace(film, pedicles_px=np.full_like(film.pedicles_px, np.nan)), spacing=True
        ),
        "pixel spacing": _quantities(film, spacing=False),
        side: _quantities(replace(film, image_left=ImageSide.UNKNOWN), spacing=True),
    }
    return {thing: whole - {item.kind for item in left} for thing, left in without.items()}


def _generic(kind: str) -> str:
    return _LEVEL_END.sub("_LEVEL", kind) if is_per_level(kind) else kind


def _kind_row(kind: str, group: list[Quantity], lost: dict[str, set[str]]) -> KindRow:
    things = [thing for thing, kinds in lost.items() if any(item.kind in kinds for item in group)]
    return KindRow(
        kind=kind,
        label=_shared([item.label for item in group]),
        unit=UNIT_NAME[group[0].unit],
        needs=", ".join(filter(None, [_levels(group), *things])),
        definition=_shared([item.definition for item in group]),
        source=_shared([item.source for item in group]),
    )


def _levels(group: list[Quantity]) -> str:
    """The vertebrae that every film needs: T1 to L5 where there are many, none named where films differ."""
    first, *others = group
    if any(item.levels != first.levels for item in others):
        return "the vertebrae named in the value"
    names = [level.value for level in first.levels]
    return f"{names[0]} to {names[-1]}" if len(names) > 4 else ", ".join(names)


def _shared(texts: list[str]) -> str:
    """What the texts share, with "…" for what differs."""
    words = reduce(_common, ([*re.findall(r"\w+|\W", text)] for text in texts))
    return re.sub("…(-?…)*( disc)?", "…", "".join(words))  # an apex is a vertebra or a disc


def _common(one: list[str], other: list[str]) -> list[str]:
    shared: list[str] = []
    for tag, start, end, _, _ in SequenceMatcher(None, one, other, autojunk=False).get_opcodes():
        shared += one[start:end] if tag == "equal" else ["…"]
    return shared


def questionnaires_page() -> str:
    """Every questionnaire: scale, rules, licence, source, and the wording where it may be shipped."""
    parts = [MADE, "# Questionnaires\n", _QUESTIONNAIRES_INTRO]
    for of in INSTRUMENTS.values():
        parts += [f"## {of.name}\n", _table(["what", "is"], _questionnaire_rows(of))]
        if of.wording:
            parts += [
                _table(["item", "sentence"], ([*pair] for pair in zip(of.items, of.wording, strict=True)))
            ]
    return "\n".join(parts)


def _questionnaire_rows(of: Instrument) -> list[list[str]]:
    threshold = important_change_of(of)
    worse = "higher is worse" if of.direction is Direction.HIGHER_IS_WORSE else "higher is better"
    change = "none was read, so none is applied"
    if threshold is not None:
        share = f"{100 * threshold.share_of_baseline:.0f} % of the first score"
        change = f"{threshold.points:g} {of.unit}, or {share}. {threshold.note} {threshold.source}"
    bands = "; ".join(f"to {band.upper:g}: {band.name}" for band in of.bands)
    rows = [
        ["code", f"`{of.code}`"],
        ["scale", f"{of.lowest:g} to {of.highest:g} {of.unit}, {worse}"],
        ["items", ", ".join(f"`{item}`" for item in of.items)],
        ["answers", of.answers],
        ["score", of.definition],
        ["bands", bands],
        ["missing answers", of.missing_rule],
        ["important change", change],
        ["source", of.source],
        ["licence", of.licence],
    ]
    return [row for row in rows if row[1]]


_QUESTIONNAIRES_INTRO = """\
What `spondyl score` takes and by which rule it scores. Only the Roland-Morris questionnaire is shipped with its
sentences; for the others use your own form and enter its codes. Its Spanish wording, in the intake, is Spondyl's own
translation and not validated: a score from it is marked so. A validated one exists (Kovacs et al. 2002), but whether it
may be shipped could not be verified.

A file is JSON (one object or a list) or CSV. JSON: `instrument`, and `answers` by item or, for a tick list, `ticked`
with the numbers of the ticked sentences; `patient_id` and `date` (YYYY-MM-DD) are optional. CSV: the columns
`patient_id`, `date`, `instrument` and either `item` and `answer` (a row an answer) or a column an item (a row a
sheet). Two ticked boxes are written `2;3` or, in JSON, `[2, 3]`. An empty cell or `null` is a missing answer.

With `--json` each sheet is one line: `status` (`scored` or `refused`), `value`, `scale` (with `direction`), `answered`
of `asked`, `unanswered`, `group`, `parts`, `notes`, `definition`, `missing_rule`, `source`, `important_change`,
`provenance`, `change` (against the first sheet of the same patient) and `refusal` (`what`, `why`, `do`).
"""


def screening_page() -> str:
    """Every question of the screens: what its answer may mean, how soon to act, what to do, and the source."""
    parts = [MADE, "# Red flags and contraindications\n", _SCREENING_INTRO]
    for title, questions in (
        ("Asked of the patient", RED_FLAGS),
        ("Answered by the clinician", CONTRAINDICATIONS),
    ):
        rows = (
            [
                f"`{one.key}`",
                one.text,
                one.kind.value.replace("_", " "),
                one.may_mean,
                one.urgency.words,
                one.what_to_do,
                "yes" if one.clinician_may_decide else "no",
                one.source,
            ]
            for one in questions
        )
        head = [
            "key",
            "question",
            "kind",
            "may mean",
            "act",
            "what to do",
            "a clinician may decide",
            "source",
        ]
        parts += [f"## {title}\n", _table(head, rows)]
    return "\n".join(parts)


_SCREENING_INTRO = f"""\
What `spondyl screen` asks. Each answer is `yes`, `no` or `unknown`; anything but the safe answer blocks, and so does
a question without an answer. The safe answer is `no`, except for consent. A blocked screen ends with exit code 8, one
that calls for emergency care with 9: neither is an error.

Where "a clinician may decide" says yes, a named clinician who has looked may treat in spite of the answer and writes
down why. No one may decide past an unknown answer.

{URGENCY_SOURCE}. The lists name the conditions; the risk in words is this software's. How likely a disease is after a
red flag is kept in the code but shown nowhere, because nobody has yet signed that the numbers were read.

A file holds the answers of one patient: JSON with `patient_id` and `answers` by key, or CSV with the columns `question`
and `answer`. `spondyl screen --form` prints an empty one; `--language es` gives the patient's questions and emergency
message in Spanish, written by the authors of this software and not by a certified translator. With `--json`:
`verdict` (`clear`, `blocked`, `emergency`),
`message`, `flags`, `asked`, `unknown` and `provenance`.
"""


def records_page() -> str:
    """Every kind of evidence record with its keys, read off the dataclasses that check them."""
    parts = [MADE, "# Records of evidence\n", _RECORDS_INTRO]
    shown: set[type] = set()
    for folder, record in KINDS.items():
        parts.append(f"## records/{folder}\n")
        for one in _nested(record):
            if one not in shown:
                shown.add(one)
                parts += [
                    f"### {one.__name__}\n",
                    _first_paragraph(one),
                    _table(["key", "takes", "meaning"], _keys(one)),
                ]
    return "\n".join(parts)


_RECORDS_INTRO = """\
One TOML file a record; its name without ending is the record's id. The table `[source]` at the top holds `tag`
(`read`, `computed`, `recalled` or `unknown`), `citation`, `locator`, `verified_by` and `verified_on`; any table inside
may override any of them for itself. A key that is not listed here is refused.
"""


def _nested(record: type) -> list[type]:
    """The record and every table that can lie inside it, in order."""
    found = [record]
    for _, kind, _ in _fields(record):
        inner = _inner(kind)
        if is_dataclass(inner) and isinstance(inner, type):
            found += _nested(inner)
    return found


def _fields(record: type) -> list[tuple[str, object, str]]:
    hints = get_type_hints(record, include_extras=True)
    parts = ((name, get_args(hint)) for name, hint in hints.items() if name != "origin")
    return [(name, kind, meaning) for name, (kind, meaning) in parts]


def _inner(kind: object) -> object:
    """The type inside a list or an optional one."""
    parts = [part for part in get_args(kind) if part not in (type(None), ...)]
    return parts[0] if parts else kind


def _keys(record: type) -> list[list[str]]:
    needed = {one.name for one in fields(record) if one.default is MISSING}
    return [
        [f"`{name}`" + ("" if name in needed else " (optional)"), _taken(kind), meaning]
        for name, kind, meaning in _fields(record)
    ]


def _taken(kind: object) -> str:
    inner = _inner(kind)
    many = "list of " if get_origin(kind) is tuple else ""
    if isinstance(inner, type) and issubclass(inner, Enum):
        return many + " or ".join(f"`{one.value}`" for one in inner)
    if is_dataclass(inner) and isinstance(inner, type):
        return many + inner.__name__
    names = {str: "text", int: "whole number", float: "number", bool: "true or false"}
    return many + names[inner]


def _first_paragraph(record: type) -> str:
    return " ".join(inspect.cleandoc(record.__doc__ or "").split("\n\n")[0].split()) + "\n"


PAGES: dict[str, Callable[[], str]] = {
    "cli.md": cli_page,
    "cohort-tables.md": tables_page,
    "evidence-records.md": records_page,
    "hazards.md": hazards_page,
    "instrument-protocol.md": protocol_page,
    "measurements.md": measurements_page,
    "questionnaires.md": questionnaires_page,
    "screening.md": screening_page,
    "session-states.md": states_page,
    "session-states.svg": states_picture,
    "settings.md": settings_page,
}


def stale_pages() -> list[str]:
    """The pages that differ from what the code says now."""
    return [name for name, page in PAGES.items() if not _is_current(REFERENCE / name, page())]


def _is_current(path: Path, text: str) -> bool:
    return path.is_file() and path.read_text(encoding="utf-8") == text


def main() -> None:
    """Write the pages, or check them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="only say which pages are out of date")
    if parser.parse_args().check:
        stale = stale_pages()
        sys.exit(f"Out of date: {', '.join(stale)}. Run 'make reference'." if stale else 0)
    REFERENCE.mkdir(exist_ok=True)
    for name, page in PAGES.items():
        (REFERENCE / name).write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main()
