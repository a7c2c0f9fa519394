"""Does a server serve this home, on which port, and which process is it?

Its own answer is believed first: files in the home may be damaged.
"""

from __future__ import annotations

import fcntl
import json
import os
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from itertools import count
from typing import Any

from pkgops.errors import AccessError
from pkgops.local.client.loopback import fetch
from pkgops.local.home import IDENTITY_PATH, Home

PROGRAM = "pkgops.local.server"
KILL_SECONDS = 5.0  # how long the process of a killed server may take to end


def served(home: Home) -> bool:
    """True while a server holds the home's lock."""
    try:
        lock = home.server_lock.open("r+")
    except (FileNotFoundError, IsADirectoryError):
        return False
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def info(home: Home) -> dict[str, object]:
    """What the home's file says about the last server; {} if it cannot be read."""
    try:
        found = json.loads(home.info.read_bytes())
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def parsed_identity(body: bytes) -> dict[str, Any]:
    """What a server of ours says about itself: at least identity, home, pid and port; {} if it is no such answer."""
    try:
        answer = json.loads(body)
    except ValueError:
        return {}
    known = isinstance(answer, dict) and answer.get("tool") == "pkgops" and isinstance(answer.get("pid"), int)
    return answer if known else {}


def answer(home: Home, *ports: object) -> dict[str, Any]:
    """What this home's server says about itself on one of the ports, {} if it does not answer."""
    for port in ports:
        with suppress(OSError):
            _, body = fetch(port, IDENTITY_PATH, timeout=2.0) if isinstance(port, int) else (0, b"")
            found = parsed_identity(body)
            if found.get("identity") == home.identity and is_server(found["pid"]):
                return found
    return {}


def recorded_pid(home: Home) -> int:
    """The pid of a server that does not answer, from its lock file, which may be damaged."""
    with suppress(OSError, ValueError):
        pid = int(home.server_lock.read_text(encoding="utf-8"))
        if is_server(pid):
            return pid
    raise AccessError(
        "This project's emulator runs but does not answer, and which process it is cannot be told.",
        "Look for it with: ps aux | grep pkgops.local.server; and end it with kill.",
    )


def is_server(pid: int) -> bool:
    """False if there is no such process of this user, or if the system says that it is something else."""
    from pkgops.local import processes

    if pid <= 1:  # to kill, those are groups of processes
        return False
    try:
        os.kill(pid, 0)
    except (OSError, OverflowError):
        return False
    line = processes.command_line(pid)
    return line is None or PROGRAM in line


def ends(home: Home, seconds: float, check: Callable[[], None] = lambda: None) -> bool:
    """True once no server holds the home's lock, False if one still does after so many seconds. ``check()`` is called
    now and then."""
    deadline = time.monotonic() + seconds
    for turn in count(1):
        if not served(home):
            return True
        if time.monotonic() > deadline:
            return False
        if turn % 10 == 0:
            check()
        time.sleep(0.01)
    raise AssertionError("unreachable")


def end_homeless(pid: int, port: int) -> None:
    """Ends a server whose home was removed while it ran. There is nothing for it to save."""
    deadline = time.monotonic() + KILL_SECONDS
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGINT)
    with suppress(OSError):
        while time.monotonic() < deadline:
            fetch(port, IDENTITY_PATH, timeout=0.5)
            time.sleep(0.02)
        os.kill(pid, signal.SIGKILL)
