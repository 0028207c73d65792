"""Claims: every command line in the documents exists, every relative link leads somewhere, nothing names a machine."""

import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from spondyl.clinic.cli import app

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]


def names(pages: list[Path]) -> list[str]:
    return [str(page.relative_to(ROOT)) for page in pages]


@pytest.fixture(scope="module")
def options() -> dict[str, set[str]]:
    """The long options of every command, as its own help shows them; "evidence pool" for a command of a group."""

    def shown(*command: str) -> str:
        asked = CliRunner().invoke(app, [*command, "--help"])
        assert asked.exit_code == 0, asked.output
        return asked.stdout

    def commands_in(text: str) -> list[str]:
        return re.findall(r"^  ([a-z-]+)(?:  |$)", text.partition("Commands:")[2], flags=re.MULTILINE)

    found: dict[str, set[str]] = {}
    for name in commands_in(shown()):
        inner = [f"{name} {one}" for one in commands_in(shown(name))]
        for command in inner or [name]:
            found[command] = set(re.findall(r"--[a-z0-9-]+", shown(*command.split())))
    return found


@pytest.mark.parametrize("page", PAGES, ids=names(PAGES))
def test_every_command_line_exists(page: Path, options: dict[str, set[str]]) -> None:
    text = page.read_text().replace("\\\n", " ")
    for line in re.findall(r"^\$ (spondyl .*)$", text, flags=re.MULTILINE):
        words = line.split("#")[0].split()
        command = " ".join(words[1:3]) if " ".join(words[1:3]) in options else words[1]
        assert command in options, line
        assert {word for word in words if word.startswith("--")} <= options[command], line


@pytest.mark.parametrize("page", PAGES, ids=names(PAGES))
def test_every_relative_link_leads_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", page.read_text()):
        if "://" not in target and not target.startswith("mailto:"):
            assert (page.parent / target).exists(), f"{page.name} links to {target}"


@pytest.mark.parametrize("page", PAGES, ids=names(PAGES))
def test_it_says_research_software_at_most_once(page: Path) -> None:
    if page.parent.name != "reference":
        assert page.read_text().lower().count("not a medical device") <= 1


def test_the_lock_file_names_no_host() -> None:
    text = (ROOT / "requirements.lock").read_text()
    assert not re.search(r"https?:|index-url|find-links|file:", text)
    assert all("--hash=sha256:" in line or "==" in line for line in text.splitlines() if line.strip())


def test_the_lock_file_holds_every_dependency() -> None:
    import tomllib

    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extras = project["optional-dependencies"]
    wanted = [*project["dependencies"], *extras["dev"], *extras["dask"], *extras["docs"]]
    locked = set(
        re.findall(r"^([a-z0-9.-]+)==", (ROOT / "requirements.lock").read_text(), flags=re.MULTILINE)
    )
    for requirement in wanted:
        name = re.match(r"[A-Za-z0-9._-]+", requirement)
        assert name is not None
        assert re.sub(r"[._]", "-", name.group().lower()) in locked, requirement
    assert "torch" not in locked, "torch belongs to the training extra only"


def test_every_page_is_in_the_sites_menu() -> None:
    menu = (ROOT / "mkdocs.yml").read_text()
    pages = [str(page.relative_to(ROOT / "docs")) for page in (ROOT / "docs").rglob("*.md")]
    assert [page for page in pages if page not in menu] == []
