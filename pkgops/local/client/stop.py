"""Stopping the emulator's server, so that nothing is lost without a word."""

from __future__ import annotations

import os
import signal
from contextlib import suppress
from typing import Any

from pkgops.errors import AccessError
from pkgops.local.client.launch import exclusive
from pkgops.local.client.running import KILL_SECONDS, answer, end_homeless, ends, info, recorded_pid, served
from pkgops.local.home import Home
from pkgops.own_files import remove

# How long a server may take to save its state and end: longer than it gives itself for saving, on a busy machine too.
_SAVE_SECONDS = 60.0
_END_SECONDS = 20.0  # how long it may take to end without that


def stop(home: Home, port: int, *, force: bool = False) -> bool:
    """Stops the home's server, whatever port it is on. False if none runs; what a dead one has left is removed.

    AccessError if the state could not be saved: then it still runs, unless ``force`` stops it all the same; or if it
    has ended without saving the last changes."""
    if not home.server_lock.exists():
        found = answer(home, port)
        if found:  # its home was removed
            end_homeless(found["pid"], port)
        return bool(found)
    with exclusive(home):
        if not served(home):
            remove(home.info)
            return False
        found = answer(home, port, info(home).get("port"))
        pid = found["pid"] if found else recorded_pid(home)
        first = (signal.SIGINT, _END_SECONDS) if force else (signal.SIGTERM, _SAVE_SECONDS)
        for number, seconds in (first, (signal.SIGKILL, KILL_SECONDS)):
            with suppress(ProcessLookupError):
                os.kill(pid, number)
            if ends(home, seconds, lambda: _require_saved(home, found)):
                break
        remove(home.info)
        if home.crash_marker.exists() and not force:
            raise AccessError(
                "The emulator has stopped, but its last changes could not be saved.",
                f"The reason is in {home.log}. The next start has what was saved before.",
            )
        return True


def _require_saved(home: Home, before: dict[str, Any]) -> None:
    """AccessError if the server has refused to stop since ``before``."""
    now = answer(home, before["port"]) if before else {}
    if now and now["refused_stops"] > before["refused_stops"]:
        raise AccessError(
            f"The emulator's state cannot be saved: {now['unsaved']}. It goes on running, so that nothing is lost.",
            f"Make room on the disk of {home.root} and repeat the command. "
            "Without what has changed since it was last saved: pkgops local down --force",
        )
