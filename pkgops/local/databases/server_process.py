"""What have the servers of databases and caches in common, as processes of the emulator?

A server listens on one port of 127.0.0.1 and ends with the emulator, however that ends: its standard input does. One
that ends before that is started again.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

HOST = "127.0.0.1"
_START_SECONDS = 60.0  # until a server that does not answer is given up; it takes 0.1 on an idle machine
_STOP_SECONDS = 10.0
_ATTEMPTS = 5  # at a free port, which another program may take meanwhile
# Before a server that has ended is started again, if it has lived for less than the last of them: one that cannot
# live is not started all the time.
_PAUSES = (0.0, 1.0, 5.0, 30.0)
# Hands the lines up to an empty one to the server as its input; ends with it, and ends it when standard input ends.
_SUPERVISOR = """\
given=$(sed '/^$/q')
exec 3<&0
printf '%s\\n' "$given" | "$0" "$@" &
server=$!
{ cat <&3 > /dev/null; kill -INT "$server" 2> /dev/null; } &
wait "$server"
"""


class NotStartedError(Exception):
    """A server did not come up, or does not take what it is told; the text says which, and why."""


@dataclass(frozen=True, slots=True)
class ServerProcess(ABC):
    """A server on ``port``; ``name`` is what people call it, ``process`` what supervises it."""

    name: str
    port: int
    process: subprocess.Popen[bytes]

    @abstractmethod
    def answers(self) -> bool:
        """Whether it serves the port."""

    @property
    def public_port(self) -> int:
        """The port that clients know."""
        return self.port

    @property
    def state(self) -> str:
        """What it does at the moment, "" where a server only runs."""
        return ""

    def comes_up(self) -> bool:
        """Waits until it answers; False if it ends or takes too long."""
        deadline = time.monotonic() + _START_SECONDS
        while time.monotonic() < deadline and self.process.poll() is None:
            if self.answers():
                return True
            time.sleep(0.01)
        return False

    def forget(self) -> None:
        """Closes what kept it alive; it ends if it has not."""
        assert self.process.stdin  # noqa: S101 - for the type checker
        self.process.stdin.close()

    def stop(self) -> None:
        """Ends it, after it has written what it keeps."""
        self.forget()
        try:
            self.process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()


Server = TypeVar("Server", bound=ServerProcess)


def start(spawn: Callable[[int], Server], what: str, port: int = 0) -> Server:
    """The server that ``spawn`` makes on a port, once it answers; on a free port if that is 0. Raises
    `NotStartedError`, which calls it ``what``."""
    for _ in range(1 if port else _ATTEMPTS):
        found = port or _free_port()
        started = spawn(found)
        if started.comes_up():
            return started
        started.stop()
    raise NotStartedError(f"{what} does not start on port {found}. See: pkgops local logs")


def supervised(command: Sequence[str], given: str = "", **options: Any) -> subprocess.Popen[bytes]:
    """A server's process, which reads the lines of ``given`` (none of them empty) as its input; ``options`` are
    `subprocess.Popen`'s."""
    # In a group of its own, so that the supervisor can be ended together with its server.
    process = subprocess.Popen(
        ["/bin/sh", "-c", _SUPERVISOR, *command], stdin=subprocess.PIPE, start_new_session=True, **options
    )
    assert process.stdin  # noqa: S101 - for the type checker
    process.stdin.write(given.encode() + b"\n")
    process.stdin.flush()
    return process


class Servers(Generic[Server]):
    """The servers of one kind by their place: account, region, and the names that make it unique. ``again`` starts one
    that has ended once more, or raises `NotStartedError`; without it none is. All methods may be called by several
    threads."""

    def __init__(self, again: Callable[[tuple[str, ...], Server], Server] | None = None) -> None:
        self._servers: dict[tuple[str, ...], Server] = {}
        self._lock = threading.Lock()
        self._starting = threading.Lock()  # held while one is started again, so that it is not ended half-way
        self._again = again

    def put(self, place: tuple[str, ...], server: Server) -> None:
        """Adds a server."""
        with self._lock:
            self._servers[place] = server
        if self._again:
            threading.Thread(target=self._watch, args=(place, server), name=server.name, daemon=True).start()

    def of(self, place: tuple[str, ...]) -> list[Server]:
        """The servers whose place begins like that."""
        with self._lock:
            return [server for key, server in self._servers.items() if key[: len(place)] == place]

    def stop(self, place: tuple[str, ...] = ()) -> bool:
        """Ends the servers whose place begins like that; False if there is none."""
        with self._starting, self._lock:
            ended = [self._servers.pop(key) for key in list(self._servers) if key[: len(place)] == place]
        for server in ended:
            server.stop()
        return bool(ended)

    def rows(self) -> list[dict[str, Any]]:
        """Every server: its name, its address, whether its process is there, and its state."""
        return [
            {
                "name": one.name,
                "address": f"{HOST}:{one.public_port}",
                "running": one.process.poll() is None,
                "state": one.state,
            }
            for one in self.of(())
        ]

    def _watch(self, place: tuple[str, ...], server: Server) -> None:
        """Starts a server once more each time it ends without having been told to."""
        failures = 0
        while True:
            began = time.monotonic()
            server.process.wait()
            failures = 0 if time.monotonic() - began > _PAUSES[-1] else failures + 1
            time.sleep(_PAUSES[min(failures, len(_PAUSES)) - 1])
            with self._starting:
                if self._servers.get(place) is not server:
                    return
                server.forget()
                started = self._started_again(place, server)
                with self._lock:
                    self._servers[place] = started
            server = started

    def _started_again(self, place: tuple[str, ...], server: Server) -> Server:
        """The new server, or the old one if that does not start; the log says which."""
        assert self._again  # noqa: S101 - for the type checker
        try:
            started = self._again(place, server)
        except NotStartedError as error:
            sys.stderr.write(f"{error}\n")
            return server
        sys.stderr.write(f"The server of {server.name} had ended and was started again.\n")
        return started


def _free_port() -> int:
    with socket.socket() as free:
        free.bind((HOST, 0))
        return int(free.getsockname()[1])
