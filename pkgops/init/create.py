"""New projects: the files of an example, renamed throughout."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from pkgops.errors import RefusedError, UsageError, unknown
from pkgops.project import require_key, systems
from pkgops.testing.goldens import Goldens

DEFAULT = "notes_app"
LONGEST = 30  # with what examples append, the stage and the account, the 63 of a bucket's name
_SKELETON = Path(__file__).parent / "project"
# What a project made from a shipped system has instead of the example's own.
_SHIPPED = Path(__file__).parent / "shipped"
_EXAMPLES = Path(__file__).parent / "examples"  # the shipped systems, in an installed pkgops
_CHECKOUT = Path(__file__).parents[2]  # where they are in pkgops' own repository
_OWN = ("templates/notes_app/", "handlers/notes_app/", "tests/test_notes_app.py", "README.md")
_LEFT_OUT = {"__pycache__", ".pkgops", ".venv"}


@dataclass(frozen=True, slots=True)
class Example:
    """An example: its system's ``key`` and ``title`` (the word the names of its resources begin with), one line
    about it, and its ``files`` by path in a project."""

    key: str
    title: str
    about: str
    files: Mapping[str, Path]


@dataclass(frozen=True, slots=True)
class Created:
    """What was written: the project's directory, its system's key, and the files relative to the directory.
    ``incomplete`` are the stages without recorded templates, each with what is wrong with its settings."""

    root: Path
    system: str
    files: tuple[str, ...]
    incomplete: Mapping[str, list[str]]


def examples() -> list[Example]:
    """The examples there are: the small one first, then the systems that come with pkgops."""
    source = _EXAMPLES if _EXAMPLES.is_dir() else _CHECKOUT
    own = _tree(_SKELETON)
    return [_example(DEFAULT, own), *(_example(key, _shipped(source, key, own)) for key in systems(source))]


def create(name: str, parent: Path, *, example: str = DEFAULT, force: bool = False) -> Created:
    """Writes project ``name`` into the directory of that name below ``parent`` ("." is ``parent`` itself, whose name
    is then the project's).

    The system's key is the name in lower case with _ for -. RefusedError if the directory has files (a new repository's
    ``.git`` is none) and ``force`` is not given; with ``force`` only files that are not there are written, and
    RefusedError names those that are.
    UsageError for a name no project can have, an unknown example, or a directory that cannot be written."""
    root = (parent / name).resolve()
    key = re.sub(r"[-. ]+", "_", root.name).lower()
    require_key(key)
    known = {row.key: row for row in examples()}
    if example.replace("-", "_") not in known:
        raise unknown("example", example, known)
    files = _files(known[example.replace("-", "_")], key)
    try:
        _require_free(root, files, force)
        for path, content in files.items():
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_bytes(content)
    except OSError as error:
        raise UsageError(f"{root} cannot be written: {error.strerror}.", "Choose another directory.") from error
    goldens = Goldens(root, update=True)
    recorded = goldens.compare_complete(key)
    return Created(root, key, tuple(sorted([*files, *recorded])), goldens.incomplete(key))


def renamed(text: str, source: Example, key: str) -> str:
    """``text`` with the example's names replaced: ``notes_app``, ``notes-app``, ``NotesApp``, ``NOTES_APP``."""
    title = "".join(part.capitalize() for part in key.split("_"))
    words: dict[str, str] = {}
    for old, old_title in ((source.key, source.title), (DEFAULT, "NotesApp")):
        words |= {old: key, old.replace("_", "-"): key.replace("_", "-"), old_title: title, old.upper(): key.upper()}
    pattern = "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))
    return re.sub(pattern, lambda found: words[found[0]], text)


def _files(source: Example, key: str) -> dict[str, bytes]:
    """The files of a project by path. UsageError for a name that does not fit the project."""
    rendered = list(_rendered(source, key))
    files = dict(rendered)
    if len(files) < len(rendered):
        raise UsageError(f"A project cannot be called {key!r}: it has files of that name.", "Choose another name.")
    if len(key) > LONGEST:
        raise UsageError(
            f"{key!r} is too long for a project.",
            f"Choose a name of at most {LONGEST} characters: the names of its functions and buckets begin with it.",
        )
    return files


def _rendered(source: Example, key: str) -> Iterator[tuple[str, bytes]]:
    for path, file in source.files.items():
        body = file.read_bytes()
        with contextlib.suppress(UnicodeDecodeError):  # a picture holds no names
            body = renamed(body.decode(), source, key).encode()
        yield renamed(path, source, key), body


def _shipped(source: Path, key: str, skeleton: Mapping[str, Path]) -> dict[str, Path]:
    """The skeleton of a project around one of the systems below ``source``."""
    kept = {path: file for path, file in skeleton.items() if not path.startswith(_OWN)}
    tops = ("templates", "handlers", "companions", "sites")
    parts = [f"{top}/{name}" for top in tops for name in (key, "common")]
    files = {path: file for part in parts for path, file in _tree(source / part, f"{part}/").items()}
    for name in ("handlers/requirements.in", "handlers/requirements.txt", "companions/__init__.py"):
        if (source / name).is_file() and (not name.startswith("companions") or (source / "companions" / key).is_dir()):
            files[name] = source / name
    return {**kept, **files, **_tree(_SHIPPED)}


def _tree(directory: Path, prefix: str = "") -> dict[str, Path]:
    """The files below a directory by path, with ``prefix`` before it."""
    found: dict[str, Path] = {}
    for file in sorted(directory.rglob("*")):
        inside = file.relative_to(directory)
        if file.is_file() and not _LEFT_OUT & {*inside.parts} and file.suffix != ".pyc":
            found[prefix + inside.as_posix()] = file
    return found


def _require_free(root: Path, files: Mapping[str, bytes], force: bool) -> None:
    if not root.exists():
        return
    if not root.is_dir():
        raise UsageError(f"{root} is a file.", "Choose another name.")
    if not force and any(entry.name != ".git" for entry in root.iterdir()):
        hint = "Choose another name, or add --force to write next to what is there."
        raise RefusedError(f"{root} is not empty; nothing was written.", hint)
    there = [name for name in files if (root / name).exists()]
    if there:
        shown = ", ".join(there[:5]) + (", ..." if len(there) > 5 else "")
        hint = "Move those files, or choose another name."
        raise RefusedError(f"{root} has {shown} already; nothing was written.", hint)


def _example(key: str, files: Mapping[str, Path]) -> Example:
    """Title and line about it come from the docstring of the system's package: "Title: what it is."."""
    docstring = files[f"templates/{key}/__init__.py"].read_text(encoding="utf-8").partition("\n")[0].strip('"')
    title, _, about = docstring.partition(": ")
    return Example(key, title, about.rstrip("."), files)
