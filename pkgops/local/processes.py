"""What the system says about processes: their memory, and which one listens on a port.

Where it does not say (psutil may lack the rights, or on Linux /proc), the answer is that it is unknown: nothing may
depend on it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from typing import Any


def family_memory(pid: int) -> int | None:
    """Resident bytes of a process and all its descendants; None if unknown."""
    root = find(pid)
    if root is None:
        return None
    try:
        family = [root, *root.children(recursive=True)]
    except _unknown():
        return None
    return sum(resident(process) or 0 for process in family) or None


def find(pid: int) -> Any:
    """The process as psutil knows it; None if it does not."""
    try:
        import psutil

        return psutil.Process(pid)
    except _unknown():
        return None


def command_line(pid: int) -> list[str] | None:
    """The program and its arguments; None if unknown."""
    process = find(pid)
    try:
        return [str(part) for part in process.cmdline()] or None if process else None
    except _unknown():
        return None


def resident(process: Any) -> int | None:
    """Resident bytes of a process that `find` has found; None if unknown, or if it has ended."""
    try:
        return int(process.memory_info().rss) if process else None
    except _unknown():
        return None


def listener(port: int) -> str:
    """Which process listens on a loopback port: "python3 (pid 4711)"; "" if unknown."""
    pid = next((pid for pid, listening in _listeners() if listening == port and pid), None)
    process = find(pid) if pid else None
    if process is None:
        return ""
    with suppress(*_unknown()):
        return f"{process.name()} (pid {pid})"
    return ""


def _listeners() -> Iterator[tuple[int | None, int]]:
    """(pid, port) of what listens. macOS tells a user only of the user's own processes."""
    with suppress(*_unknown()):
        import psutil

        try:
            rows = [(row.pid, row) for row in psutil.net_connections("tcp")]
        except psutil.AccessDenied:
            rows = [(process.pid, row) for process in psutil.process_iter() for row in _connections(process)]
        yield from ((pid, row.laddr.port) for pid, row in rows if row.status == psutil.CONN_LISTEN)


def _connections(process: Any) -> list[Any]:
    with suppress(*_unknown()):
        return list(process.net_connections("tcp"))
    return []


def _unknown() -> tuple[type[Exception], ...]:
    """How psutil says that it cannot tell: its own errors, those of the files it reads, or that it is missing."""
    try:
        from psutil import Error
    except ImportError:
        return (ImportError,)
    return (Error, OSError, LookupError, ValueError)
