"""Which files of a directory belong to a site?"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from pkgops.errors import UsageError

_HIDDEN_BUT_SERVED = {".well-known"}
_LEFT_BY_DESKTOPS = {"thumbs.db", "desktop.ini"}
_EDITORS_SUFFIXES = ("~", ".swp", ".swo", ".bak")
_SOURCES = ("package.json", "node_modules")
# They are in no address that anybody writes, and S3 can neither list nor delete some of them in XML.
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\ufffe\uffff]")
_LONGEST_KEY = 1024  # bytes, S3's own limit


@dataclass(slots=True)
class Found:
    """A directory's files by their path in it, with slashes, and the paths ``passed_over``."""

    files: dict[str, Path] = field(default_factory=dict)
    passed_over: list[str] = field(default_factory=list)


def find_files(directory: Path, index: str) -> Found:
    """The files below ``directory``, which must have the page ``index``. Hidden and editors' files are passed over.

    UsageError for a directory that is missing, is the source of a site or has no such page, and for what must not be
    published: a link that leads out of it, a device, a name that is no text, too long or has a control character."""
    if not directory.is_dir():
        raise UsageError(f"There is no directory {directory}.", "Build the site first, or name where its build is.")
    for name in _SOURCES:
        if (directory / name).exists():
            raise UsageError(
                f"{directory} holds {name}: that is a site's source, not its build.",
                "Name the directory that the build writes, such as out, dist or build.",
            )
    found = Found()
    root = directory.resolve()
    for key, path in _walk(root, "", (root,), found):
        if len(key.encode()) > _LONGEST_KEY:
            raise UsageError(f"The path {key[:60]}... is longer than {_LONGEST_KEY} bytes.", "Shorten it.")
        found.files[key] = path
    if index not in found.files:
        raise UsageError(
            f"{directory} has no {index}.", "Name the directory that the build writes, such as out, dist or build."
        )
    return found


def _walk(root: Path, folder: str, above: tuple[Path, ...], found: Found) -> Iterator[tuple[str, Path]]:
    for entry in sorted(os.scandir(above[-1]), key=lambda each: each.name):
        key = folder + entry.name
        if _is_passed_over(entry.name):
            found.passed_over.append(key)
            continue
        path = _inside(root, key, Path(entry.path))
        if path.is_dir():
            if path in above:
                raise UsageError(f"The link {_shown(key)} leads back to a directory above it.", "Remove the link.")
            yield from _walk(root, f"{key}/", (*above, path), found)
        elif path.is_file():
            yield key, path
        else:
            raise UsageError(f"{_shown(key)} is neither a file nor a directory.", "Remove it from the directory.")


def _inside(root: Path, key: str, path: Path) -> Path:
    """Where ``path`` really is, which must be below ``root``."""
    try:
        key.encode()
    except UnicodeEncodeError:
        raise UsageError(f"The name {_shown(key)} is not UTF-8.", "Rename the file.") from None
    if _CONTROL.search(key):
        raise UsageError(f"The name {ascii(key)[1:-1]} has a control character in it.", "Rename the file.")
    try:
        real = path.resolve(strict=True)
    except (OSError, RuntimeError):
        raise UsageError(f"The link {_shown(key)} leads nowhere.", "Remove the link.") from None
    if not real.is_relative_to(root):
        raise UsageError(
            f"The link {_shown(key)} leads out of the directory, to {real}.",
            "Copy what it leads to; nothing outside of the directory is published.",
        )
    return real


def _shown(key: str) -> str:
    return key.encode("utf-8", "backslashreplace").decode()


def _is_passed_over(name: str) -> bool:
    if name.startswith("."):
        return name not in _HIDDEN_BUT_SERVED
    lower = name.lower()
    is_autosave = name.startswith("#") and name.endswith("#")
    return is_autosave or lower in _LEFT_BY_DESKTOPS or lower.endswith(_EDITORS_SUFFIXES)
