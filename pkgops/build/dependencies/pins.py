"""Which distributions may handlers import, and in which version? ``requirements.in`` names them, ``requirements.txt``
has the versions and hashes of them and of all they need."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from pkgops.errors import BuildError
from pkgops.text_file import read_text

if TYPE_CHECKING:
    from packaging.requirements import Requirement

REQUIREMENTS = "handlers/requirements.in"
PINS = "handlers/requirements.txt"
_IMPORTED_AS = re.compile(r"#\s*imports:\s*([\w, ]+)")
_COMMENT = re.compile(r"(^|\s)#.*$")
_FILE = re.compile(r"(?:-r|--requirement)[ =]*(\S+)")
_HASH = re.compile(r"\s--hash=\S+")


@dataclass(frozen=True, slots=True)
class Line:
    """A requirement in a file: where it stands ("handlers/requirements.in:3"), its text with hashes, what it says, and
    the import names that its comment gives it."""

    place: str
    text: str
    requirement: Requirement
    hashed: bool
    imports: tuple[str, ...]

    @property
    def name(self) -> str:
        """The normalized name of the distribution."""
        return normalized(self.requirement.name)

    @property
    def key(self) -> str:
        """The name with the extras that are asked for ("pyjwt[crypto]")."""
        extras = ",".join(sorted(self.requirement.extras))
        return f"{self.name}[{extras}]" if extras else self.name

    def applies(self, markers: Mapping[str, str]) -> bool:
        """Whether it is meant for a target with those markers."""
        marker = self.requirement.marker
        return marker is None or marker.evaluate({**markers})


class Pins:
    """The requirements of the project at ``root``."""

    def __init__(self, root: Path) -> None:
        self.root = root

    @cached_property
    def declared(self) -> tuple[Line, ...]:
        """The lines of ``requirements.in``."""
        return tuple(_lines(self.root, REQUIREMENTS))

    @cached_property
    def pinned(self) -> tuple[Line, ...]:
        """The lines of ``requirements.txt``."""
        return tuple(_lines(self.root, PINS))

    @cached_property
    def text(self) -> str:
        """The text of ``requirements.txt``, "" if there is none."""
        path = self.root / PINS
        return read_text(path, PINS, BuildError) if path.is_file() else ""

    @cached_property
    def command(self) -> str:
        """What resolves the pins again in this project."""
        makefile = self.root / "Makefile"
        if makefile.is_file() and re.search(r"(?m)^pins\s*:", makefile.read_text(encoding="utf-8", errors="replace")):
            return "make pins"
        return f"uv pip compile {REQUIREMENTS} -o {PINS} --generate-hashes --universal"

    def pin(self, name: str, markers: Mapping[str, str]) -> Line | None:
        """The pin of a distribution for a target; None if it has none there."""
        return next((one for one in self.pinned if one.name == name and one.applies(markers)), None)

    def require_in_force(self) -> None:
        """BuildError unless every requirement has its line in ``requirements.txt``, which allows that version, and
        every line there has a version and hashes."""
        for line in self.declared:
            self._require_pinned(line)
        for line in self.pinned:
            if not line.requirement.url and not _is_exact(line.requirement):
                raise BuildError(f"{line.place}: {line.name} has no exact version.", f"Run: {self.command}")
            if not line.hashed:
                raise BuildError(f"{line.place}: {line.name} has no hash.", f"Run: {self.command}")

    def _require_pinned(self, line: Line) -> None:
        wanted = line.requirement
        pins = [one for one in self.pinned if one.name == line.name]
        if not pins:
            raise BuildError(f"{line.place}: {line.name} is not in {PINS}.", f"Run: {self.command}")
        for pin in pins:
            exact = next((one.version for one in pin.requirement.specifier), "")
            if not wanted.url and exact and not wanted.specifier.contains(exact, prereleases=True):
                raise BuildError(
                    f"{line.place} asks for {line.name} {wanted.specifier}, and {pin.place} pins {exact}.",
                    f"Run: {self.command}",
                )


def normalized(name: str) -> str:
    """The name of a distribution as indexes compare it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def _is_exact(requirement: Requirement) -> bool:
    specifiers = list(requirement.specifier)
    return len(specifiers) == 1 and specifiers[0].operator in ("==", "===") and "*" not in specifiers[0].version


def _lines(root: Path, name: str, within: tuple[str, ...] = ()) -> Iterator[Line]:
    """The requirements of a file and of those it includes with ``-r``."""
    path = root / name
    if not path.is_file() or name in within:
        if within and name not in within:
            raise BuildError(f"{within[-1]} includes {name}, which does not exist.", "Correct the line.")
        return
    for number, text in _joined(path, name):
        place, bare = f"{name}:{number}", _COMMENT.sub("", text).strip()
        included = _FILE.fullmatch(bare)
        if included:
            yield from _lines(root, (Path(name).parent / included[1]).as_posix(), (*within, name))
        elif bare and not bare.startswith("-"):
            yield _line(place, text, bare)
        elif bare.startswith(("-e", "--editable")):
            raise BuildError(f"{place}: an editable requirement cannot be packaged.", "Name a released version.")


def _line(place: str, text: str, bare: str) -> Line:
    from packaging.requirements import InvalidRequirement, Requirement

    stated = _IMPORTED_AS.search(text)
    imports = tuple(name.strip() for name in stated[1].split(",") if name.strip()) if stated else ()
    try:
        requirement = Requirement(_HASH.sub("", bare).strip())
    except InvalidRequirement as error:
        reason = str(error).partition("\n")[0]
        raise BuildError(f"{place}: {reason}.", "Write a requirement as name==version.") from None
    hashed = "--hash=" in bare or "#sha256=" in bare
    return Line(place, bare, requirement, hashed, imports)


def _joined(path: Path, name: str) -> Iterator[tuple[int, str]]:
    """The logical lines of a file with their numbers: a line that ends with a backslash goes on in the next."""
    start, collected = 1, ""
    for number, line in enumerate(read_text(path, name, BuildError).splitlines(), 1):
        start = start if collected else number
        if line.endswith("\\"):
            collected += line[:-1] + " "
            continue
        yield start, collected + line
        collected = ""
    if collected:
        yield start, collected
