"""Claim: the reference names every command, option, exit code and table column, and is what the code says today."""

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest
import typer

from spondyl.clinic.cli import app
from spondyl.clinic.cohort.tables import FILMS_SCHEMA, MEASUREMENTS_SCHEMA
from spondyl.clinic.exit_codes import ExitCode

DOCS = Path(__file__).parents[2] / "docs"


@pytest.fixture(scope="module")
def generate() -> ModuleType:
    spec = importlib.util.spec_from_file_location("generate", DOCS / "generate.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_pages_are_current(generate: ModuleType) -> None:
    assert generate.stale_pages() == [], "run 'make reference'"


def test_every_option_and_exit_code_is_documented() -> None:
    page = (DOCS / "reference" / "cli.md").read_text()
    program = typer.main.get_command(app)
    for name, command in program.commands.items():
        assert f"## spondyl {name}\n" in page
        assert "Examples:" in page.split(f"## spondyl {name}\n")[1].split("\n## ")[0]
        for parameter in command.params:
            assert parameter.help, f"{name} {parameter.name} has no help"
            for option in parameter.opts if parameter.param_type_name == "option" else ():
                assert f"`{option}`" in page.split(f"## spondyl {name}\n")[1].split("\n## ")[0]
    for code in ExitCode:
        assert f"| {int(code)} | {code.meaning} |" in page


def test_every_column_is_documented() -> None:
    page = (DOCS / "reference" / "cohort-tables.md").read_text()
    for field in (*FILMS_SCHEMA, *MEASUREMENTS_SCHEMA):
        assert f"| `{field.name}` |" in page
