"""Write the reference pages that come from the code; ``--check`` only says whether they are current."""

import argparse
import inspect
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import get_args, get_type_hints

from typer.models import OptionInfo

from spondyl.clinic.cli import app
from spondyl.clinic.cohort.tables import FILMS_SCHEMA, MEASUREMENTS_SCHEMA
from spondyl.clinic.exit_codes import ExitCode

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
    """The function behind every command, by the command's name."""
    found = [command.callback for command in app.registered_commands]
    return {function.__name__: function for function in found if function}


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
    return {bool: "", Path: "path", str: "text", int: "whole number", float: "number"}[one]


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

PAGES: dict[str, Callable[[], str]] = {"cli.md": cli_page, "cohort-tables.md": tables_page}


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
