"""Whose processes does somebody look into on stage local: with a debugger, or with a clock?

A command writes a file for each such function into the emulator's home, the emulator reads it whenever an invocation
needs a process. A file whose command has ended counts for nothing.
"""

from __future__ import annotations

import json
import os
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from pkgops.own_files import read_document, remove, replace_file, sealed

_FIRST_PORT, _PORTS = 20_000, 10_000


@dataclass(frozen=True, slots=True)
class Inspection:
    """``port`` is where a debugger attaches (0: none does), and ``wait`` whether the function waits for it before its
    first line; ``profile`` is the file that gets a JSON line for each start and invocation ("" for none). ``pid`` is
    the command's process."""

    function: str
    pid: int
    port: int = 0
    wait: bool = False
    profile: str = ""


def port_of(function: str) -> int:
    """The port on which a debugger attaches to a function: always the same, so that editors may remember it."""
    return _FIRST_PORT + zlib.crc32(function.encode()) % _PORTS


def code_folder(home: Path, function: str) -> Path:
    """Where the code of a function with a debugger lies: always at the same place, so that editors find its sources."""
    return home / "inspected" / "code" / function


@contextmanager
def inspected(home: Path, wanted: Inspection) -> Iterator[Inspection]:
    """Has the emulator of that home start new processes for the function; afterwards it gets ordinary ones again."""
    path = _path(home, wanted.function)
    replace_file(path, sealed(asdict(wanted)))
    try:
        yield wanted
    finally:
        remove(path)


def find(home: Path, function: str) -> Inspection | None:
    """What is wanted of a function's processes; None if they are ordinary ones."""
    found = read_document(_path(home, function))
    if found is None:
        return None
    try:
        os.kill(found["pid"], 0)
    except ProcessLookupError:
        return None
    except PermissionError:
        pass
    return Inspection(**found)


def add_measurement(wanted: Inspection, row: dict[str, object]) -> None:
    """Adds what a process has measured to the profile's file."""
    with Path(wanted.profile).open("a", encoding="utf-8") as file:
        file.write(json.dumps(row) + "\n")


def _path(home: Path, function: str) -> Path:
    return home / "inspected" / f"{function}.json"
