"""How is a PostgreSQL server started, for what stands in for RDS?

A server listens on no socket file and asks everybody for a password. Its files stay when it ends, and one that did not
end in order recovers.
"""

from __future__ import annotations

import secrets
import subprocess
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from pkgops.local.databases.pause_gate import PauseGate
from pkgops.local.databases.postgres_files import ADMIN, make, named, place, verifier
from pkgops.local.databases.server_process import HOST, NotStartedError, ServerProcess, start, supervised

ADMIN_FILE = "pkgops-admin"  # in the data: the password of RDS's administrator
_END_SECONDS = 10.0
_LOOK = 0.05  # seconds between two looks for what is left of a server
_STATE_LINE = 7  # of postmaster.pid: what the server is about to do
_SETTINGS = {
    "listen_addresses": HOST,
    "unix_socket_directories": "",
    "fsync": "off",
    "full_page_writes": "off",
    "max_connections": "200",
    "log_min_messages": "fatal",
    "log_min_error_statement": "panic",
}


@dataclass(frozen=True, slots=True)
class Account:
    """The master user of a database: names and a password; ``database`` is "" where the template names none."""

    user: str
    password: str
    database: str


@dataclass(frozen=True, slots=True)
class PostgresServer(ServerProcess):
    """A server, its files and its programs, and the gate in front of it if it is that of a cluster that pauses."""

    data: Path
    programs: Path
    gate: PauseGate | None = None

    @property
    def public_port(self) -> int:
        return self.gate.port if self.gate else self.port

    @property
    def state(self) -> str:
        return self.gate.state if self.gate else ""

    def stop(self) -> None:
        if self.gate:
            self.gate.close()
        ServerProcess.stop(self)

    def answers(self) -> bool:
        lines = _process_file(self.data)
        return len(lines) > _STATE_LINE and lines[_STATE_LINE].strip() == "ready"

    def change_password(self, account: Account) -> None:
        """Changes the password of the master user; those who are connected stay so. `NotStartedError` if it fails."""
        environment = {"PGPASSWORD": (self.data / ADMIN_FILE).read_text(), "PGCONNECT_TIMEOUT": "5"}
        command = [str(self.programs / "psql"), "-XqAt", "-h", HOST, "-p", str(self.port), "-U", ADMIN]
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


def start_postgres(
    programs: Path, data: Path, name: str, port: int = 0, gate: PauseGate | None = None
) -> PostgresServer:
    """Starts the server of ``data`` and returns when it answers; on a free port if that is 0. ``gate`` takes the port
    instead, if there is one, and leads to the server. Raises `NotStartedError`."""
    _await_predecessor(data)
    if gate is not None:
        return _behind(gate, programs, data, name, port)

    def spawn(found: int) -> PostgresServer:
        settings = [part for key, value in {**_SETTINGS, "port": found}.items() for part in ("-c", f"{key}={value}")]
        process = supervised([str(programs / "postgres"), "-D", named(data), *settings], **place(data))
        return PostgresServer(name, found, process, data, programs)

    return start(spawn, f"The PostgreSQL server of {name}", port)


def start_again(server: PostgresServer) -> PostgresServer:
    """Starts a server that has ended, where its clients know it. Raises `NotStartedError`."""
    if server.gate is None:
        return start_postgres(server.programs, server.data, server.name, server.port)
    started = start_postgres(server.programs, server.data, server.name)
    server.gate.lead_to(started.port)
    return replace(started, gate=server.gate)


def _behind(gate: PauseGate, programs: Path, data: Path, name: str, port: int) -> PostgresServer:
    try:
        gate.listen(port)
    except OSError as error:
        raise NotStartedError(f"Port {port} of {name} cannot be opened: {error.strerror}") from None
    try:
        server = start_postgres(programs, data, name)
    except NotStartedError:
        gate.close()
        raise
    gate.lead_to(server.port)
    return replace(server, gate=gate)


def _await_predecessor(data: Path) -> None:
    """Waits for what is left of a server that was killed, or whose emulator was, and removes its mark: its number may
    be another's by now."""
    if not _process_file(data):
        return
    deadline = time.monotonic() + _END_SECONDS
    while (user := next(_users(data.resolve()), None)) is not None:
        if time.monotonic() > deadline:
            raise NotStartedError(f"Process {user} still uses {data}")
        time.sleep(_LOOK)
    (data / "postmaster.pid").unlink(missing_ok=True)


def _users(data: Path) -> Iterator[int]:
    """The processes of a server: its first may have ended before the others, which go on with their statements."""
    import psutil

    with suppress(OSError):  # a system without /proc tells of no process
        for process in psutil.process_iter():
            with suppress(psutil.Error, OSError):
                if Path(process.cwd()) == data:
                    yield process.pid


def _process_file(data: Path) -> list[str]:
    try:
        return (data / "postmaster.pid").read_text().splitlines()
    except OSError:
        return []
