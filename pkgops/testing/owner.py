"""The lock by which emulators that tests start belong to the test process, and end with it however that ends."""

from __future__ import annotations

import fcntl
import tempfile
from functools import cache
from typing import Any

from pkgops.local.home import OWNER_VARIABLE


def owner() -> dict[str, str]:
    """The environment in which an emulator belongs to this process."""
    return {OWNER_VARIABLE: _lock().name}


@cache
def _lock() -> Any:
    """A file this process holds a lock on, until the system closes it."""
    file = tempfile.NamedTemporaryFile(prefix="pkgops-owner-")  # noqa: SIM115 - held until this process ends
    fcntl.flock(file, fcntl.LOCK_EX)
    return file
