"""Snapshots of the emulator's state, so that a crash loses little of it and nothing by half.

The emulator itself saves only when it ends cleanly, but writes S3 objects at once. Here a forked copy of the process
(the state of one instant, while the server goes on answering) writes everything into a new directory once the emulator
has been idle, and the name of that directory is switched in one step. So a crash loses at most what came in the last
`_IDLE_SECONDS` (`_LONGEST_SECONDS` under steady load); buckets the snapshot does not know are dropped with it.
"""

from __future__ import annotations

import asyncio
import logging
import os
import shutil
import signal
import time
import traceback
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pkgops.local.home import Home

_IDLE_SECONDS = 0.5  # seconds without a changing request
_LONGEST_SECONDS = 5.0  # seconds of steady change without a snapshot
_COPY_SECONDS = 30.0  # seconds after which a copy that does not end is given up
_READS = ("Get", "Describe", "List", "Query", "Scan", "BatchGet", "Filter", "Head", "Select")


class Snapshots:
    """The saved states of one home. ``note`` says what an earlier crash lost, ``saved`` when the newest
    snapshot was made (ISO-8601 UTC, "" if there is none)."""

    def __init__(self, home: Home) -> None:
        self._home = home
        self._pointer = home.snapshots / "current"
        home.snapshots.mkdir(exist_ok=True)
        self._first_change = 0.0  # when the first unsaved change came, 0: nothing to save
        self._last_change = 0.0
        self.saved = _iso(self._pointer.stat().st_mtime) if self._pointer.exists() else ""
        self.note = self._crash_note()
        home.crash_marker.write_text(str(time.time()))

    def newest(self) -> Path:
        """The directory to load, and at first to save into; an empty one if there is no snapshot."""
        name = self._pointer.read_text() if self._pointer.exists() else "0"
        directory = self._home.snapshots / name
        directory.mkdir(exist_ok=True)
        for other in self._home.snapshots.iterdir():
            if other.is_dir() and other != directory:
                shutil.rmtree(other, ignore_errors=True)
        return directory

    def observe(self, scope: dict[str, Any]) -> None:
        """Notes a request: one that may change something makes the next snapshot due."""
        if scope["type"] == "http" and _changes(scope):
            self._last_change = time.monotonic()
            self._first_change = self._first_change or self._last_change

    async def keep(self, app: Any) -> None:
        """Saves whenever a snapshot is due, for as long as the server runs."""
        while True:
            await asyncio.sleep(_IDLE_SECONDS / 2)
            now = time.monotonic()
            idle, overdue = now - self._last_change >= _IDLE_SECONDS, now - self._first_change >= _LONGEST_SECONDS
            if self._first_change and (idle or overdue):
                self._first_change = 0.0
                try:
                    saved = await self._save_in_copy(app)
                except OSError as error:  # no room, no process: the next round tries again
                    logging.getLogger("pkgops").error("The state could not be saved: %s", error)
                    saved = False
                if not saved:
                    self._first_change = time.monotonic()

    def save(self, services: dict[str, Any]) -> None:
        """Saves here and now: what the emulator calls when it ends."""
        target = self._next()
        _write(target, services)
        self._switch(target)

    def close(self) -> None:
        """The server has ended cleanly: the next start has nothing to report."""
        self._home.crash_marker.unlink(missing_ok=True)

    async def _save_in_copy(self, app: Any) -> bool:
        target = self._next()
        pid = os.fork()
        if pid == 0:
            _run_as_copy(target, app)
        ended = 0
        try:
            for _ in range(int(_COPY_SECONDS / 0.02)):
                await asyncio.sleep(0.02)
                ended, status = os.waitpid(pid, os.WNOHANG)
                if ended:
                    if status == 0:
                        self._switch(target)
                    return status == 0
            return False
        finally:
            if not ended:  # also where the server ends: what the copy does not know it would remove, such as code
                os.kill(pid, signal.SIGKILL)
                os.waitpid(pid, 0)

    def _next(self) -> Path:
        target = self._home.snapshots / str(time.time_ns())
        target.mkdir()
        return target

    def _switch(self, target: Path) -> None:
        """Makes ``target`` the newest snapshot, and the one a reset empties."""
        from ministack.core import persistence

        old = Path(persistence.STATE_DIR)
        fresh = self._pointer.with_suffix(".new")
        fresh.write_text(target.name)
        fresh.replace(self._pointer)
        persistence.STATE_DIR = str(target)
        self.saved = _iso(self._pointer.stat().st_mtime)  # as the next start will read it
        shutil.rmtree(old, ignore_errors=True)

    def _crash_note(self) -> str:
        if not self._home.crash_marker.exists():
            return ""
        since = f"since {self.saved}" if self.saved else "of its last run"
        return (
            f"The emulator did not end properly last time: what changed {since} is lost. "
            "Seed data comes back with: pkgops seed-dev --stage local"
        )


def install(snapshots: Snapshots) -> None:
    """Puts the snapshots in the place of the emulator's own saving and loading."""
    from ministack.core import persistence

    # Before anything else of the emulator is imported: services read what is saved then. What they keep in files of
    # their own (functions' code, user pools' keys) stays where STATE_DIR said, outside all snapshots.
    kept, persistence.STATE_DIR = persistence.STATE_DIR, str(snapshots.newest())
    from ministack import app
    from ministack.services import lambda_svc

    from pkgops.local.hooks.patch import require, wrap

    require(lambda_svc, "CODE_BLOB_DIR")
    lambda_svc.CODE_BLOB_DIR = f"{kept}/lambda-blobs"

    require(app, "_build_persistence_save_dict", "_load_persisted_state")
    wrap(app, "save_all", lambda _: snapshots.save)
    wrap(app, "_load_persisted_state", _dropping_unknown_buckets)


def _dropping_unknown_buckets(load: Any) -> Any:
    """Objects are on disk at once, buckets only in snapshots: a directory without its bucket is from after the
    snapshot, and its stack is not there either."""

    def loaded() -> None:
        from ministack.core.persistence import load_state
        from ministack.services import s3

        load()
        meta = (load_state("s3") or {}).get("buckets_meta")
        known = set(meta._data) if meta is not None else set()
        for scoped in [scoped for scoped in s3._buckets._data if scoped not in known]:
            account, name = scoped
            s3._buckets._data.pop(scoped)
            shutil.rmtree(Path(s3.DATA_DIR) / account / name, ignore_errors=True)

    return loaded


def _run_as_copy(target: Path, app: Any) -> None:
    """Runs in the forked process, and never returns. Its first act is to close everything it inherited: the
    listening socket, and the pipes whose closing tells the functions to end."""
    code = 1
    try:
        os.closerange(3, 65536)
        os.nice(10)
        _write(target, app._build_persistence_save_dict())
        code = 0
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(code)


def _write(target: Path, services: dict[str, Any]) -> None:
    """Every service's state as one file; an error of any of them is an error."""
    from ministack.core import persistence

    logging.getLogger("persistence").setLevel(logging.WARNING)
    before, persistence.STATE_DIR = persistence.STATE_DIR, str(target)
    try:
        persistence.save_all(services)
    finally:
        persistence.STATE_DIR = before


def _changes(scope: dict[str, Any]) -> bool:
    if scope["method"] in ("GET", "HEAD", "OPTIONS"):
        return False
    target = next((value for name, value in scope["headers"] if name == b"x-amz-target"), b"")
    return not target.decode("latin-1").rpartition(".")[2].startswith(_READS)


def _iso(epoch: float) -> str:
    return datetime.fromtimestamp(epoch, UTC).isoformat(timespec="milliseconds")
