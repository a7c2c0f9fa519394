"""What tests ask about processes: whether one has ended, its family, and where it listens."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

import psutil
import pytest

from tests.waiting import eventually


def _known() -> bool:
    try:
        psutil.Process(os.getpid()).memory_info()
    except (psutil.Error, OSError):
        return False
    return True


KNOWN = _known()
# For tests that ask the system about processes; it does not answer on Linux without /proc.
needs_process_table = pytest.mark.skipif(not KNOWN, reason="the system does not tell about processes")


def gone(pid: int) -> bool:
    """True if the process has ended, whether or not its parent has collected it."""
    try:
        return bool(psutil.Process(pid).status() == psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return True


def ended(pid: int, seconds: float = 10.0) -> bool:
    """True once the process has ended; fails after so many seconds."""
    return bool(eventually(lambda: gone(pid), seconds))


def family(pid: int) -> list[int]:
    """The process and all its descendants."""
    return [pid, *(child.pid for child in psutil.Process(pid).children(recursive=True))]


class Server(NamedTuple):
    """What a process was when it was looked at; it may have ended since, as those that serve one connection do."""

    pid: int
    name: str
    user: str


def servers(pid: int, *programs: str) -> list[Server]:
    """The processes below that one which run one of the programs, and those that supervise them."""
    found = []
    for one in psutil.Process(pid).children(recursive=True):
        with suppress(psutil.NoSuchProcess):
            if {Path(part).name for part in one.cmdline()} & set(programs):
                found.append(Server(one.pid, one.name(), one.username()))
    return found


def command(process: psutil.Process) -> list[str]:
    """The program and its arguments; none once the process has ended."""
    try:
        return list(process.cmdline())
    except psutil.NoSuchProcess:
        return []


def listening_addresses(*pids: int) -> set[str]:
    """The addresses on which the processes listen."""
    return {
        row.laddr.ip
        for pid in pids
        for row in psutil.Process(pid).net_connections("inet")
        if row.status == psutil.CONN_LISTEN
    }
