"""Do the documents speak of what is there?

That the generated reference is current is tested with the command line (tests/pkgops/cli).
"""

from __future__ import annotations

import configparser
import re
from dataclasses import fields

import pytest

from pkgops.cli.main import COMMANDS
from tests.architecture.tree import ROOT, files
from tests.repository import SYSTEMS, load_system

SETTINGS = "docs/reference/settings.md"
PAGES = tuple(name for name in files() if name.endswith(".md") and (name.startswith("docs/") or "/" not in name))

_LINK = re.compile(r"(?<!!)\[[^\]\n]*\]\(([^)\s]+)(?:\s+\"[^\"]*\")?\)")
_CODE = re.compile(r"```.*?```|`[^`\n]*`", re.DOTALL)
_HEADING = re.compile(r"^#+\s+(.*?)\s*#*$", re.MULTILINE)
_SAID = re.compile(r"(?:^|[\s`(])(pkgops|make) +([a-z][a-z-]*)\b")
_QUOTED = re.compile(r"```(\w*)\n(.*?)```|`([^`\n]*)`", re.DOTALL)
_SHELLS = {"", "sh", "bash", "shell", "console"}
_TARGET = re.compile(r"^([a-z][a-z0-9-]*):(?!=)", re.MULTILINE)


def read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def anchors(name: str) -> set[str]:
    """The fragments a page's headings can be reached by, as the usual renderers make them."""
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in _HEADING.findall(read(name))}


def broken(page: str) -> list[str]:
    """The page's relative links that lead nowhere."""
    lost = []
    for link in _LINK.findall(_CODE.sub("", read(page))):
        if "://" in link or link.startswith("mailto:"):
            continue
        path, _, fragment = link.partition("#")
        target = (ROOT / page).parent / path if path else ROOT / page
        if not target.exists():
            lost.append(link)
        elif fragment and target.suffix == ".md":
            lost += [] if fragment in anchors(str(target.resolve().relative_to(ROOT))) else [link]
    return lost


def quoted(page: str) -> list[tuple[str, str]]:
    """(program, verb) of every ``pkgops x`` and ``make x`` in the page's code."""
    found = _QUOTED.findall(read(page))
    code = "\n".join(block or inline for language, block, inline in found if language in _SHELLS)
    return _SAID.findall(code)


@pytest.mark.parametrize("page", PAGES)
def test_relative_links_lead_somewhere(page):
    assert not broken(page)


@pytest.mark.parametrize("page", PAGES)
def test_commands_in_pages_exist(page):
    known = {"pkgops": set(COMMANDS), "make": set(_TARGET.findall(read("Makefile")))}
    assert not [f"{program} {verb}" for program, verb in quoted(page) if verb not in known[program]]


def test_the_readme_shows_how_to_begin():
    assert {("make", "up"), ("pkgops", "deploy")} & set(quoted("README.md"))


@pytest.mark.parametrize("key", SYSTEMS)
def test_every_setting_is_documented(key):
    text = read(SETTINGS)
    names = [field.name for field in fields(load_system(key).settings)]
    assert not [name for name in names if f"`{name}`" not in text or f"`{name.upper()}`" not in text]


@pytest.mark.parametrize("key", SYSTEMS)
def test_every_system_has_a_page(key):
    assert (ROOT / f"docs/systems/{key}.md").is_file()


def test_every_room_has_a_row():
    rows = set(re.findall(r"^\| `pkgops/(\w+)/` \|", read("docs/architecture.md"), re.MULTILINE))
    rooms = {path.parent.name for path in (ROOT / "pkgops").glob("*/__init__.py")}
    assert rows == rooms


def test_records_are_numbered_one_after_the_other():
    """The file's number, which links carry, is the one in its heading."""
    records = sorted(page for page in PAGES if page.startswith("docs/adr/"))
    assert [read(page).partition(".")[0] for page in records] == [f"# {number + 1}" for number in range(len(records))]
    assert [int(page.removeprefix("docs/adr/")[:4]) for page in records] == [*range(1, len(records) + 1)]


def test_the_changelog_knows_this_version():
    setup = configparser.ConfigParser()
    setup.read(ROOT / "setup.cfg")
    changes = read("CHANGELOG.md")
    version = setup["metadata"]["version"]
    assert re.search(rf"^## \[(?:Unreleased|{re.escape(version)})\]", changes, re.MULTILINE)
    assert re.search(r"^- \S", changes, re.MULTILINE)
