"""Which process is that, is it alive, how much memory has it, and how does it end?"""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

_PROC = Path("/proc")


def alive(pid: int) -> bool:
    """True while the process exists; a child of ours that has ended is collected on the way."""
    try:
        if os.waitpid(pid, os.WNOHANG)[0] == pid:
            return False
    except ChildProcessError:
        pass
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return not _ended(pid)


def _ended(pid: int) -> bool:
    """True for a process that waits to be collected by a parent that does not."""
    try:
        return (_PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return False


def end(pid: int, grace: float) -> bool:
    """SIGTERM, then SIGKILL after ``grace`` seconds. True if it ended by itself."""
    for name, patience in ((signal.SIGTERM, grace), (signal.SIGKILL, 5.0)):
        try:
            os.kill(pid, name)
        except ProcessLookupError:
            return name == signal.SIGTERM
        if gone(pid, patience):
            return name == signal.SIGTERM
    return False


def gone(pid: int, patience: float) -> bool:
    """Waits at most ``patience`` seconds for the process to end."""
    deadline = time.monotonic() + patience
    while alive(pid):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.01)
    return True


def memory(pid: int) -> int:
    """Resident bytes of a process and all its descendants; 0 where /proc is missing."""
    children: dict[int, list[int]] = {}
    for entry in _PROC.glob("[0-9]*/stat") if _PROC.is_dir() else ():
        try:
            fields = entry.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        children.setdefault(int(fields[1]), []).append(int(entry.parent.name))
    total, pending = 0, [pid] if children else []
    while pending:
        one = pending.pop()
        pending += children.get(one, [])
        try:
            pages = int((_PROC / str(one) / "statm").read_text().split()[1])
        except (OSError, IndexError):
            continue
        total += pages * os.sysconf("SC_PAGE_SIZE")
    return total


def listener(port: int) -> str:
    """Who listens on a loopback port: "python3 (pid 4711)", or "" where that cannot be told."""
    inodes = {f"socket:[{inode}]" for inode in _listening_inodes(port)}
    for link in _PROC.glob("[0-9]*/fd/*") if inodes else ():
        try:
            if str(link.readlink()) in inodes:
                pid = link.parent.parent.name
                name = (_PROC / pid / "comm").read_text().strip()
                return f"{name} (pid {pid})"
        except OSError:
            continue
    return ""


def _listening_inodes(port: int) -> set[str]:
    found = set()
    for table in ("tcp", "tcp6"):
        try:
            rows = (_PROC / "net" / table).read_text().splitlines()[1:]
        except OSError:
            continue
        for fields in (row.split() for row in rows):
            if fields[3] == "0A" and int(fields[1].rpartition(":")[2], 16) == port:
                found.add(fields[9])
    return found
