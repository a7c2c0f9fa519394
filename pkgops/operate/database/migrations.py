"""Which migrations does a database have, which does it lack, and how are these applied?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec

from pkgops.errors import PkgopsError, UsageError
from pkgops.events import Note
from pkgops.operate.database.address import declared

if TYPE_CHECKING:
    from pkgops.config import Project
    from pkgops.operate.database.ask import Asked

_SCRIPT = "migration.sql"
Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class Failure:
    """The migration that failed, and why: with ``earlier`` in a run before this one."""

    name: str
    error: str
    earlier: bool = False


@dataclass(frozen=True, slots=True)
class Migrated:
    """What a run did: the names of those ``applied``, how many were ``skipped`` because they were already, which are
    still ``pending``, and the one that failed. ``known`` are those the program has."""

    applied: tuple[str, ...]
    skipped: int
    pending: tuple[str, ...]
    failed: Failure | None
    warnings: tuple[str, ...]
    known: tuple[str, ...]
    waited: float = 0.0


@dataclass(frozen=True, slots=True)
class MigrationRow:
    """A migration and its state: applied, modified, pending, failed, missing, or not deployed. ``detail`` is when it
    was applied, or why it failed."""

    name: str
    state: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class _Status:
    migrations: tuple[MigrationRow, ...]
    known: tuple[str, ...]


def migrate(asked: Asked, *, dry_run: bool = False) -> Migrated:
    """Applies what is pending, or only says what would be. As `Asked.ask`."""
    what = "Reading the migrations" if dry_run else "Applying migrations"
    found = read(asked.ask("migrate", what, dry_run=dry_run), Migrated)
    if absent := _undeployed(asked.project, found.known):
        asked.emit(Note(_deploy_first(asked.project, absent), "warning"))
    return found


def status(asked: Asked) -> list[MigrationRow]:
    """Every migration in its order: those of the database, of the program and of this checkout."""
    found = read(asked.ask("status", "Reading the migrations"), _Status)
    return joined(found.migrations, _undeployed(asked.project, found.known))


def joined(recorded: Sequence[MigrationRow], absent: Sequence[str]) -> list[MigrationRow]:
    """A row for each migration in their order: those that the program knows of, and those it has not (``absent``). What
    it misses and this checkout has was applied from here, and is not deployed."""
    rows = {name: MigrationRow(name, "not deployed") for name in absent}
    for row in recorded:
        undeployed = row.name in rows and row.state != "failed"
        rows[row.name] = replace(row, state="not deployed") if undeployed else row
    return sorted(rows.values(), key=lambda row: row.name)


def resolve(asked: Asked, name: str, *, applied: bool) -> dict[str, Any]:
    """Records a migration as applied, or as rolled back, without running anything. As `Asked.ask`."""
    return asked.ask("resolve", "Recording", name=name, applied=applied)


def names(project: Project) -> list[str]:
    """The migrations of this checkout. UsageError if there is no such folder."""
    folder = project.root / declared(project).migrations
    if not folder.is_dir():
        raise UsageError(f"There is no folder {declared(project).migrations}.", "Correct the system's definition.")
    return sorted(one.parent.name for one in folder.glob(f"*/{_SCRIPT}"))


def read(answer: dict[str, Any], kind: type[Answer]) -> Answer:
    """An answer by what it should be. PkgopsError for another."""
    try:
        return msgspec.convert(answer, kind)
    except msgspec.ValidationError as error:
        raise PkgopsError(
            f"The answer is not what this pkgops understands: {error}.", "Deploy the function again."
        ) from None


def _undeployed(project: Project, known: Sequence[str]) -> list[str]:
    return [name for name in names(project) if name not in known]


def _deploy_first(project: Project, absent: Sequence[str]) -> str:
    command = f"pkgops deploy {project.system.key} --stage {project.stage.name}"
    return f"Not in the deployed function yet: {', '.join(absent)}. Deploy first: {command}"
