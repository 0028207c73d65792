"""Files that patients' answers and scores come in: opened here, understood in the assessment package."""

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from spondyl.assessment.table_text import TableTextError

Read = TypeVar("Read")


def read_text_file(path: Path) -> str:
    """A UTF-8 file as text; raises TableTextError when it cannot be had."""
    try:
        return path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        what, do = "there is no such file.", "Check the path."
    except UnicodeDecodeError:
        what, do = "it is not UTF-8 text.", "Export it again as UTF-8."
    except OSError as error:
        what, do = f"it cannot be read ({error.strerror}).", "Check its rights."
    raise TableTextError(where=path.name, what=what, why="Nothing of it was used.", do=do)


def read_json_or_csv(
    path: Path, *, from_json: Callable[[str], Read], from_csv: Callable[[str], Read]
) -> Read:
    """What a file holds: JSON when it begins with a brace or bracket, else CSV; raises TableTextError."""
    text = read_text_file(path)
    return from_json(text) if text.lstrip().startswith(("{", "[")) else from_csv(text)
