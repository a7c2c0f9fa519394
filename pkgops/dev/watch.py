"""When is a project worth looking at again? As soon as something below its watched directories is written.

Only explicit directories are watched, never the whole project: an editor's, a build's and the tool's own files are none
of them. What has really changed is for `pkgops.dev.contents` to say.
"""

from __future__ import annotations

import os
import platform
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from pkgops.dev.contents import FILES, FOLDERS

if TYPE_CHECKING:
    from watchfiles._rust_notify import RustNotify

QUIET = 10  # milliseconds without another event, after which a burst counts as over; also between two looks
_SELDOM = 50  # the same for the files beside the directories, which are saved less often
LONGEST = 1_000  # milliseconds that a burst is waited for
_TIMEOUT = 500  # milliseconds between two looks at whether to stop
_POLL = 300
_VARIABLE = "WATCHFILES_FORCE_POLLING"  # as watchfiles itself reads it


class Watch:
    """Calls ``wake`` after each burst of events, from threads of its own, until `close`."""

    def __init__(self, root: Path, wake: Callable[[], None]) -> None:
        from watchfiles._rust_notify import RustNotify

        self._wake = wake
        self._stop = threading.Event()
        folders = [str(root / name) for name in FOLDERS if (root / name).is_dir()]
        polling = must_poll()
        # A file on its own would be lost as soon as an editor replaces it: its directory is watched, without the rest.
        self._watched = [
            (RustNotify(folders, False, polling, _POLL, True, True), QUIET, ()),
            (RustNotify([str(root)], False, polling, _POLL, False, True), _SELDOM, FILES),
        ]
        self.polling = polling or any("Poll" in repr(one) for one, _, _ in self._watched)
        self._threads = [
            threading.Thread(target=self._follow, args=row, name="watch", daemon=True) for row in self._watched
        ]
        for thread in self._threads:
            thread.start()

    def close(self) -> None:
        """Ends the threads, and waits for them."""
        self._stop.set()
        for thread in self._threads:
            thread.join(2 * _TIMEOUT / 1000)
        for one, _, _ in self._watched:
            one.close()

    def _follow(self, notify: RustNotify, quiet: int, files: tuple[str, ...]) -> None:
        """Wakes after events; if ``files`` are given, only those of files with these names."""
        while not self._stop.is_set():
            found = notify.watch(LONGEST, quiet, _TIMEOUT, self._stop)
            if isinstance(found, set) and (not files or {Path(path).name for _, path in found} & set(files)):
                self._wake()


def must_poll() -> bool:
    """Whether the system tells of no changes: the Linux of Windows, or because the environment says so."""
    said = os.environ.get(_VARIABLE, "")
    if said:
        return said.lower() not in {"false", "disable", "disabled"}
    release = platform.uname().release.lower()
    return "microsoft-standard" in release or release.endswith("microsoft")
