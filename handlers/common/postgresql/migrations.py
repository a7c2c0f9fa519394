"""Which migrations does a database lack, and how are they applied? As ``prisma migrate deploy`` does it.

A migration is a folder with a ``migration.sql``; they run in the order of their names, each once. A script is sent as
one query, so that PostgreSQL takes it back whole if a statement fails, unless it has transactions of its own.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pg8000.native
from pg8000.exceptions import DatabaseError, InterfaceError

from handlers.common.postgresql import ledger
from handlers.common.postgresql.connection import Say, reason

SCRIPT = "migration.sql"
_UNFINISHED = "It did not finish."
_INSIDE_TRANSACTION = "25001"  # CREATE INDEX CONCURRENTLY and its like, beside other statements
_PROVIDER = re.compile(r'^\s*provider\s*=\s*"([^"]*)"', re.MULTILINE)


class UnusableError(Exception):
    """The folder or the database is not one that migrations can be applied to; the text says what to do."""


class CutShortError(Exception):
    """The connection ended with a script, so that the record could not be written; the text names the migration."""


@dataclass(frozen=True, slots=True)
class Migration:
    """A migration of the folder: its name, its script and the SHA-256 of the file's bytes."""

    name: str
    script: str
    checksum: str


def read(folder: Path) -> list[Migration]:
    """The migrations of a folder, in their order. `UnusableError` for another database's, and without a script."""
    lock = folder / "migration_lock.toml"
    provider = _PROVIDER.search(lock.read_text(encoding="utf-8")) if lock.is_file() else None
    if provider and provider[1] not in ("postgresql", "postgres"):
        raise UnusableError(f"{lock.name} is of {provider[1]}; these migrations are not for PostgreSQL")
    return [
        _read(place) for place in sorted(folder.iterdir()) if place.is_dir() and not place.name.startswith((".", "_"))
    ]


def status(connection: pg8000.native.Connection, folder: Path) -> dict[str, Any]:
    """Every migration of the folder and of the ledger with its state: ``applied``, ``modified`` (applied, and changed
    since), ``pending``, ``failed``, or ``missing`` from the folder."""
    known, rows = read(folder), ledger.rows(connection)
    done = {row.name: row for row in rows if row.finished and not row.rolled_back}
    failed = {row.name: row for row in rows if row.failed}
    found = [_state(one, done.get(one.name), failed.get(one.name)) for one in known]
    names = {one.name for one in known}
    for row in {**done, **failed}.values():
        if row.name not in names:
            found.append(_failed(row) if row.failed else {"name": row.name, "state": "missing", "detail": row.finished})
    return {"migrations": found}


def migrate(connection: pg8000.native.Connection, folder: Path, say: Say, *, dry_run: bool = False) -> dict[str, Any]:
    """Applies what is pending: ``applied`` names, how many were ``skipped`` because they were, what is still
    ``pending``, and of the one that failed ``name`` and ``error``. Nothing runs after a failure, of an earlier run as
    well. Two at once apply each migration once. `UnusableError`, `CutShortError`, `ledger.LockedError`."""
    known = read(folder)
    with ledger.locked(connection):
        rows = ledger.rows(connection)
        if not rows and (tables := ledger.others(connection)):
            shown = ", ".join(tables[:3]) + (", ..." if len(tables) > 3 else "")
            raise UnusableError(
                f"the database has {len(tables)} tables ({shown}) and no record of migrations. If they are what a "
                "migration would make, record it as applied: pkgops db resolve --applied NAME"
            )
        done = {row.name: row for row in rows if row.finished and not row.rolled_back}
        pending = [one for one in known if one.name not in done]
        result: dict[str, Any] = {"applied": [], "skipped": len(known) - len(pending), "failed": None}
        result["warnings"] = _warnings(known, done)
        if before := next((row for row in rows if row.failed), None):
            result["failed"] = {"name": before.name, "error": before.logs or _UNFINISHED, "earlier": True}
        elif not dry_run:
            ledger.create(connection)
            result |= _apply(connection, pending, say)
    applied = set(result["applied"])
    return result | {"pending": [one.name for one in pending if one.name not in applied]}


