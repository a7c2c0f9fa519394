"""When does the server stop?"""

from __future__ import annotations

import asyncio
import signal
from contextlib import suppress
from pathlib import Path
from typing import Any

from pkgops.local.credentials import Credentials, restore
from pkgops.local.owner import watch
from pkgops.local.server.home_lock import HomeLock
from pkgops.local.server.snapshot import Snapshots

_WATCH_SECONDS = 0.25


class Stopping:
    """``event`` is set when the server is to stop; ``refused`` counts the requests to stop that were not followed,
    because the state could not be saved."""

    def __init__(self, snapshots: Snapshots, app: Any, owner: Path | None) -> None:
        self.event = asyncio.Event()
        self.refused = 0
        self._snapshots, self._app = snapshots, app
        self._tasks: set[asyncio.Task[None]] = set()
        loop = asyncio.get_running_loop()
        loop.add_signal_handler(signal.SIGTERM, self._begin)
        for number in (signal.SIGINT, signal.SIGHUP):
            loop.add_signal_handler(number, self.event.set)
        if owner is not None:
            watch(owner, lambda: loop.call_soon_threadsafe(self.event.set))

    def _begin(self) -> None:
        task = asyncio.create_task(self._stop_when_saved())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _stop_when_saved(self) -> None:
        if await self._snapshots.save(self._app, final=True):
            self.event.set()
        else:
            self.refused += 1


async def watch_home(lock: HomeLock, stopping: Stopping, file: Path, root: Credentials) -> None:
    """Ends the server when its home is removed: what it would go on serving has no files any more. If only its
    credentials' ``file`` is, it writes the ``root`` ones again, without which nobody would be served."""
    while lock.kept():
        with suppress(OSError):
            restore(file, root)
        await asyncio.sleep(_WATCH_SECONDS)
    stopping.event.set()
