"""Starting and stopping the emulator's server, so that exactly one serves a home."""

from __future__ import annotations

import fcntl
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from pkgops.errors import AccessError
from pkgops.local.client.loopback import fetch
from pkgops.local.home import (
    HOME_VARIABLE,
    IDENTITY_PATH,
    OWNER_VARIABLE,
    PORT_VARIABLE,
    PROJECT_VARIABLE,
    WORKERS_VARIABLE,
    Home,
)

_START_SECONDS = 30.0  # until a server that does not answer is given up
_SAVE_SECONDS = 20.0  # how long a server may take to save its state
_KILL_SECONDS = 5.0  # how long the process of a killed server may take to end
_OTHER_PORT = "Give this project another one: [local] port = ... in stages.toml."


@contextmanager
def exclusive(home: Home) -> Iterator[None]:
    """Held while a client starts or stops the server; another client waits."""
    home.root.mkdir(parents=True, exist_ok=True)
    home.root.chmod(0o700)
    with home.client_lock.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def refuse_occupied(home: Home, port: int) -> None:
    """AccessError if the port is not free, or if this home is already served on another port."""
    if _served(home):
        known = _info(home).get("port", "another port")
        if known != port:
            raise AccessError(
                f"This project's emulator already runs on port {known}, not on {port}.",
                "Stop it first: pkgops local down",
            )
        if not _ends(home, _KILL_SECONDS):  # a server that was killed holds its lock a little longer than its port
            raise AccessError("This project's emulator runs but does not answer.", "Stop it first: pkgops local down")
    try:
        _, body = fetch(port, IDENTITY_PATH, timeout=0.5)
    except ConnectionRefusedError:
        return
    except OSError:
        body = b""
    other = _other_home(body)
    if other:
        raise AccessError(f"Port {port} belongs to the emulator of {other}.", _OTHER_PORT)
    from pkgops.local import processes

    who = processes.listener(port) or "another program"
    raise AccessError(f"Port {port} is taken by {who}.", _OTHER_PORT)


def start(home: Home, port: int, project: Path | None, answers: Callable[[], bool], workers: int = 0) -> None:
    """Starts the server in its own session and returns when ``answers()``; AccessError if it does not come up,
    and then no process is left."""
    home.info.unlink(missing_ok=True)
    with home.log.open("wb") as log:
        server = subprocess.Popen(
            [sys.executable, "-P", "-m", "pkgops.local.server"],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            cwd=home.root,
            env=_environment(home, port, project) | {WORKERS_VARIABLE: str(workers)},
            start_new_session=True,
        )
    try:
        _wait(server, home, answers)
    except BaseException:
        _end(server)
        raise
    finally:
        server.returncode = 0  # it outlives this command, which therefore need not collect it


def stop(home: Home) -> bool:
    """Stops the home's server, whatever port it is on. False if none runs; what a dead one has left is removed."""
    if not home.server_lock.exists():
        return False
    with exclusive(home):
        if not _served(home):
            home.info.unlink(missing_ok=True)
            return False
        pid = int(home.server_lock.read_text())
        for number, seconds in ((signal.SIGTERM, _SAVE_SECONDS), (signal.SIGKILL, _KILL_SECONDS)):
            with suppress(ProcessLookupError):
                os.kill(pid, number)
            if _ends(home, seconds):
                break
        home.info.unlink(missing_ok=True)
        return True


def _wait(server: subprocess.Popen[bytes], home: Home, answers: Callable[[], bool]) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while not (home.info.exists() and answers()):
        code = server.poll()
        if code is not None:
            raise AccessError(_reason(home.log, code), f"The whole log: {home.log}")
        if time.monotonic() > deadline:
            raise AccessError(
                f"The emulator did not answer within {_START_SECONDS:.0f} seconds.", f"Its log: {home.log}"
            )
        time.sleep(0.01)


def _end(server: subprocess.Popen[bytes]) -> None:
    """Ends a server that has not come up; it has no state to save."""
    server.terminate()
    try:
        server.wait(2.0)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait(_KILL_SECONDS)


def _ends(home: Home, seconds: float) -> bool:
    """True once no server holds the home's lock, False if one still does after so many seconds."""
    deadline = time.monotonic() + seconds
    while _served(home):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.01)
    return True


def _reason(log: Path, code: int) -> str:
    """Why the server ended: it prints one ``refused:`` line when it knows."""
    lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
    for line in reversed(lines):
        if line.startswith("refused: "):
            return line.removeprefix("refused: ")
    last = f": {lines[-1]}" if lines else "."
    return f"The emulator ended with code {code}{last}"


def _environment(home: Home, port: int, project: Path | None) -> dict[str, str]:
    """Nothing of the caller's environment but what a process needs: functions and companions must not see the rest."""
    kept = {name: os.environ[name] for name in ("PATH", "LANG", "LC_ALL", OWNER_VARIABLE) if name in os.environ}
    package = Path(__file__).resolve().parents[3]
    return kept | {
        "HOME": str(home.root.resolve()),
        "PYTHONPATH": str(package),
        HOME_VARIABLE: str(home.root.resolve()),
        PORT_VARIABLE: str(port),
        PROJECT_VARIABLE: str(project.resolve()) if project else "",
    }


def _served(home: Home) -> bool:
    """True while a server holds the home's lock."""
    try:
        lock = home.server_lock.open("r+")
    except FileNotFoundError:
        return False
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def _info(home: Home) -> dict[str, object]:
    try:
        found = json.loads(home.info.read_text())
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _other_home(body: bytes) -> str:
    """The home that an identity response names; "" if it is no such response."""
    try:
        answer = json.loads(body)
    except ValueError:
        return ""
    known = isinstance(answer, dict) and answer.get("tool") == "pkgops"
    return str(answer.get("home", "")) if known else ""