def resolve(connection: pg8000.native.Connection, folder: Path, name: str, *, applied: bool) -> dict[str, Any]:
    """Records a migration as applied without running it, or a failed one as taken back. `UnusableError` if the ledger
    says otherwise."""
    known = {one.name: one for one in read(folder)}
    with ledger.locked(connection):
        rows = [row for row in ledger.rows(connection) if row.name == name]
        failed = any(row.failed for row in rows)
        if not applied and not failed:
            raise UnusableError(f"migration {name} has not failed")
        if applied and any(row.finished and not row.rolled_back for row in rows):
            raise UnusableError(f"migration {name} is applied already")
        if applied and name not in known:
            raise UnusableError(f"there is no migration {name}; the newest is {max(known, default='none')}")
        ledger.create(connection)
        ledger.rolled_back(connection, name)
        if applied:
            ledger.finished(connection, ledger.started(connection, name, known[name].checksum), steps=0)
    return {"resolved": name, "as": "applied" if applied else "rolled back"}


def _read(place: Path) -> Migration:
    script = place / SCRIPT
    if not script.is_file():
        raise UnusableError(f"migration {place.name} has no {SCRIPT}")
    content = script.read_bytes()
    try:
        text = content.decode("utf-8-sig")
        if "\0" in text:
            raise ValueError
    except ValueError:
        raise UnusableError(f"{SCRIPT} of {place.name} is no text in UTF-8: save it as that") from None
    return Migration(place.name, text, hashlib.sha256(content).hexdigest())


def _apply(connection: pg8000.native.Connection, pending: Sequence[Migration], say: Say) -> dict[str, Any]:
    applied: list[str] = []
    for one in pending:
        say(f"Applying {one.name}")
        if why := _run(connection, one):
            return {"applied": applied, "failed": {"name": one.name, "error": why}}
        applied.append(one.name)
    return {"applied": applied}


def _run(connection: pg8000.native.Connection, one: Migration) -> str:
    """Runs a script, with what it has put off until the end of its transaction. Returns why it failed, "" if it has
    not. `CutShortError`."""
    row = ledger.started(connection, one.name, one.checksum)
    why = ""
    try:
        try:
            connection.run(one.script)
            _leave(connection, "COMMIT")
        except DatabaseError as error:
            why = _where(one.script, error)
            _leave(connection, "ROLLBACK")
    except (InterfaceError, OSError, AttributeError) as error:  # pg8000 raises all of them at a COPY to the client
        raise CutShortError(f"migration {one.name} ended with its connection: {why or reason(error)}") from error
    ledger.failed(connection, row, why) if why else ledger.finished(connection, row)
    return why


def _leave(connection: pg8000.native.Connection, end: str) -> None:
    """Ends a transaction that a script may have left open, and forgets what it has set for its session (search_path,
    as dumps do; another role)."""
    connection.run(end)
    connection.run("RESET ALL; RESET SESSION AUTHORIZATION; RESET ROLE")


def _where(script: str, error: DatabaseError) -> str:
    """The reason with the line of the script, where the server tells the position."""
    told = error.args[0]
    position = told.get("P") if isinstance(told, dict) else None
    line = f"line {script.count(chr(10), 0, int(position) - 1) + 1}: " if position else ""
    remedy = " Give it a migration of its own." if _INSIDE_TRANSACTION in reason(error) else ""
    return f"{line}{reason(error)}{remedy}"


def _warnings(known: Sequence[Migration], done: dict[str, ledger.Row]) -> list[str]:
    names = {one.name for one in known}
    changed = [one.name for one in known if one.name in done and done[one.name].checksum != one.checksum]
    found = [f"{name} was changed after it was applied." for name in changed]
    return found + [f"{name} is applied and not among the migrations." for name in done if name not in names]


def _failed(row: ledger.Row) -> dict[str, str]:
    return {"name": row.name, "state": "failed", "detail": row.logs or _UNFINISHED}


def _state(one: Migration, done: ledger.Row | None, failed: ledger.Row | None) -> dict[str, str]:
    if failed:
        return _failed(failed)
    if done is None:
        return {"name": one.name, "state": "pending", "detail": ""}
    state = "applied" if done.checksum == one.checksum else "modified"
    return {"name": one.name, "state": state, "detail": done.finished}
