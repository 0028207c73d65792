"""Landmarks as CSV: one point a row, as a spreadsheet or a drawing program exports them."""

import csv
import difflib
import io
import math
import re
from collections.abc import Iterator

import numpy as np

from spondyl.anatomy.landmark_draft import (
    CORNERS,
    FORMAT_PAGE,
    Draft,
    DraftVertebra,
    LandmarkTextError,
    checked_landmarks,
    parse_level,
    parse_number,
    parse_side,
    parse_view,
)
from spondyl.anatomy.landmarks import FloatArray, ImageSide, Landmarks, View
from spondyl.anatomy.levels import Level

COLUMNS = ("level", "point", "x_px", "y_px", "sd_px", "confidence", "radius_px")
REQUIRED = COLUMNS[:4]
PEDICLES = ("PL", "PR")
HEAD = "FEMORAL_HEAD"
MAX_CHARACTERS = 1_000_000
STATED = {
    "view": tuple(view.value.lower() for view in View),
    "image_left": tuple(side.value for side in ImageSide),
}
"""What comment lines may state, and the values of each."""

Row = tuple[str, dict[str, str]]


def landmarks_to_csv(landmarks: Landmarks) -> str:
    """Return the landmarks as CSV text; ``landmarks_from_csv`` gives the same points back."""
    out = io.StringIO()
    out.write(f"# view: {landmarks.view.value}\n# image_left: {landmarks.image_left.value}\n")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows(_rows_of(landmarks))
    for number, (x, y, radius) in enumerate(landmarks.femoral_heads_px.tolist(), start=1):
        writer.writerow([HEAD, number, repr(x), repr(y), "", "", _cell(radius)])
    return out.getvalue()


def _rows_of(landmarks: Landmarks) -> Iterator[list[str]]:
    for row, level in enumerate(landmarks.levels):
        confidence = _cell(float(landmarks.confidence[row]))
        for number, name in enumerate(CORNERS):
            x, y = landmarks.corners_px[row, number].tolist()
            if not math.isnan(x + y):
                yield [
                    level.value,
                    name,
                    repr(x),
                    repr(y),
                    _cell(landmarks.corner_sd_px[row, number]),
                    confidence,
                    "",
                ]
        for name, (x, y) in zip(PEDICLES, landmarks.pedicles_px[row].tolist(), strict=True):
            if not math.isnan(x + y):
                yield [level.value, name, repr(x), repr(y), "", confidence, ""]


def _cell(value: float) -> str:
    return "" if math.isnan(value) else repr(float(value))


def landmarks_from_csv(text: str) -> Landmarks:
    """Read landmarks from CSV text (docs/reference/landmark-files.md); raises LandmarkTextError.

    >>> rows = ["# view: AP", "level,point,x_px,y_px", "T1,TL,10,10", "T1,TR,60,10", "T1,BL,10,40", "T1,BR,60,40"]
    >>> landmarks_from_csv(chr(10).join(rows)).corners_px[0, 3].tolist()
    [60.0, 40.0]
    """
    if len(text) > MAX_CHARACTERS:
        raise _wrong(
            "the file", f"it has {len(text)} characters.", "Landmarks of one film need a few thousand."
        )
    stated, rows = _read(text)
    heads = [_head(where, cells) for where, cells in rows if _name(cells) == HEAD]
    draft = Draft(
        view=parse_view(stated.get("view"), 'the line "# view: …"'),
        image_left=parse_side(stated.get("image_left"), 'the line "# image_left: …"'),
        vertebrae=tuple(_vertebrae([row for row in rows if _name(row[1]) != HEAD])),
        femoral_heads_px=np.array(heads).reshape(-1, 3),
    )
    return checked_landmarks(draft, text, method="landmarks from a CSV file")


def _read(text: str) -> tuple[dict[str, str], list[Row]]:
    """Split a file into what its comment lines state and its rows, each with its line number."""
    stated: dict[str, str] = {}
    lines: list[tuple[int, str]] = []
    for number, raw in enumerate(text.lstrip("\ufeff").splitlines(), start=1):
        line = raw.strip().strip(",;").strip() if raw.lstrip(' "').startswith("#") else raw.strip()
        if line.lstrip('"').startswith("#"):
            _state(stated, line.strip('"').lstrip("# "), f"line {number}")
        elif line.strip(",; "):
            lines.append((number, line))
    return stated, _rows(lines)


def _state(stated: dict[str, str], comment: str, where: str) -> None:
    """Keep what a comment line states; one that means to state the view or the side, but does not, is refused."""
    name, colon, value = comment.partition(":")
    key = name.strip().lower()
    if key in STATED and key in stated:
        raise _wrong(where, f'"# {key}: …" is given twice.', "A film has one.")
    meant = difflib.get_close_matches(key, STATED, n=1, cutoff=0.85) if colon else _without_colon(key)
    if key not in STATED and meant:
        raise _wrong(
            where, f'"# {comment[:40]}" states nothing.', f'It looks like "# {meant[0]}: …" misspelt.'
        )
    stated[key] = value.strip()


