"""Which files of a project have another content than before?

Events only say when to look. A file that was touched, or written again as it was, has not changed; and what no event
told of is found all the same.
"""

from __future__ import annotations

import hashlib
import os
import time
from pathlib import Path

from pkgops.build.source_files import walk

FOLDERS = ("templates", "handlers", "checks")
FILES = ("stages.toml", ".env")
_RACY = 1_000_000_000  # nanoseconds: of a file as young as this, two contents may have the same time

Stamp = tuple[int, int, int, int]


class Contents:
    """The contents of the files that a build depends on, as they were when they were last looked at."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._known: dict[str, tuple[Stamp, str, int]] = {}
        self.changed()

    def changed(self) -> frozenset[str]:
        """The paths below the root that hold something else than at the last call, are new or gone."""
        before, self._known = self._known, {}
        found = {path for path in self._paths() if self._look(path, before)}
        return frozenset(found | (set(before) - set(self._known)))

    def _look(self, path: str, before: dict[str, tuple[Stamp, str, int]]) -> bool:
        """Notes what a file holds; whether that is new."""
        place = self._root / path
        known = before.get(path)
        now = time.time_ns()
        try:
            status = place.stat()
            stamp = (status.st_mtime_ns, status.st_ctime_ns, status.st_size, status.st_ino)
            if known and known[0] == stamp and status.st_mtime_ns + _RACY < known[2]:
                self._known[path] = known
                return False
            digest = hashlib.sha256(place.read_bytes()).hexdigest()
        except OSError:  # it goes at this moment, or may not be read: the build says so
            return known is not None
        self._known[path] = (stamp, digest, now)
        return known is None or known[1] != digest

    def _paths(self) -> list[str]:
        start = len(str(self._root)) + 1
        found = [path[start:] for folder in FOLDERS for path in walk(str(self._root / folder))]
        return found + [name for name in FILES if os.path.isfile(self._root / name)]  # noqa: PTH113 - as in walk
