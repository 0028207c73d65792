"""Claim: the reference names every command, option, exit code, column and kind, and is what the code says today."""

import importlib.util
import re
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from drawn_spines import film as drawn
from spondyl.anatomy import AP_LEVELS
from spondyl.assessment import segmental
from spondyl.assessment.coronal import coronal_quantities
from spondyl.assessment.quantity import FilmContext
from spondyl.assessment.sagittal import PARAMETERS
from spondyl.clinic.cohort.tables import FILMS_SCHEMA, MEASUREMENTS_SCHEMA
from spondyl.clinic.exit_codes import ExitCode
from warm_program import spondyl

FILM_COMMANDS = ("measure", "compare", "landmarks", "phantom", "doctor", "score", "screen")
CLINIC_COMMANDS = (
    "serve",
    "backup",
    "restore",
    "recover-access",
    "verify-audit",
    "export",
    "verify-export",
)
COMMANDS = (*FILM_COMMANDS, *CLINIC_COMMANDS)
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
    for name in COMMANDS:
        section = page.split(f"## spondyl {name}\n")[1].split("\n## ")[0]
        assert "Examples:" in section
        shown = spondyl(name, "--help").stdout
        options = set(re.findall(r"^  (?:-h, )?(--[a-z-]+)", shown, flags=re.MULTILINE)) - {"--help"}
        for option in options:
            assert re.search(rf"\| `{option}` \|[^|]*\| [^|]+ \|", section), (
                f"{name} {option} is not documented"
            )
        assert "option" in section or not options
    for code in ExitCode:
        assert f"| {int(code)} | {code.meaning} |" in page


def test_the_program_has_these_commands_and_no_other() -> None:
    shown = spondyl("--help").stdout
    listed = re.findall(r"^  ([a-z-]+)  ", shown.split("Commands:")[1], flags=re.MULTILINE)
    assert tuple(listed) == (*COMMANDS, "evidence", "adjust")


def test_every_column_is_documented() -> None:
    page = (DOCS / "reference" / "cohort-tables.md").read_text()
    for field in (*FILMS_SCHEMA, *MEASUREMENTS_SCHEMA):
        assert f"| `{field.name}` |" in page


def test_every_measurement_is_documented() -> None:
    """Source: the tables of parameters and families themselves, and a coronal film other than the page is made from."""
    page = (DOCS / "reference" / "measurements.md").read_text()
    listed = set(re.findall(r"^\| `(\w+)` \|", page, flags=re.MULTILINE))
    film = drawn(np.linspace(-20, 20, len(AP_LEVELS)))
    coronal = {
        item.kind for item in coronal_quantities(film, FilmContext(rows=900, columns=300, spacing_mm=(1, 1)))
    }
    single = coronal | {parameter.kind for parameter in PARAMETERS}
    for kind in single:
        assert re.sub(r"_[CTLS]\d+", "_LEVEL", kind) in listed, kind
    for stem in (one.stem for one in vars(segmental).values() if isinstance(one, segmental.Family)):
        assert any(kind.removeprefix(stem) in ("_LEVEL", "_LEVEL_LEVEL") for kind in listed), stem
