"""Write the reference pages that come from the code; ``--check`` only says whether they are current."""

import argparse
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

import typer

from spondyl.clinic.cli import app
from spondyl.clinic.cohort.tables import FILMS_SCHEMA, MEASUREMENTS_SCHEMA
from spondyl.clinic.exit_codes import ExitCode

REFERENCE = Path(__file__).parent / "reference"
MADE = "<!-- Made by docs/generate.py from the code: do not edit. -->\n"


def cli_page() -> str:
    """Every command, argument, option and exit code."""
    program = typer.main.get_command(app)
    commands = program.commands  # a group: it has one command a function
    parts = [MADE, "# Command line\n", _text(program.help), _options(program)]
    for name, command in commands.items():
        parts += [f"## spondyl {name}\n", _text(command.help), _options(command)]
    rows = ([str(int(code)), code.meaning] for code in ExitCode)
    parts += ["## Exit codes\n", _table(["code", "meaning"], rows)]
    return "\n".join(parts)


def _text(text: str | None) -> str:
    """A docstring as Markdown: the blocks after a ``\\b`` line are code, the rest prose."""
    blocks = (text or "").replace("\b\n", "\b").split("\n\n")
    return "\n\n".join(_block(block) for block in blocks) + "\n"


def _block(block: str) -> str:
    if not block.startswith("\b"):
        return " ".join(line.strip() for line in block.splitlines())
    title, _, lines = block.removeprefix("\b").partition("\n")
    if lines.startswith("  "):
        return f"{title}\n\n```text\n" + "\n".join(line.strip() for line in lines.splitlines()) + "\n```"
    return " ".join(f"{title}\n{lines}".split())


def _options(command: "typer.main.click.Command") -> str:
    rows = [_option_row(parameter) for parameter in command.params]
    return _table(["option", "takes", "what it does"], rows)


def _option_row(parameter: "typer.main.click.Parameter") -> list[str]:
    is_option = parameter.param_type_name == "option"
    name = (
        ", ".join(f"`{name}`" for name in parameter.opts)
        if is_option
        else f"`{parameter.human_readable_name}`"
    )
    is_flag = is_option and parameter.is_flag
    takes = "" if is_flag else _takes(parameter)
    return [name, takes, parameter.help or ""]


def _takes(parameter: "typer.main.click.Parameter") -> str:
    choices = getattr(parameter.type, "choices", None)
    if choices:
        return " or ".join(f"`{getattr(choice, 'value', choice)}`" for choice in choices)
    kind = {
        "integer range": "whole number",
        "integer": "whole number",
        "float": "number",
        "float range": "number",
    }
    return kind.get(parameter.type.name, parameter.type.name)


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
