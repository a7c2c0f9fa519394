"""Events that a project keeps for its functions: ``events/<system>/<function>/<name>.json``."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from pkgops.build.functions import Function
from pkgops.errors import RefusedError, UsageError, unknown
from pkgops.own_files import write_atomically
from pkgops.text_file import read_text

FOLDER = "events"
_NAME = re.compile(r"[\w][\w.-]*")


def saved_events(root: Path, system: str, function: Function) -> list[str]:
    """The names of what is kept for a function."""
    return sorted(path.stem for path in _folder(root, system, function).glob("*.json"))


def read_event(root: Path, system: str, function: Function, name: str) -> bytes:
    """An event. UsageError if there is none of that name, or if it is no JSON."""
    path = _path(root, system, function, name)
    if not path.is_file():
        raise unknown(f"event of {function.short}", name, saved_events(root, system, function))
    text = read_text(path, str(path.relative_to(root)), UsageError)
    try:
        json.loads(text)
    except ValueError as error:
        raise UsageError(f"{path.relative_to(root)} is not JSON: {error}.", "Correct the file.") from None
    return text.encode()


def save_event(root: Path, system: str, function: Function, name: str, event: Any) -> Path:
    """Keeps an event, and returns where. RefusedError if there is another one of that name."""
    path = _path(root, system, function, name)
    text = json.dumps(event, indent=2, ensure_ascii=False) + "\n"
    if path.exists() and path.read_text(encoding="utf-8", errors="replace") != text:
        raise RefusedError(
            f"{path.relative_to(root)} exists and holds another event; it was not changed.", "Choose another name."
        )
    write_atomically(path, text.encode())
    return path.relative_to(root)


def _path(root: Path, system: str, function: Function, name: str) -> Path:
    if not _NAME.fullmatch(name):
        raise UsageError(
            f"An event cannot be called {name!r}.", "Use letters, digits, - and _: first, without-body. A file: @FILE"
        )
    return _folder(root, system, function) / f"{name}.json"


def _folder(root: Path, system: str, function: Function) -> Path:
    return root / FOLDER / system / function.short
