"""The embedded emulator as commands see it: started, queried and stopped.

The standard library only, because every local command imports it. The server is another process
(`pkgops.local.server`), which outlives the command that started it.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pkgops import own_files
from pkgops.errors import AccessError
from pkgops.events import Emit, Finished, Note, Started, silent
from pkgops.local.api_request import ApiRequest, Replayed, parsed, replayed
from pkgops.local.client.data_servers import DataServer
from pkgops.local.client.loopback import fetch
from pkgops.local.credentials import Credentials, load, load_or_create
from pkgops.local.home import IDENTITY_PATH, REPLAY_PATH, REQUESTS_PATH, Home, proof
from pkgops.model import LOCAL_ACCOUNT, RESUME

if TYPE_CHECKING:
    from pkgops.local.client.distributions import Distribution
    from pkgops.local.client.mail import Message


@dataclass(frozen=True, slots=True)
class Status:
    """The state of the emulator. ``started`` and ``saved`` (the newest snapshot) are ISO-8601 UTC, ``uptime``
    seconds, ``memory`` bytes (server, companions and functions; None if the system does not tell). ``note`` says
    what a crash has lost, "" if nothing; ``unsaved`` why the state cannot be saved, "" if it can; ``redis`` and
    ``postgres`` are the servers behind what is deployed of ElastiCache and RDS."""

    running: bool
    port: int
    home: Path
    pid: int = 0
    version: str = ""
    started: str = ""
    saved: str = ""
    uptime: float = 0.0
    memory: int | None = None
    note: str = ""
    unsaved: str = ""
    distributions: tuple[Distribution, ...] = ()
    certificate: Path | None = None
    redis: tuple[DataServer, ...] = ()
    postgres: tuple[DataServer, ...] = ()


@dataclass(frozen=True, slots=True)
class Emulator:
    """The emulator whose state is kept under ``home``, on 127.0.0.1:``port``; it serves the companions of ``project``,
    a directory, if there is one, and is started with ``workers`` and ``resume`` (see `pkgops.model.Stage`). `of` gives
    a project's own."""

    home: Path
    port: int = 4566
    project: Path | None = None
    workers: int = 0
    resume: int = RESUME

    @classmethod
    def of(cls, project: Path, port: int, workers: int = 0, resume: int = RESUME) -> Emulator:
        """The emulator of the project in that directory."""
        return cls(own_files.home(project) / "local", port, project, workers, resume)

    @property
    def endpoint(self) -> str:
        """The address clients use, without a slash at the end."""
        return f"http://127.0.0.1:{self.port}"

    def running(self) -> bool:
        """True if this home's server answers on the port; about a millisecond."""
        return self._identity() is not None

    def reachable(self) -> bool:
        """As `running`, once nobody starts or stops it any more. AccessError if it runs but does not answer."""
        if self.running() or not self._served():
            return self.running()
        from pkgops.local.client import launch

        home = Home(self.home)
        with _usable(self.home), launch.exclusive(home):
            if not self.running():
                launch.refuse_silent(home, patience=1.0)
            return self.running()

    def up(self, emit: Emit = silent) -> Status:
        """Starts the server unless it runs; returns when it answers, with a `Note` of what a crash lost.

        AccessError if the port is taken, the emulator is not installed in the right version,
        or the server does not come up; nothing is left behind then."""
        with _usable(self.home):
            self._start(emit)
        return self.status()

    def down(self, *, force: bool = False) -> bool:
        """Stops the server after it has saved its state; False if it was not running. AccessError if the state cannot
        be saved, and then it goes on running, unless ``force`` stops it all the same."""
        from pkgops.local.client.stop import stop

        with _usable(self.home):
            return stop(Home(self.home), self.port, force=force)

    def status(self) -> Status:
        """What is known about the server, running or not."""
        identity = self._identity()
        if identity is None:
            from pkgops.local.client.launch import SILENT

            return Status(
                False, self.port, self.home, note=f"{SILENT} Stop it: pkgops local down" if self._served() else ""
            )
        import time
        from datetime import datetime

        from pkgops.local import processes
        from pkgops.local.client.distributions import distributions

        served = distributions(identity)
        return Status(
            running=True,
            port=self.port,
            home=self.home,
            pid=identity["pid"],
            version=identity["version"],
            started=identity["started"],
            saved=identity["saved"],
            uptime=max(0.0, time.time() - datetime.fromisoformat(identity["started"]).timestamp()),
            memory=processes.family_memory(identity["pid"]),
            note=identity["note"],
            unsaved=identity["unsaved"],
            distributions=served,
            certificate=Home(self.home).certificate if served or identity.get("websocket_apis") else None,
            redis=tuple(DataServer(**one) for one in identity.get("redis", ())),
            postgres=tuple(DataServer(**one) for one in identity.get("postgres", ())),
        )

    def reset(self) -> None:
        """Empties the emulator: stacks, tables, buckets and their files. AccessError if it is down."""
        self.request("/_ministack/reset", "POST")

    def log(self, lines: int = 100) -> list[str]:
        """The last ``lines`` lines of the server's log, oldest first; none if it never ran."""
        from collections import deque

        log = Home(self.home).log
        if not log.exists():
            return []
        with _usable(self.home), log.open(encoding="utf-8", errors="replace") as file:
            return [line.rstrip("\n") for line in deque(file, maxlen=lines)]

    def messages(self) -> list[Message]:
        """The mails sent through SES, oldest first. AccessError if the emulator is down."""
        from pkgops.local.client.mail import messages

        return messages(self.request("/_ministack/ses/messages"))

    def requests(self, after: int = 0) -> list[ApiRequest]:
        """The last requests to deployed APIs after number ``after``, oldest first. AccessError if it is down."""
        return parsed(self.request(f"{REQUESTS_PATH}?after={after}"))

    def replay(self, number: int) -> Replayed | None:
        """Sends a request to a deployed API once more, as it was; None if it is no longer known. AccessError if the
        emulator is down."""
        return replayed(self.request(f"{REPLAY_PATH}?number={number}", "POST"))

    def credentials(self) -> Credentials:
        """Those of its root user, which are made here if there are none yet."""
        home = Home(self.home)
        home.make()
        return load_or_create(home.credentials, LOCAL_ACCOUNT)

    def _served(self) -> bool:
        """Whether a process holds the home's lock; where the files cannot be read, none is known."""
        from pkgops.local.client.running import served

        try:
            return served(Home(self.home))
        except OSError:
            return False

    def _identity(self) -> dict[str, Any] | None:
        """What the server says about itself; None if none answers that has this home's secret."""
        home = Home(self.home)
        credentials = load(home.credentials, LOCAL_ACCOUNT)
        if credentials is None:
            return None
        nonce = os.urandom(16).hex()
        try:
            status, body = fetch(self.port, f"{IDENTITY_PATH}?nonce={nonce}", timeout=5.0, credentials=credentials)
        except OSError:
            return None
        if status != 200 or proof(credentials.secret, nonce).encode() not in body or not home.server_lock.exists():
            return None  # without its lock, the home was removed while it ran, and it ends
        from pkgops.local.client.running import parsed_identity

        return parsed_identity(body) or None

    def _start(self, emit: Emit) -> None:
        from pkgops.local.client import launch

        what = "Starting the emulator"
        home = Home(self.home)
        with launch.exclusive(home):
            if self.running():  # another command has started it meanwhile
                return
            launch.refuse_occupied(home, self.port)
            emit(Started(what))
            given = launch.variables(self.workers, self.resume)
            launch.start(home, self.port, self.project, self.running, given)
        emit(Finished(what, self.endpoint))
        if note := self.status().note:
            emit(Note(note, "warning"))

    def request(self, path: str, method: str = "GET") -> bytes:
        """What it answers to its root user at a path of its own. AccessError if it is down, or refuses."""
        hint = "Start it with: pkgops local up"
        if not self.running():
            raise AccessError(f"The emulator is not running on port {self.port}.", hint)
        try:
            status, body = fetch(self.port, path, method, timeout=30.0, credentials=self.credentials())
        except OSError as error:
            raise AccessError(f"The emulator on port {self.port} does not answer.", hint) from error
        if status != 200:
            raise AccessError(f"The emulator answered {status} to {path}.", "See: pkgops local logs")
        return body


@contextmanager
def _usable(home: Path) -> Iterator[None]:
    """Tells which of the emulator's files cannot be used, and why."""
    try:
        yield
    except OSError as error:
        raise AccessError(
            f"{error.filename or home} cannot be used: {error.strerror}.",
            f"Correct its permissions, make room, or move it away; the emulator's files are in {home}, or where "
            f"{own_files.VARIABLE} says.",
        ) from error
