"""What ends with the test process, however that ends: the emulators and other servers it starts."""

from __future__ import annotations

import fcntl
import sys
import tempfile
from functools import cache
from typing import Any

from pkgops.local.home import OWNER_VARIABLE

_BARE = """
import os, runpy, signal, sys
from pathlib import Path
from pkgops.local.owner import watch
watch(Path(sys.argv.pop(1)), lambda: os.kill(os.getpid(), signal.SIGTERM))
runpy.run_module("ministack", run_name="__main__", alter_sys=True)
"""


def owner() -> dict[str, str]:
    """The environment in which an emulator belongs to this process."""
    return {OWNER_VARIABLE: _lock().name}


def bare_emulator() -> list[str]:
    """The command that runs the emulator without the tool's launcher, as long as this process runs."""
    return [sys.executable, "-c", _BARE, _lock().name]


@cache
def _lock() -> Any:
    """A file this process holds a lock on, until the system closes it."""
    file = tempfile.NamedTemporaryFile(prefix="pkgops-owner-")  # noqa: SIM115 - held until this process ends
    fcntl.flock(file, fcntl.LOCK_EX)
    return file
