"""Is this process the one that serves a home, and is the home still there?"""

from __future__ import annotations

import fcntl
import os
from types import TracebackType
from typing import IO

from pkgops.local.home import Home
from pkgops.own_files import clear


class InUseError(Exception):
    """Another process holds the lock."""


class HomeLock:
    """The lock on a home, held from the start until the ``with`` block ends; the file holds the pid. `InUseError` if
    another process holds it, OSError if there can be no such file."""

    def __init__(self, home: Home) -> None:
        self._home = home
        self._root = _identity(home.root.stat())
        self._file = self._take()

    def __enter__(self) -> HomeLock:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    def kept(self) -> bool:
        """True while the home is there. A lock file that was removed or replaced alone is made again; if that is
        another server's by now, the home is not ours any more."""
        try:
            if _identity(self._home.root.stat()) != self._root:
                return False
            if _identity(self._home.server_lock.stat()) == _identity(os.fstat(self._file.fileno())):
                return True
        except OSError:
            if not self._home.root.is_dir():
                return False
        try:
            self._file = self._take()
        except (InUseError, OSError):
            return False
        return True

    def _take(self) -> IO[str]:
        file = clear(self._home.server_lock).open("a+")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.close()
            raise InUseError from None
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        return file


def _identity(status: os.stat_result) -> tuple[int, int]:
    return status.st_dev, status.st_ino
