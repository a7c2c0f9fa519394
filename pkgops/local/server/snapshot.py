"""When is the emulator's state saved, and is all of it from one moment?

The emulator itself saves only when it ends cleanly, ignores what goes wrong then, but writes S3 objects at once. Here a
forked copy of the process (the state of one instant, while the server goes on answering) writes everything into a new
directory once the emulator has been idle, with links to the objects of the same instant; `saved_states` makes it the
newest in one step. So a crash loses at most what came in the last `_IDLE_SECONDS` (`_LONGEST_SECONDS` under steady
load), and never half of something.
"""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import time
import traceback
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pkgops.local.home import Home
from pkgops.local.saved_states import Restored, SavedStates
from pkgops.local.server.persistence import write
from pkgops.own_files import remove, replace_file

_IDLE_SECONDS = 0.5  # seconds without a changing request
_LONGEST_SECONDS = 5.0  # seconds of steady change without a snapshot
_COPY_SECONDS = 30.0  # seconds after which a copy that does not end is given up
_RETRY_SECONDS = 2.0  # seconds after a failed attempt
_READS = ("Get", "Describe", "List", "Query", "Scan", "BatchGet", "Filter", "Head", "Select")
_RESET = "/_ministack/reset"
_UNNAMED = 255  # exit code of a copy that failed for another reason than the system's; others are the system's number


class Snapshots:
    """The saving of one home's state, for as long as that home is there (``present``). ``restored`` is what the start
    has found, ``note`` what was lost before it, ``saved`` when the newest state was saved (ISO-8601 UTC, "" if there is
    none), ``unsaved`` why the last attempt failed ("" if it did not)."""

    def __init__(self, home: Home, present: Callable[[], bool] = lambda: True) -> None:
        self._home = home
        self._present = present
        self._states = SavedStates(home)
        self._first_change = 0.0  # when the first unsaved change came, 0: nothing to save
        self._last_change = 0.0
        self._next_try = 0.0
        self._emptied = False  # by a reset: what was before it is not kept
        self._busy = asyncio.Lock()
        self._copy = 0  # the pid of the copy that is saving
        self.unsaved = ""
        self.restored: Restored = self._states.restore()
        self.saved = _iso(self.restored.saved)
        self.note = " ".join(filter(None, (_damage_note(self.restored), self._crash_note())))
        replace_file(home.crash_marker, str(time.time()).encode())

    def observe(self, scope: dict[str, Any]) -> None:
        """Notes a request: one that may change something makes the next snapshot due."""
        if scope["type"] == "http" and _changes(scope):
            self._last_change = time.monotonic()
            self._first_change = self._first_change or self._last_change
            self._emptied = self._emptied or scope["path"] == _RESET

    async def keep(self, app: Any) -> None:
        """Saves whenever a snapshot is due, for as long as the server runs."""
        while True:
            await asyncio.sleep(_IDLE_SECONDS / 2)
            now = time.monotonic()
            idle, overdue = now - self._last_change >= _IDLE_SECONDS, now - self._first_change >= _LONGEST_SECONDS
            if self._first_change and (idle or overdue) and now >= self._next_try:
                await self.save(app)

    async def save(self, app: Any, *, final: bool = False) -> bool:
        """Saves everything in a copy of the process. False if that failed: ``unsaved`` says why, and the state that
        was saved before is still there. ``final`` waits for no earlier copy."""
        if not self._present():
            return True  # there is nothing to save it for
        if final:
            self._end_copy()
        async with self._busy:
            changed, self._first_change = self._first_change, 0.0
            try:
                self.unsaved = await self._save_in_copy(app, patient=not final)
            except OSError as error:  # no room, no process
                self.unsaved = error.strerror or str(error)
            if self.unsaved:
                self._first_change = changed or time.monotonic()
                self._next_try = time.monotonic() + _RETRY_SECONDS
                logging.getLogger("pkgops").error("The state could not be saved: %s", self.unsaved)
            return not self.unsaved

    def save_last(self, services: dict[str, Any]) -> None:
        """Saves here and now what has changed since the last snapshot: what the emulator calls when it ends."""
        self._end_copy()  # what it does not know it would remove, such as code
        if not self._first_change or not self._present():
            return
        target: Path | None = None
        try:
            target = self._states.begin()
            self._states.link_objects(target)
            write(self._states.services(target), services)
            self._states.seal(target)
            self._publish(target)
            self._states.prune(alone=self._emptied)
            self._first_change = 0.0
        except Exception:
            logging.getLogger("pkgops").exception("The state could not be saved")
            if target is not None:
                self._states.discard(target)

    def close(self) -> None:
        """The server has ended: the next start has nothing to report if everything is saved."""
        if not self._first_change:
            remove(self._home.crash_marker)

    async def _save_in_copy(self, app: Any, *, patient: bool) -> str:
        """Why it failed, "" if it did not. A ``patient`` copy leaves the processor to those who need it now."""
        target = self._states.begin()
        waiting, linked = os.pipe()
        pid = os.fork()
        if pid == 0:
            _run_as_copy(self._states, target, app, waiting, nice=10 if patient else 0)
        self._copy = pid
        try:
            try:
                self._states.link_objects(target)  # before anything else can happen to them
                os.write(linked, b"1")
            finally:
                os.close(waiting)
                os.close(linked)
            code = await self._copied()
            if code == 0:
                self._publish(target)
                emptied, self._emptied = self._emptied, False
                await asyncio.to_thread(self._states.prune, alone=emptied)
        finally:
            self._end_copy()
            self._states.discard(target)
        return "" if code == 0 else os.strerror(code) if code != _UNNAMED else "its log has the reason"

    async def _copied(self) -> int:
        """The exit code of the copy."""
        for _ in range(int(_COPY_SECONDS / 0.02)):
            await asyncio.sleep(0.02)
            if not self._copy:
                break
            ended, status = os.waitpid(self._copy, os.WNOHANG)
            if ended:
                self._copy = 0
                return os.waitstatus_to_exitcode(status) % 256
        return _UNNAMED

    def _end_copy(self) -> None:
        pid, self._copy = self._copy, 0
        if pid:
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)

    def _publish(self, target: Path) -> None:
        self._states.publish(target)
        self.saved = _iso(self._states.newest())

    def _crash_note(self) -> str:
        if not self._home.crash_marker.exists():
            return ""
        since = f"since {self.saved}" if self.saved else "of its last run"
        return (
            f"The emulator did not end properly last time: what changed {since} is lost. "
            "Seed data comes back with: pkgops seed-dev --stage local"
        )


