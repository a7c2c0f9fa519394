"""A look into a database by one statement, which changes nothing.

The statement is opened as a cursor by the server: that takes exactly one, which yields rows; the transaction it runs in
reads only, and cannot become another one any more. What is then fetched of it is limited in rows, bytes and time. What
functions do outside of transactions, such as ending other sessions, is up to the rights of the database's user.
"""

from __future__ import annotations

import base64
import csv
import io
import secrets
import subprocess
import tempfile
import threading
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pkgops.errors import PkgopsError, UsageError
from pkgops.operate.database.clients import environment, failure, find_program

if TYPE_CHECKING:
    from pkgops.operate.database.address import Address

ROWS = 50
"""The rows of a page."""

_SECONDS = 10  # a statement may take
_PATIENCE = 90  # seconds for all: a cluster that has paused answers after half a minute
_LARGEST = 4_000_000  # bytes of a page
_TABLES = """\
SELECT n.nspname AS "schema", c.relname AS "table", CASE WHEN c.reltuples < 0 THEN NULL ELSE c.reltuples::bigint END
AS "rows", pg_total_relation_size(c.oid) AS "bytes" FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p', 'm') AND n.nspname NOT IN ('pg_catalog', 'information_schema')
AND n.nspname NOT LIKE 'pg_toast%' AND has_schema_privilege(n.oid, 'USAGE') ORDER BY 1, 2"""


@dataclass(frozen=True, slots=True)
class Rows:
    """A page of a statement's rows: values as text, None for NULL; ``more`` if it has others after them. ``start`` is
    how many come before."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str | None, ...], ...]
    start: int = 0
    more: bool = False


@dataclass(frozen=True, slots=True)
class TableRow:
    """A table of a database. ``rows`` is PostgreSQL's own estimate, None before it has made one; ``size`` is bytes,
    indexes included."""

    schema: str
    name: str
    rows: int | None
    size: int


def look(address: Address, statement: str, start: int = 0, most: int = ROWS) -> Rows:
    """A page of the rows of one statement that reads. UsageError for an empty one, PkgopsError with the database's
    reason for what it refuses, AccessError without psql."""
    statement = statement.strip().rstrip(";").strip()
    if not statement or "\0" in statement:
        raise UsageError("There is no statement.", "Write one that yields rows: SELECT 1")
    null = secrets.token_hex(16)  # no value is that
    command = [find_program("psql", address.sslmode), "-X", "-q", "--csv", "-P", f"null={null}"]
    text = _run([*command, "-v", "ON_ERROR_STOP=1", "-f", "-"], _script(statement, start, most), address)
    found = csv.reader(io.StringIO(text, newline=""))
    columns = tuple(next(found, ()))
    rows = tuple(tuple(None if value == null else value for value in row) for row in found)
    return Rows(columns, rows[:most], start, len(rows) > most)


def tables(address: Address) -> list[TableRow]:
    """The tables that the database's user sees. As `look`."""
    found = look(address, _TABLES, most=2000)
    return [
        TableRow(str(schema), str(name), int(n) if n else None, int(size or 0)) for schema, name, n, size in found.rows
    ]


def _script(statement: str, start: int, most: int) -> str:
    """What psql is given. The statement stands in it as a string in base64, in which nothing has a meaning for psql or
    for SQL."""
    given = base64.b64encode(statement.encode()).decode()
    opened = f"OPEN pkgops NO SCROLL FOR EXECUTE convert_from(decode('{given}', 'base64'), 'UTF8');"
    body = f"DECLARE pkgops refcursor := 'pkgops'; BEGIN {opened} END"
    moved = [f"MOVE FORWARD {start} IN pkgops;"] if start else []
    lines = [
        "BEGIN READ ONLY;",
        f"SET LOCAL statement_timeout = '{_SECONDS}s';",
        "SET LOCAL client_encoding = 'UTF8';",
        f"DO $pkgops${body}$pkgops$;",
        *moved,
        f"FETCH {most + 1} FROM pkgops;",
    ]
    return "\n".join(lines) + "\n"


def _run(command: list[str], script: str, address: Address) -> str:
    """What psql prints. It is ended if it prints too much, or takes too long."""
    with (
        tempfile.TemporaryFile() as said,
        subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=said, env=environment(address)
        ) as running,
    ):
        timer = threading.Timer(_PATIENCE, running.kill)
        timer.start()
        try:
            printed = _exchanged(running, script.encode())
        finally:
            timer.cancel()
        if running.returncode > 0:
            said.seek(0)
            raise failure(said.read(), command, address)
    if len(printed) > _LARGEST:
        raise PkgopsError(
            f"These rows have more than {_LARGEST // 1_000_000} MB.", "Select fewer columns, or left(...)."
        )
    if running.returncode:
        raise PkgopsError("The database did not answer in time.", "Ask for less, or repeat it in a moment.")
    return printed.decode("utf-8", "replace")


def _exchanged(running: subprocess.Popen[bytes], script: bytes) -> bytes:
    """What it prints, as far as it is read: a byte more than it may be."""
    assert running.stdin is not None  # noqa: S101 - for the type checker
    assert running.stdout is not None  # noqa: S101 - for the type checker
    with suppress(BrokenPipeError), running.stdin as given:
        given.write(script)
    printed = running.stdout.read(_LARGEST + 1)
    if len(printed) > _LARGEST:
        running.kill()
    running.wait()
    return printed
