"""The watch over the process that an emulator or a companion belongs to, so that it ends with it."""

from __future__ import annotations

import fcntl
import threading
from collections.abc import Callable
from pathlib import Path


def watch(lock: Path, ended: Callable[[], object]) -> None:
    """Calls ``ended()``, from a thread, as soon as no process holds the lock on that file: the system releases it
    when its holder ends, however that ends."""
    threading.Thread(target=_wait, args=(lock, ended), name="owner", daemon=True).start()


def _wait(lock: Path, ended: Callable[[], object]) -> None:
    try:
        with lock.open() as file:
            fcntl.flock(file, fcntl.LOCK_SH)
    except OSError:
        pass  # the file was removed: its holder has ended
    ended()
