"""A real PostgreSQL for tests: one server a session, a database a test."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

import pg8000.native
import pytest

from pkgops.local.databases.postgres import Account, PostgresServer, create, start_postgres
from pkgops.local.databases.postgres_programs import programs, reachable

PASSWORD = "p@ss:w/o?r#d%20'\"\\ ü"
USER = "dbadmin"
NEEDED = pytest.mark.skipif(programs() is None, reason="there is no PostgreSQL for this machine")


@dataclass(frozen=True)
class Database:
    """A database of the test's own."""

    name: str
    port: int

    @property
    def url(self) -> str:
        return f"postgresql://{USER}:{quote(PASSWORD, safe='')}@127.0.0.1:{self.port}/{self.name}?sslmode=disable"

    def connect(self) -> pg8000.native.Connection:
        return pg8000.native.Connection(USER, "127.0.0.1", self.name, self.port, PASSWORD, timeout=30)

    def run(self, statement: str) -> list[list[object]]:
        with self.connect() as connection:
            return connection.run(statement) or []


@dataclass(frozen=True)
class DatabaseServer:
    """The server, which makes databases."""

    process: PostgresServer
    _numbers: Iterator[int] = field(default_factory=itertools.count)

    def database(self) -> Database:
        name = f"test_{next(self._numbers)}"
        Database("postgres", self.process.port).run(f"CREATE DATABASE {name}")
        return Database(name, self.process.port)


@contextmanager
def served(folder: Path) -> Iterator[DatabaseServer]:
    """A server with its files in ``folder``."""
    found = programs()
    assert found
    executables, data = reachable(found), folder / "data"
    create(executables, data, Account(USER, PASSWORD, ""))
    process = start_postgres(executables, data, "tests")
    try:
        yield DatabaseServer(process)
    finally:
        process.stop()
