"""Which files of a source tree count? Packages are made of these, and fingerprints cover these: nothing else is read.

What editors and tools leave behind does not count, nor does what cannot be in a package: links that lead nowhere or
back to a directory around them, sockets and the like, and names that are not UTF-8.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterator, Sequence
from functools import cached_property
from pathlib import Path

from pkgops.errors import BuildError

_DIRECTORY, _FILE = "directory", "file"
_LEFTOVERS = ("~", ".orig", ".bak", ".rej", ".swp", ".swo", ".pyc")


def walk(directory: str, passed_over: list[tuple[str, str]] | None = None) -> Iterator[str]:
    """The paths of the files below a directory that count, in no order. ``passed_over`` gets (path, reason) for
    what looks like a source and is none. None for a missing directory: a project of web pages has no handlers."""
    if not os.path.isdir(directory):  # noqa: PTH112 - walks are counted in microseconds
        return iter(())
    return _walk(directory, (os.path.realpath(directory),), [] if passed_over is None else passed_over)


def fingerprint(place: Path) -> str:
    """The sha256 of the names and contents of all files below a directory that count, or of one file."""
    whole, root = hashlib.sha256(), str(place)
    for path in [root] if place.is_file() else sorted(walk(root)):
        with open(path, "rb") as file:  # noqa: PTH123 - hundreds of files, and Path.open costs as much as reading
            whole.update(f"{path[len(root) :]}\0".encode())  # os.path.relpath takes 1.6 ms for all of them
            whole.update(hashlib.sha256(file.read()).digest())
    return whole.hexdigest()


class SourceTree:
    """The files below the directory ``top`` of a project that count; paths are relative to its ``root``.

    What a file holds is read once: it cannot differ between its digest and what is packaged."""

    def __init__(self, root: Path, top: str) -> None:
        self.root = root
        self.top = top
        self.passed_over: list[tuple[str, str]] = []
        start = len(str(root / top)) - len(top)
        self._digests: dict[str, str] = {}
        self.files = frozenset(path[start:] for path in walk(str(root / top), self.passed_over))
        self.passed_over = sorted((path[start:], why) for path, why in self.passed_over)

    @cached_property
    def folders(self) -> frozenset[str]:
        """The directories that hold files, at any depth."""
        return frozenset(
            parent.as_posix() for folder in self._by_folder for parent in (Path(folder), *Path(folder).parents)
        )

    def read(self, path: str) -> bytes:
        """The content of a file. BuildError if it cannot be read, or has changed since its digest was taken."""
        try:
            content = (self.root / path).read_bytes()
        except OSError as error:
            raise BuildError(f"{path} cannot be read: {error.strerror}.", "Correct its permissions.") from error
        digest = hashlib.sha256(content).hexdigest()
        if self._digests.setdefault(path, digest) != digest:
            raise BuildError(f"{path} has changed while it was being packaged.", "Repeat the command.")
        return content

    def digest(self, path: str) -> str:
        """The sha256 of a file."""
        if path not in self._digests:
            self.read(path)
        return self._digests[path]

    def beside(self, path: str) -> list[str]:
        """The data files of a module ``x.py``: those called ``x.*`` in its directory."""
        folder, _, name = path.rpartition("/")
        start = f"{name.removesuffix('.py')}."
        found = [one for one in self._by_folder.get(folder, ()) if one.startswith(start) and not one.endswith(".py")]
        return [f"{folder}/{one}" for one in sorted(found)]

    def matching(self, pattern: str) -> list[str]:
        """The files that a pattern names: ``*`` and ``?`` match within a name, ``**`` any directories; a directory
        stands for all files below it."""
        wanted = re.compile(_translated(pattern.rstrip("/")) + "(?:/.*)?")
        return sorted(path for path in self.files if wanted.fullmatch(path))

    @cached_property
    def _by_folder(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for path in self.files:
            folder, _, name = path.rpartition("/")
            found.setdefault(folder, []).append(name)
        return found


def _walk(directory: str, above: Sequence[str], passed_over: list[tuple[str, str]]) -> Iterator[str]:
    """``above`` are the real paths of the directory and those around it."""
    for entry in _entries(directory):
        if not _counts(entry.name):
            continue
        kind = _kind(entry)
        if not _is_utf8(entry.name):
            passed_over.append((entry.path, "its name is not UTF-8"))
        elif kind == _DIRECTORY:
            real = os.path.realpath(entry.path) if entry.is_symlink() else f"{above[-1]}/{entry.name}"
            if real in above:
                passed_over.append((entry.path, "it is a link to a directory around it"))
            else:
                yield from _walk(entry.path, (*above, real), passed_over)
        elif kind == _FILE:
            yield entry.path
        else:
            why = "it is a link that leads nowhere" if entry.is_symlink() else "it is no regular file"
            passed_over.append((entry.path, why))


def _entries(directory: str) -> list[os.DirEntry[str]]:
    """None if the directory has gone since it was found: a checkout removes them while others look."""
    try:
        with os.scandir(directory) as entries:
            return list(entries)
    except (FileNotFoundError, NotADirectoryError):
        return []
    except OSError as error:
        raise BuildError(f"{directory} cannot be read: {error.strerror}.", "Correct its permissions.") from error


def _kind(entry: os.DirEntry[str]) -> str:
    """ "" if it is neither, a link that leads to itself among them."""
    try:
        return _DIRECTORY if entry.is_dir() else _FILE if entry.is_file() else ""
    except OSError:
        return ""


def _counts(name: str) -> bool:
    hidden = name.startswith(".") or name == "__pycache__"
    return not (hidden or name.endswith(_LEFTOVERS) or (name.startswith("#") and name.endswith("#")))


def _is_utf8(name: str) -> bool:
    if name.isascii():
        return True
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True


def _translated(pattern: str) -> str:
    """A pattern as a regular expression."""
    parts = re.split(r"(\*\*/|\*\*|\*|\?)", pattern)
    meaning = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}
    return "".join(meaning.get(part, re.escape(part)) for part in parts)