def _run_as_copy(states: SavedStates, target: Path, app: Any, waiting: int, nice: int) -> None:
    """Runs in the forked process, and never returns. Its first act is to close everything it inherited: the
    listening socket, and the pipes whose closing tells the functions to end."""
    code = _UNNAMED
    try:
        os.dup2(waiting, 3)
        os.closerange(4, 65536)
        os.nice(nice)
        write(states.services(target), app._build_persistence_save_dict())
        if os.read(3, 1):  # objects are linked
            states.seal(target)
            code = 0
    except OSError as error:
        code = error.errno or _UNNAMED
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(code)


def _damage_note(restored: Restored) -> str:
    """What a start could not restore, and what to do about it."""
    if restored.gone:
        return "The saved state is gone, so the emulator starts empty. Deploy again: pkgops deploy"
    said = [f"The state saved {_iso(saved)} is damaged ({file})" for saved, file in restored.damaged]
    if said and restored.services:
        said.append(f"the one saved {_iso(restored.saved)} was restored: what changed in between is lost")
    elif said:
        said.append("there is no other, so the emulator starts empty. Deploy again: pkgops deploy")
    notes = [f"{'; '.join(said)}."] if said else []
    if lost := [name for name in restored.lost if not name.endswith(".meta.json")]:
        more = f" and {len(lost) - 3} more" if len(lost) > 3 else ""
        notes.append(f"Damaged, and left out: {', '.join(lost[:3])}{more}.")
    return " ".join(notes)


def _changes(scope: dict[str, Any]) -> bool:
    if scope["method"] in ("GET", "HEAD", "OPTIONS"):
        return False
    target = next((value for name, value in scope["headers"] if name == b"x-amz-target"), b"")
    return not target.decode("latin-1").rpartition(".")[2].startswith(_READS)


def _iso(epoch: float) -> str:
    return datetime.fromtimestamp(epoch, UTC).isoformat(timespec="milliseconds") if epoch else ""
