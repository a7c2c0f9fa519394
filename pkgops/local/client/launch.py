"""Starting and stopping the emulator's server, so that exactly one serves a home."""

from __future__ import annotations

import errno
import fcntl
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from pkgops import own_files
from pkgops.errors import AccessError
from pkgops.local.client.loopback import fetch
from pkgops.local.client.running import (
    KILL_SECONDS,
    PROGRAM,
    end_homeless,
    ends,
    info,
    is_server,
    parsed_identity,
    served,
)
from pkgops.local.home import (
    HOME_VARIABLE,
    IDENTITY_PATH,
    OWNER_VARIABLE,
    PORT_VARIABLE,
    PROJECT_VARIABLE,
    RESUME_VARIABLE,
    WORKERS_VARIABLE,
    Home,
)

_START_SECONDS = 30.0  # until a server that does not answer is given up
_ANSWER_SECONDS = 5.0  # until what holds the port and says nothing is taken for a stranger; a busy machine is slow
_ENDING_SECONDS = 2.0  # until what breaks connections off is taken for a stranger, and not for a server that ends
_NO_ROOM = 65_536  # bytes free, with which nothing can be started
SILENT = "This project's emulator runs but does not answer."
_OTHER_PORT = "Give this project another one: [local] port = ... in stages.toml."


@contextmanager
def exclusive(home: Home) -> Iterator[None]:
    """Held while a client starts or stops the server; another client waits."""
    home.make()
    with _private(home.client_lock).open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def refuse_occupied(home: Home, port: int) -> None:
    """AccessError if the port is not free, or if this home is already served on another port."""
    if served(home):
        known = info(home).get("port", port)  # one that is ending has none any more
        if known != port:
            raise AccessError(
                f"This project's emulator already runs on port {known}, not on {port}.",
                "Stop it first: pkgops local down",
            )
        refuse_silent(home)
    other = _listening(port)
    if other is None or (other.get("identity") == home.identity and is_server(other["pid"])):
        if other:
            end_homeless(other["pid"], port)
        refuse_silent(home)  # it may have found its home again meanwhile, and goes on saving when its port is closed
        return
    if other:
        stop = f"Stop it in its project with pkgops local down. {_OTHER_PORT}"
        raise AccessError(f"Port {port} belongs to the emulator of {other.get('home')}.", stop)
    from pkgops.local import processes

    who = processes.listener(port) or "another program"
    raise AccessError(f"Port {port} is taken by {who}.", _OTHER_PORT)


def _listening(port: int) -> dict[str, Any] | None:
    """What listens on the port says of itself, {} if it is no server of ours, None if nothing does. A server that is
    just ending breaks connections off: it is asked again."""
    end = time.monotonic() + _ENDING_SECONDS
    while True:
        try:
            return parsed_identity(fetch(port, IDENTITY_PATH, timeout=_ANSWER_SECONDS)[1])
        except ConnectionRefusedError:
            return None
        except OSError as error:
            if isinstance(error, TimeoutError) or time.monotonic() > end:
                return {}
            time.sleep(0.05)


def refuse_silent(home: Home, patience: float = KILL_SECONDS) -> None:
    """AccessError for a server that holds this home's lock and does not answer; one that was killed holds it a little
    longer than its port, for which there are seconds of ``patience``."""
    if not ends(home, patience):
        raise AccessError(SILENT, "Stop it first: pkgops local down")


def variables(workers: int, resume: int) -> dict[str, str]:
    """What a server is told of the stage (see `pkgops.model.Stage`)."""
    return {WORKERS_VARIABLE: str(workers), RESUME_VARIABLE: str(resume)}


def start(
    home: Home, port: int, project: Path | None, answers: Callable[[], bool], given: Mapping[str, str] | None = None
) -> None:
    """Starts the server in its own session, with the variables that are ``given``, and returns when ``answers()``;
    AccessError if it does not come up, and then no process is left."""
    own_files.remove(home.info)
    with _private(home.log).open("wb") as log:
        server = subprocess.Popen(
            [sys.executable, "-P", "-m", PROGRAM],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            cwd=home.root,
            env={**_environment(home, port, project), **(given or {})},
            start_new_session=True,
        )
    try:
        _wait(server, home, answers)
    except BaseException:
        _end(server)
        raise
    finally:
        server.returncode = 0  # it outlives this command, which therefore need not collect it


def _private(file: Path) -> Path:
    """The file, which is there and for its owner alone."""
    own_files.clear(file).touch(0o600)
    file.chmod(0o600)
    return file


def _wait(server: subprocess.Popen[bytes], home: Home, answers: Callable[[], bool]) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while not (home.info.exists() and answers()):
        code = server.poll()
        if code is not None:
            raise AccessError(_reason(home, code), f"The whole log: {home.log}")
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
        server.wait(KILL_SECONDS)


def _reason(home: Home, code: int) -> str:
    """Why the server ended: it prints one ``refused:`` line when it knows, and where there is room for one."""
    if shutil.disk_usage(home.root).free < _NO_ROOM:
        return f"The emulator cannot start: {os.strerror(errno.ENOSPC)} where its files are, in {home.root}."
    lines = home.log.read_text(encoding="utf-8", errors="replace").splitlines()
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
        "NO_PROXY": "127.0.0.1,localhost,::1",  # for companions: on macOS proxies are not only in variables
        "PYTHONPATH": str(package),
        HOME_VARIABLE: str(home.root.resolve()),
        PORT_VARIABLE: str(port),
        PROJECT_VARIABLE: str(project.resolve()) if project else "",
    }