def _without_colon(comment: str) -> list[str]:
    """The key of a comment such as "view = AP", which lacks its colon; prose has none."""
    words = re.sub(r"[\W_]+", "_", comment)
    return [key for key, values in STATED.items() if words in {f"{key}_{value}" for value in values}]


def _rows(lines: list[tuple[int, str]]) -> list[Row]:
    if not lines:
        raise _wrong(
            "the file", "it holds no rows.", f"The first row names the columns: {','.join(REQUIRED)}."
        )
    separator = ";" if ";" in lines[0][1] else ","
    names = [name.strip().lower() for name in _cells(lines[0], separator)]
    missing = [name for name in REQUIRED if name not in names]
    if missing:
        raise _wrong(f"line {lines[0][0]}", f"the columns {missing} are missing.", "Every point needs them.")
    twice = sorted({name for name in names if name and names.count(name) > 1})
    if twice:
        raise _wrong(f"line {lines[0][0]}", f"the columns {twice} are given twice.", "A point has one place.")
    unknown = [name for name in names if name and name not in COLUMNS]
    if unknown:
        raise _wrong(
            f"line {lines[0][0]}", f"the columns {unknown} are not known.", f"Known are {list(COLUMNS)}."
        )
    return [_row(line, names, separator) for line in lines[1:]]


def _row(line: tuple[int, str], names: list[str], separator: str) -> Row:
    cells = _cells(line, separator)
    if len(cells) > len(names) and any(cells[len(names) :]):
        raise _wrong(
            f"line {line[0]}", f"it has {len(cells)} cells.", f"The first row names {len(names)} columns."
        )
    decimal = [cell.replace(",", ".") if separator == ";" else cell for cell in cells]
    return f"line {line[0]}", dict(zip(names, decimal, strict=False))


def _cells(line: tuple[int, str], separator: str) -> list[str]:
    try:
        return [cell.strip() for cell in next(csv.reader([line[1]], delimiter=separator))]
    except csv.Error as error:
        raise _wrong(
            f"line {line[0]}", f"it cannot be split into cells ({error}).", "CSV is expected."
        ) from None


def _name(cells: dict[str, str]) -> str:
    return cells.get("level", "").upper()


def _vertebrae(rows: list[Row]) -> Iterator[DraftVertebra]:
    by_level: dict[Level, list[Row]] = {}
    for where, cells in rows:
        by_level.setdefault(parse_level(cells.get("level", ""), where), []).append((where, cells))
    for level, own in by_level.items():
        yield _vertebra(level, own)


def _vertebra(level: Level, rows: list[Row]) -> DraftVertebra:
    points, sd_px = np.full((6, 2), np.nan), np.full(6, np.nan)
    for where, cells in rows:
        number = _point_number(cells.get("point", ""), where)
        if not np.isnan(points[number]).any():
            raise _wrong(where, f"{level.value} {cells['point']} is given twice.", "A point has one place.")
        points[number] = _number(cells, "x_px", where), _number(cells, "y_px", where)
        sd_px[number] = _optional(cells, "sd_px", where)
    return DraftVertebra(
        where=rows[0][0],
        level=level,
        corners_px=points[:4],
        confidence=_one_confidence(level, rows),
        corner_sd_px=sd_px[:4],
        pedicles_px=points[4:],
    )


def _point_number(name: str, where: str) -> int:
    names = CORNERS + PEDICLES
    if name.upper() not in names:
        raise _wrong(where, f"there is no point named {name!r}.", f"A vertebra has {', '.join(names)}.")
    return names.index(name.upper())


def _one_confidence(level: Level, rows: list[Row]) -> float:
    stated = {_optional(cells, "confidence", where) for where, cells in rows if cells.get("confidence")}
    if len(stated) > 1:
        raise _wrong(rows[0][0], f"{level.value} has {len(stated)} confidences.", "It is one per vertebra.")
    return stated.pop() if stated else 1.0


def _head(where: str, cells: dict[str, str]) -> FloatArray:
    x_px, y_px = _number(cells, "x_px", where), _number(cells, "y_px", where)
    return np.array([x_px, y_px, _optional(cells, "radius_px", where)])


def _optional(cells: dict[str, str], column: str, where: str) -> float:
    return _number(cells, column, where) if cells.get(column) else math.nan


def _number(cells: dict[str, str], column: str, where: str) -> float:
    cell = cells.get(column, "")
    try:
        return parse_number(float(cell), f"{where}, {column}")
    except LandmarkTextError:
        raise
    except ValueError:
        raise _wrong(
            f"{where}, {column}", f"{cell[:40]!r} is no number.", "Coordinates are in pixels."
        ) from None


def _wrong(where: str, what: str, why: str) -> LandmarkTextError:
    return LandmarkTextError(where=where, what=what, why=why, do=f"See {FORMAT_PAGE}.")
