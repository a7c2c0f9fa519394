"""A scratch copy of the repository, in which a recipe of docs/architecture.md is carried out."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from tests.architecture.tree import files
from tests.canary import listen
from tests.repository import ROOT

_ROW = re.compile(r"^\| (?P<what>[^|`]+?) \| (?P<touch>[^|]+) \| (?P<places>\d+) \|$", re.MULTILINE)
_PLACE = re.compile(r"`([^`]*/[^`]*)`")
_SAME = "the same, and "  # as in the row before, and more


@dataclass(frozen=True)
class Recipe:
    """A row of the table: the places it names, and how many it says they are."""

    places: tuple[str, ...]
    count: int


@cache
def recipes() -> dict[str, Recipe]:
    """The rows of the table "Where things go", by what they add."""
    found: dict[str, Recipe] = {}
    before: tuple[str, ...] = ()
    for row in _ROW.finditer((ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")):
        named = tuple(_PLACE.findall(row["touch"]))
        before = before + named if row["touch"].startswith(_SAME) else named
        found[row["what"]] = Recipe(before, int(row["places"]))
    return found


def pattern(place: str) -> re.Pattern[str]:
    """A place as a pattern of paths: <word> is any name, ... any folders, and a folder stands for what is in it."""
    text = re.escape(place).replace(r"\.\.\./", "(?:.+/)?")
    text = re.sub("<[a-z]+>", r"[\\w-]+", text)
    return re.compile(text + (".+" if place.endswith("/") else ""))


@dataclass
class Scratch:
    """The copy at ``root``; what a recipe adds and edits there is remembered as touched."""

    root: Path
    touched: set[str] = field(default_factory=set)

    def add(self, path: str, text: str) -> None:
        """A new file."""
        file = self.root / path
        assert not file.exists(), f"{path} is there already"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
        self.touched.add(path)

    def edit(self, path: str, old: str, new: str) -> None:
        """Replaces a text that stands in the file once."""
        text = (self.root / path).read_text(encoding="utf-8")
        assert text.count(old) == 1, f"{path} has {old!r} {text.count(old)} times"
        (self.root / path).write_text(text.replace(old, new), encoding="utf-8")
        self.touched.add(path)

    def run(self, *arguments: str) -> str:
        """What a fresh interpreter prints that sees the copy in place of the repository; it must succeed."""
        environment = {key: value for key, value in os.environ.items() if not key.startswith(("PKGOPS_", "AWS_"))}
        done = subprocess.run(
            [sys.executable, *arguments],
            cwd=self.root,
            env=environment | {"PYTHONPATH": str(self.root)},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        listen(arguments, done.stdout, done.stderr)
        assert done.returncode == 0, f"{arguments}\n{done.stdout}\n{done.stderr}"
        return done.stdout

    def pkgops(self, *arguments: str) -> str:
        """What a command prints in the copy."""
        return self.run("-m", "pkgops.cli", *arguments)

    def tests(self, *arguments: str) -> None:
        """Runs tests of the copy; they must pass."""
        subprocess.run(["git", "init", "-q", str(self.root)], check=True, capture_output=True)
        self.run("-m", "pytest", "-q", "-p", "no:cacheprovider", *arguments)

    def follows(self, what: str) -> None:
        """The recipe's row names exactly the places that were touched, and their right number."""
        recipe = recipes()[what]
        hit = {place: {path for path in self.touched if pattern(place).fullmatch(path)} for place in recipe.places}
        assert self.touched - set().union(*hit.values()) == set(), f"not in the row of {what}"
        assert [place for place, paths in hit.items() if not paths] == [], f"not needed for {what}"
        assert len(recipe.places) == recipe.count, what


def copy(target: Path) -> Scratch:
    """The files of the repository without the goldens, which no recipe reads."""
    for name in files():
        if not name.startswith("tests/golden/"):
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / name, target / name)
    return Scratch(target)
