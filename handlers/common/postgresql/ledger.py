"""What is recorded of migrations that have run? The table of Prisma, written as Prisma writes it.

A row without ``finished_at`` and ``rolled_back_at`` is of a migration that failed, or still runs.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

import pg8000.native
from pg8000.exceptions import DatabaseError, InterfaceError

LOCK = 72707369  # Prisma's number, so that neither runs while the other does
LOCK_SECONDS = 60
_TABLE = """
CREATE TABLE IF NOT EXISTS "_prisma_migrations" (
    "id" VARCHAR(36) PRIMARY KEY NOT NULL,
    "checksum" VARCHAR(64) NOT NULL,
    "finished_at" TIMESTAMPTZ,
    "migration_name" VARCHAR(255) NOT NULL,
    "logs" TEXT,
    "rolled_back_at" TIMESTAMPTZ,
    "started_at" TIMESTAMPTZ NOT NULL DEFAULT now(),
    "applied_steps_count" INTEGER NOT NULL DEFAULT 0
)"""
_COLUMNS = "migration_name, checksum, finished_at, rolled_back_at, coalesce(logs, '')"


class LockedError(Exception):
    """Another process applies migrations, for longer than this one waits."""


@dataclass(frozen=True, slots=True)
class Row:
    """One attempt at a migration. ``finished`` and ``rolled_back`` are ISO-8601, "" where it is not."""

    name: str
    checksum: str
    finished: str
    rolled_back: str
    logs: str

    @property
    def failed(self) -> bool:
        """It neither finished nor was it taken back."""
        return not self.finished and not self.rolled_back


@contextmanager
def locked(connection: pg8000.native.Connection) -> Iterator[None]:
    """While no other process applies migrations. `LockedError` if one does for a minute."""
    try:
        connection.run(f"SET lock_timeout = '{LOCK_SECONDS}s'")
        connection.run(f"SELECT pg_advisory_lock({LOCK})")
    except DatabaseError as error:
        if error.args[0].get("C") != "55P03":
            raise
        raise LockedError(f"another process has been applying migrations for {LOCK_SECONDS} seconds") from None
    connection.run("RESET lock_timeout")
    try:
        yield
    finally:
        with suppress(InterfaceError, OSError):  # a connection that has ended has no lock any more
            connection.run(f"SELECT pg_advisory_unlock({LOCK})")


def exists(connection: pg8000.native.Connection) -> bool:
    """Whether the database has the table."""
    return bool(connection.run("SELECT to_regclass('_prisma_migrations') IS NOT NULL")[0][0])


def create(connection: pg8000.native.Connection) -> None:
    """Makes the table unless it is there."""
    if not exists(connection):
        connection.run(_TABLE)


def others(connection: pg8000.native.Connection) -> list[str]:
    """The other tables of the schema that is migrated: what there is before the first migration."""
    found = connection.run(
        "SELECT tablename FROM pg_tables WHERE schemaname = current_schema() AND tablename <> '_prisma_migrations' "
        "ORDER BY tablename"
    )
    return [name for (name,) in found]


def rows(connection: pg8000.native.Connection) -> list[Row]:
    """Every attempt, oldest first; none where there is no table yet."""
    if not exists(connection):
        return []
    found = connection.run(f'SELECT {_COLUMNS} FROM "_prisma_migrations" ORDER BY started_at, migration_name')  # noqa: S608
    return [Row(name, checksum, _time(finished), _time(back), logs) for name, checksum, finished, back, logs in found]


def started(connection: pg8000.native.Connection, name: str, checksum: str) -> str:
    """Records that a migration begins. Returns the row's id."""
    made = str(uuid.uuid4())
    connection.run(
        'INSERT INTO "_prisma_migrations" (id, checksum, migration_name) VALUES (:id, :checksum, :name)',
        id=made,
        checksum=checksum,
        name=name,
    )
    return made


def finished(connection: pg8000.native.Connection, row: str, steps: int = 1) -> None:
    """Records that it is done."""
    connection.run(
        'UPDATE "_prisma_migrations" SET finished_at = now(), applied_steps_count = :steps WHERE id = :id',
        steps=steps,
        id=row,
    )


def failed(connection: pg8000.native.Connection, row: str, logs: str) -> None:
    """Records why it is not."""
    connection.run('UPDATE "_prisma_migrations" SET logs = :logs WHERE id = :id', logs=logs, id=row)


def rolled_back(connection: pg8000.native.Connection, name: str) -> None:
    """Records that a failed migration was taken back, so that it runs again."""
    connection.run(
        'UPDATE "_prisma_migrations" SET rolled_back_at = now() '
        "WHERE migration_name = :name AND finished_at IS NULL AND rolled_back_at IS NULL",
        name=name,
    )


def _time(found: object) -> str:
    return found.isoformat(timespec="seconds") if hasattr(found, "isoformat") else ""
