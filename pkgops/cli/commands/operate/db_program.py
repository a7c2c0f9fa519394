"""``pkgops db migrate``, ``status``, ``resolve``, ``seed``, ``check`` and ``reset``: what the system's program does."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from pkgops.cli.command import session_command
from pkgops.cli.commands.operate.db_options import asked, confirm_protected
from pkgops.cli.options import yes

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pkgops.cli.session import Session
    from pkgops.operate.database.ask import Asked
    from pkgops.operate.database.data import SeedRow
    from pkgops.operate.database.migrations import Migrated


MIGRATE = """\
pkgops db migrate --dry-run
pkgops db migrate shop --stage prod
pkgops db migrate --direct --via 127.0.0.1:15432 --stage dev"""


@session_command("migrate", example=MIGRATE)
@asked
@click.option("--dry-run", is_flag=True, help="Only show what would be applied.")
@yes("Apply them")
def migrate(session: Session, asked: Asked, dry_run: bool, yes: bool) -> int:
    """Apply the migrations that the database lacks, in their order, each once, as prisma migrate deploy does.

    Two runs at once apply each migration once. After a failure nothing is applied until it is resolved: see pkgops db
    resolve. Exits with 1 if one has failed.
    """
    from pkgops.cli.output.database_text import migrated_text
    from pkgops.cli.output.terminal import one_line
    from pkgops.operate.database.data import backup, cluster
    from pkgops.operate.database.migrations import migrate as apply

    if not dry_run:
        confirm_protected(session, asked.project, "Migrate its database?", "Migrating", yes=yes)
        if asked.project.stage.protected and (state := cluster(asked.project, asked.ports)):
            session.console.print_message(one_line(f"If it goes wrong: {backup(state)}"))
    done = apply(asked, dry_run=dry_run)
    session.console.print_result(done, migrated_text(done, dry_run=dry_run))
    return _told(session, asked, done)


def _told(session: Session, asked: Asked, done: Migrated) -> int:
    from pkgops.cli.output.database_text import failure_text
    from pkgops.cli.output.terminal import one_line

    for warning in done.warnings:
        session.console.print_message(one_line(f"Warning: {warning}"))
    if done.failed:
        session.console.print_message(failure_text(done.failed, asked.project.system.key, asked.project.stage.name))
    return 1 if done.failed else 0


@session_command("status", example="pkgops db status\npkgops db status shop --stage prod --output json")
@asked
def status(session: Session, asked: Asked) -> None:
    """List the migrations: applied, modified since, pending, failed, missing here, or not deployed yet."""
    from pkgops.cli.output.terminal import one_line
    from pkgops.operate.database.data import cluster, described, server
    from pkgops.operate.database.migrations import status as read_status

    state = cluster(asked.project, asked.ports)
    if state is not None:
        session.console.print_message(one_line(described(state, server(asked.project, state.name))))
    rows = read_status(asked)
    shown = [(row.name, row.state, row.detail) for row in rows]
    session.console.print_table(("Migration", "State", "Detail"), shown, "There are no migrations.")


RESOLVE = """\
pkgops db resolve --rolled-back 20250102000000_add_notes
pkgops db resolve shop --applied 20250101000000_init --stage prod"""


@session_command("resolve", example=RESOLVE)
@asked
@click.option("--applied", metavar="MIGRATION", help="Record it as applied; it is not run.")
@click.option("--rolled-back", metavar="MIGRATION", help="Record a failed one as taken back; it runs again.")
@yes("Record it")
def resolve(session: Session, asked: Asked, applied: str | None, rolled_back: str | None, yes: bool) -> None:
    """Record what has become of a migration, without running anything.

    After a failure it is taken back, and runs again; in a database that has its tables already it is the baseline.
    """
    from pkgops.cli.output.terminal import one_line
    from pkgops.operate.database.migrations import resolve as record

    if (applied is None) == (rolled_back is None):
        raise click.UsageError("Give --applied or --rolled-back.")
    migration = applied or rolled_back or ""
    confirm_protected(session, asked.project, f"Record {migration}?", "Resolving a migration", yes=yes)
    done = record(asked, migration, applied=applied is not None)
    text = one_line(f"Recorded: {migration} is {'applied' if applied else 'rolled back'}.")
    session.console.print_result(done, text)


SEED = """\
pkgops db seed
pkgops db seed --only users --stage dev
pkgops db seed shop --only clear --yes"""


@session_command("seed", example=SEED)
@asked
@click.option("--only", "names", metavar="SEED", multiple=True, help="This seed; repeatable.  [default: all]")
@click.option("--force", is_flag=True, help="Write demo data on a stage that is not for development.")
@yes("Write it")
def seed(session: Session, asked: Asked, names: tuple[str, ...], force: bool, yes: bool) -> None:
    """Write the system's seeds; what deletes data only by name, on development stages, and after asking.

    New passwords are shown once and never again.
    """
    from pkgops.cli.output.database_text import seeds_text

    confirm_protected(session, asked.project, "Seed its database?", "Seeding", yes=yes)
    done = _seeded(session, asked, names, force, yes)
    session.console.print_result(done, seeds_text(done))


def _seeded(session: Session, asked: Asked, names: Sequence[str], force: bool, yes: bool) -> tuple[SeedRow, ...]:
    from pkgops.cli.confirm import confirm
    from pkgops.operate.database.ask import UnconfirmedError
    from pkgops.operate.database.data import seed as write

    try:
        return write(asked, names, force=force, confirmed=yes)
    except UnconfirmedError as error:
        confirm(session.console, f"{error.message} Continue?", "Deleting data", yes=yes)
        return write(asked, names, force=force, confirmed=True)


@session_command("check", example="pkgops db check\npkgops db check shop --stage dev --direct --via 127.0.0.1:15432")
@asked
def check(session: Session, asked: Asked) -> int:
    """Run nine checks: connection, query, version, tables, rows, a transaction, connections in use and ten queries.

    Exits with 1 if one fails.
    """
    from pkgops.operate.database.data import check as run_checks

    rows = run_checks(asked)
    shown = [(row.name, "ok" if row.ok else "failed", row.found, f"{row.seconds * 1000:.1f} ms") for row in rows]
    session.console.print_table(
        ("Check", "State", "Found", "Time"), shown, "", rows if session.console.mode.json else None
    )
    return 0 if all(row.ok for row in rows) else 1


@session_command("reset", example="pkgops db reset --yes\npkgops db reset shop --stage dev")
@asked
@yes("Delete everything")
def reset(session: Session, asked: Asked, yes: bool) -> int:
    """Delete everything in the database of a development stage, and apply all migrations again."""
    from pkgops.cli.confirm import confirm
    from pkgops.cli.output.database_text import migrated_text
    from pkgops.operate.database.data import require_development
    from pkgops.operate.database.data import reset as delete_all

    require_development(asked.project)
    where = f"the database of {asked.project.system.key} on stage {asked.project.stage.name}"
    confirm(session.console, f"Delete everything in {where}?", "Resetting the database", yes=yes)
    done = delete_all(asked)
    session.console.print_result(done, migrated_text(done, dry_run=False))
    return _told(session, asked, done)
