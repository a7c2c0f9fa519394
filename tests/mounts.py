"""Commands that see a directory read-only, or on a small disk of its own, as only the system can make it: file modes
mean nothing to root."""

from __future__ import annotations

import shutil
import subprocess
from functools import cache
from pathlib import Path

import pytest

_OWN = ["unshare", "--map-root-user", "--mount", "--"]  # mounts of its own, allowed to every user
_READ_ONLY = 'mount --bind "$1" "$1" && mount -o remount,bind,ro "$1" && cd "$1" && shift && exec "$@"'
_SMALL = 'mount -t tmpfs -o "size=$2" tmpfs "$1" && shift 2 && exec "$@"'


@cache
def _possible() -> bool:
    tried = [*_OWN, "mount", "-t", "tmpfs", "tmpfs", "/mnt"]
    return (
        shutil.which("unshare") is not None and not subprocess.run(tried, capture_output=True, check=False).returncode
    )


def require_mounts() -> None:
    """Skips the test where a user may have no mounts of their own."""
    if not _possible():
        pytest.skip("the system allows no mounts of one's own (unshare)")


def read_only(directory: Path, *command: str) -> list[str]:
    """The command, run in that directory, which it cannot write to."""
    return [*_OWN, "sh", "-c", _READ_ONLY, "sh", str(directory), *command]


def on_small_disk(directory: Path, size: str, *command: str) -> list[str]:
    """The command, for which that directory is an empty disk of ``size`` ("6m")."""
    return [*_OWN, "sh", "-c", _SMALL, "sh", str(directory), size, *command]
