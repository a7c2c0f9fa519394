"""PostgreSQL servers as processes of the emulator, for what stands in for RDS.

A server listens on one port of 127.0.0.1 and on no socket file, and asks everybody for a password. It ends with the
emulator, however that ends: its standard input does. Its files stay, and a server that did not end in order recovers.
"""

from __future__ import annotations

import os
import secrets
import signal
import socket
import subprocess
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from pkgops.local.hooks.postgres_files import ADMIN, NotStartedError, make, named, place, verifier

ADMIN_FILE = "pkgops-admin"  # in the data: the password of RDS's administrator
_START_SECONDS = 60.0  # until a server that does not answer is given up; it takes 0.1 on an idle machine
_STOP_SECONDS = 10.0
_ATTEMPTS = 5  # at a free port, which another program may take meanwhile
_STATE_LINE = 7  # of postmaster.pid: what the server is about to do
_SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "fsync": "off",
    "full_page_writes": "off",
    "max_connections": "200",
    "log_min_messages": "fatal",
    "log_min_error_statement": "panic",
}
# Runs the server; ends with it, and ends it when standard input ends.
_SUPERVISOR = """\
exec 3<&0
"$0" "$@" < /dev/null &
server=$!
{ cat <&3 > /dev/null; kill -INT "$server" 2> /dev/null; } &
wait "$server"
"""


@dataclass(frozen=True, slots=True)
class Account:
    """The master user of a database: names and a password; ``database`` is "" where the template names none."""

    user: str
    password: str
    database: str


@dataclass(frozen=True, slots=True)
class PostgresProcess:
    """A server on ``port``; ``name`` is what people call it."""

    name: str
    port: int
    data: Path
    programs: Path
    process: subprocess.Popen[bytes]

    def change_password(self, account: Account) -> None:
        """Changes the password of the master user; those who are connected stay so. `NotStartedError` if it fails."""
        environment = {"PGPASSWORD": (self.data / ADMIN_FILE).read_text(), "PGCONNECT_TIMEOUT": "5"}
        command = [str(self.programs / "psql"), "-XqAt", "-h", "127.0.0.1", "-p", str(self.port), "-U", ADMIN]
        statement = f"ALTER ROLE {quoted(account.user)} PASSWORD '{verifier(account.password)}';"
        done = subprocess.run(
            [*command, "-v", "ON_ERROR_STOP=1", "postgres"],
            input=statement,
            capture_output=True,
            text=True,
            env=environment,
            check=False,
        )
        if done.returncode:
            raise NotStartedError(f"The password of {self.name} was not changed: {done.stderr.strip()}")

    def stop(self) -> None:
        """Ends it, after it has written what it knows."""
        assert self.process.stdin  # noqa: S101 - for the type checker
        self.process.stdin.close()
        try:
            self.process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()


def create(programs: Path, data: Path, account: Account) -> None:
    """Makes the files of a server with the account's user and database. Raises `NotStartedError`."""
    secret = secrets.token_hex(16)
    user = quoted(account.user)
    statements = [
        f"ALTER ROLE {ADMIN} PASSWORD '{verifier(secret)}'",
        "CREATE ROLE rds_superuser IN ROLE pg_monitor, pg_signal_backend, pg_checkpoint",
        f"CREATE ROLE {user} LOGIN CREATEDB CREATEROLE IN ROLE rds_superuser PASSWORD '{verifier(account.password)}'",
    ]
    if account.database not in ("", "postgres"):
        statements.append(f"CREATE DATABASE {quoted(account.database)} OWNER {user}")
    make(programs, data, statements)
    kept = data / ADMIN_FILE
    kept.touch(mode=0o600)
    kept.write_text(secret)


def quoted(name: str) -> str:
    """``name`` as an identifier of SQL. Raises `NotStartedError` for one that no identifier can be."""
    if not name.isprintable():
        raise NotStartedError(f"{name!r} cannot be the name of a user or database")
    return '"{}"'.format(name.replace('"', '""'))


def start(programs: Path, data: Path, name: str, port: int = 0) -> PostgresProcess:
    """Starts the server of ``data`` and returns when it answers; on a free port if that is 0. Raises
    `NotStartedError`."""
    _await_predecessor(data)
    for _ in range(1 if port else _ATTEMPTS):
        found = port or _free_port()
        started = PostgresProcess(name, found, data, programs, _spawn(programs, data, found))
        if _comes_up(started):
            return started
        started.stop()
    raise NotStartedError(f"The PostgreSQL server of {name} does not start on port {found}. See: pkgops local logs")


def _spawn(programs: Path, data: Path, port: int) -> subprocess.Popen[bytes]:
    settings = [part for key, value in {**_SETTINGS, "port": port}.items() for part in ("-c", f"{key}={value}")]
    # In a group of its own, so that the supervisor can be ended together with its server.
    return subprocess.Popen(
        ["/bin/sh", "-c", _SUPERVISOR, str(programs / "postgres"), "-D", named(data), *settings],
        stdin=subprocess.PIPE,
        start_new_session=True,
        **place(data),
    )


def _comes_up(started: PostgresProcess) -> bool:
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline and started.process.poll() is None:
        lines = _process_file(started.data)
        if len(lines) > _STATE_LINE and lines[_STATE_LINE].strip() == "ready":
            return True
        time.sleep(0.01)
    return False


def _await_predecessor(data: Path) -> None:
    """Waits for the server of an emulator that was killed, and removes its mark: its number may be another's by now."""
    import psutil

    lines = _process_file(data)
    if not lines:
        return
    with suppress(psutil.NoSuchProcess, psutil.AccessDenied, ValueError):
        other = psutil.Process(int(lines[0]))
        if Path(other.cwd()) == data.resolve():
            try:
                other.wait(_STOP_SECONDS)
            except psutil.TimeoutExpired:
                raise NotStartedError(f"Process {other.pid} still uses {data}") from None
    (data / "postmaster.pid").unlink(missing_ok=True)


def _process_file(data: Path) -> list[str]:
    try:
        return (data / "postmaster.pid").read_text().splitlines()
    except OSError:
        return []


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])
