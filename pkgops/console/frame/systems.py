"""The systems of the stage as their files are now: who has the console open edits templates meanwhile.

What a build makes is kept for every command under a fingerprint of the files. Templates that were imported before an
edit must therefore not be built after it: others would be told that nothing has changed.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from pkgops.project import FILE, forget_templates

if TYPE_CHECKING:
    from pkgops.config import Project

_SETTINGS = (FILE, ".env")


class Systems:
    """What ``load`` returns, read again once a template, stages.toml or .env has changed."""

    def __init__(self, root: Path, load: Callable[[], tuple[Project, ...]]) -> None:
        self._root = root
        self._load = load
        self._lock = threading.Lock()
        self._read: tuple[str, ...] = ()
        self._found: tuple[Project, ...] = ()

    def get(self) -> tuple[Project, ...]:
        """The systems; what ``load`` raises, until the files are corrected."""
        with self._lock:
            while (now := _content(self._root)) != self._read:  # and again if they change while they are read
                self._read = ()
                # Bytecode is told from that of an older source by second and size: see `pkgops.dev.rollout`.
                sys.dont_write_bytecode = True
                forget_templates()
                self._found = self._load()
                self._read = now
            return self._found


def _content(root: Path) -> tuple[str, ...]:
    from pkgops.build.source_files import fingerprint  # the first byte does not wait for it

    settings = (root / name for name in _SETTINGS)
    return fingerprint(root / "templates"), *(fingerprint(path) if path.is_file() else "" for path in settings)
