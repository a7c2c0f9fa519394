"""Does a database do what an application asks of it? Nine checks, none of which changes anything."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pg8000.native
from pg8000.exceptions import DatabaseError

from handlers.common.postgresql.connection import reason

_QUERIES = 10


def checks(connection: pg8000.native.Connection, counted: Sequence[str], waited: float) -> list[dict[str, Any]]:
    """A row for each check: ``name``, ``ok``, ``found`` and ``seconds``. ``counted`` are the two tables whose rows are
    counted, ``waited`` the seconds that connecting took. After a check that fails the others run all the same."""
    first, second = (*counted, "", "")[:2]
    every: list[tuple[str, Callable[[], str]]] = [
        ("connection", lambda: _connection(connection)),
        ("query", lambda: _expect(connection.run("SELECT 1"), [[1]])),
        ("version", lambda: str(connection.run("SHOW server_version")[0][0])),
        ("tables", lambda: _tables(connection)),
        (f"rows of {first}" if first else "rows", lambda: _count(connection, first)),
        (f"rows of {second}" if second else "more rows", lambda: _count(connection, second)),
        ("read transaction", lambda: _transaction(connection)),
        ("connections", lambda: _connections(connection)),
        ("ten queries", lambda: _ten(connection)),
    ]
    return list(_carried_out(every, waited))


def _carried_out(every: Sequence[tuple[str, Callable[[], str]]], waited: float) -> Iterator[dict[str, Any]]:
    for name, check in every:
        began = time.perf_counter()
        try:
            found, ok = check(), True
        except (DatabaseError, _UnexpectedError) as error:
            found, ok = reason(error), False
        seconds = time.perf_counter() - began + (waited if name == "connection" else 0.0)
        yield {"name": name, "ok": ok, "found": found, "seconds": round(seconds, 4)}


class _UnexpectedError(Exception):
    pass


def _expect(found: Any, expected: Any) -> str:
    if found != expected:
        raise _UnexpectedError(f"{found} instead of {expected}")
    return "answers"


def _connection(connection: pg8000.native.Connection) -> str:
    user, database = connection.run("SELECT current_user, current_database()")[0]
    return f"{user} to {database}"


def _tables(connection: pg8000.native.Connection) -> str:
    found = connection.run(
        "SELECT tablename FROM pg_tables WHERE schemaname = current_schema() AND tablename <> '_prisma_migrations'"
    )
    if not found:
        raise _UnexpectedError("none; to make them: pkgops db migrate")
    return str(len(found))


def _count(connection: pg8000.native.Connection, table: str) -> str:
    if not table:
        return "no table is named"
    return str(connection.run(f"SELECT count(*) FROM {pg8000.native.identifier(table)}")[0][0])  # noqa: S608


def _transaction(connection: pg8000.native.Connection) -> str:
    connection.run("BEGIN READ ONLY")
    try:
        connection.run("SELECT count(*) FROM pg_class")
        read_only = connection.run("SHOW transaction_read_only")
    finally:
        connection.run("ROLLBACK")
    _expect(read_only, [["on"]])
    return "begun and ended"


def _connections(connection: pg8000.native.Connection) -> str:
    used = connection.run("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()")[0][0]
    most = connection.run("SHOW max_connections")[0][0]
    return f"{used} of {most}; every function that runs holds its own pool"


def _ten(connection: pg8000.native.Connection) -> str:
    began = time.perf_counter()
    for number in range(_QUERIES):
        _expect(connection.run(f"SELECT {number}"), [[number]])
    return f"{(time.perf_counter() - began) / _QUERIES * 1000:.1f} ms each"
