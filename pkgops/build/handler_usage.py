"""The cached analysis of handlers: repeated only if a file it depends on has changed."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pkgops.checks.code.uses import Place, Read, Target, Unresolved, Usage, Use
from pkgops.events import Emit, Finished, Started, silent
from pkgops.own_files import keep_document, read_document

_TITLE = "Analyzing handlers"


class HandlerUsage:
    """The usage of each handler of the project at ``root``. ``kept`` is the file of the cache, ``tool`` identifies the
    version of the analysis."""

    def __init__(self, root: Path, kept: Path, tool: str, emit: Emit = silent) -> None:
        self.root = root
        self.emit = emit
        self.kept = kept
        self.tool = tool
        self.known: dict[str, Any] = _stored(kept, tool)
        self.analyzed = 0
        self._digests: dict[str, str] = {}
        self._read: dict[str, Usage] = {}

    @property
    def changed(self) -> bool:
        """Whether a handler was analyzed."""
        return self.analyzed > 0

    def of(self, handler: str) -> Usage:
        """What the handler in that file uses."""
        if handler not in self._read:
            row = self.known.get(handler)
            if row is None or any(self._digest(file) != digest for file, digest in row["files"].items()):
                row = self._fresh(handler)
            self._read[handler] = _usage(row)
        return self._read[handler]

    def save(self) -> None:
        """Writes the cache."""
        if self.changed:
            self.emit(Finished(_TITLE, f"{self.analyzed} analyzed"))
            keep_document(self.kept, {"tool": self.tool, "handlers": self.known})

    def _fresh(self, handler: str) -> dict[str, Any]:
        from pkgops.checks.code.reader import read_handler

        if not self.changed:
            self.emit(Started(_TITLE))
        usage = read_handler(self.root, handler)
        self.known[handler] = _row(usage, {file: self._digest(file) for file in sorted(usage.files)})
        self.analyzed += 1
        return dict(self.known[handler])

    def _digest(self, file: str) -> str:
        """The sha256 of a file of the project, "" if it does not exist."""
        if file not in self._digests:
            path = self.root / file
            self._digests[file] = hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""
        return self._digests[file]


def _stored(path: Path, tool: str) -> dict[str, Any]:
    kept = read_document(path)
    return kept["handlers"] if kept is not None and kept["tool"] == tool else {}


def _row(usage: Usage, files: Mapping[str, str]) -> dict[str, Any]:
    """A usage as JSON; file and line are the last two values of each row."""
    return {
        "files": dict(files),
        "uses": [
            [one.actions, [[t.variable, t.name] for t in one.targets], one.place.file, one.place.line]
            for one in sorted(usage.uses)
        ],
        "unresolved": [[one.why, one.place.file, one.place.line] for one in sorted(usage.unresolved)],
        "reads": [[one.name, one.default, one.place.file, one.place.line] for one in sorted(usage.reads)],
        "unresolved_reads": [[one.why, one.place.file, one.place.line] for one in sorted(usage.unresolved_reads)],
        "possible_calls": {name: [place.file, place.line] for name, place in sorted(usage.possible_calls.items())},
    }


def _usage(row: Mapping[str, Any]) -> Usage:
    return Usage(
        uses={
            Use(tuple(actions), tuple(Target(variable, name) for variable, name in targets), Place(file, line))
            for actions, targets, file, line in row["uses"]
        },
        unresolved={Unresolved(Place(file, line), why) for why, file, line in row["unresolved"]},
        reads={Read(name, default, Place(file, line)) for name, default, file, line in row["reads"]},
        unresolved_reads={Unresolved(Place(file, line), why) for why, file, line in row["unresolved_reads"]},
        possible_calls={name: Place(file, line) for name, (file, line) in row["possible_calls"].items()},
        files=set(row["files"]),
    )
