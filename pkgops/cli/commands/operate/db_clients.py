"""``pkgops db url``, ``psql``, ``dump`` and ``restore``: the database from this machine."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from pkgops.cli.command import session_command
from pkgops.cli.commands.operate.db_options import confirm_protected, project_of, reached
from pkgops.cli.options import yes

if TYPE_CHECKING:
    from pkgops.cli.session import Session
    from pkgops.config import Project
    from pkgops.operate.database.address import Address


def _place(session: Session, project: Project, via: str) -> Address:
    from pkgops.operate.database.address import address

    return address(project, session.ports(project), via)


@session_command("url", example="pkgops db url\npkgops db url shop --show --stage dev")
@reached
@click.option("--show", is_flag=True, help="Print the password, too.")
def url(session: Session, name: str | None, via: str, show: bool) -> None:
    """Print the connection string, percent-encoded, with **** for the password."""
    from pkgops.operate.database.address import plain

    place = _place(session, project_of(session, name), via)
    text = place.url(masked=not show)
    session.console.print_value({**plain(place), "url": text}, text)


PSQL = """\
pkgops db psql
pkgops db psql -c 'SELECT count(*) FROM users' --output json
pkgops db psql shop -f report.sql --stage dev --via 127.0.0.1:15432"""


@session_command("psql", example=PSQL)
@reached
@click.option("--command", "-c", "statements", metavar="SQL", multiple=True, help="Run this and exit; repeatable.")
@click.option("--file", "-f", "file", metavar="FILE", default="", help="Run the statements of FILE and exit.")
@yes("Open it")
def psql(session: Session, name: str | None, via: str, statements: tuple[str, ...], file: str, yes: bool) -> int:
    """Open psql on the database, or run statements; the password is in its environment, never among its arguments.

    With --output json the rows of the last statement are a list of objects.
    """
    from pkgops.operate.database import clients

    project = project_of(session, name)
    confirm_protected(session, project, "Open its database?", "Opening the database", yes=yes)
    place = _place(session, project, via)
    session.console.close_display()
    if not session.console.mode.json:
        return clients.psql(place, statements, file)
    if len(statements) != 1 or file:
        raise click.UsageError("--output json takes one --command.")
    session.console.print_document(clients.rows(place, statements[0]))
    return 0


DUMP = """\
pkgops db dump --to streams.dump
pkgops db dump shop --schema-only > schema.sql"""


@session_command("dump", example=DUMP)
@reached
@click.option(
    "--to", "target", metavar="FILE", help="Write to FILE: SQL if it ends with .sql, else PostgreSQL's format."
)
@click.option("--schema-only", is_flag=True, help="Tables without their rows.")
def dump(session: Session, name: str | None, via: str, target: str | None, schema_only: bool) -> None:
    """Write the database to a file, or its SQL to standard output; the record of migrations belongs to it."""
    from pkgops.cli.output.terminal import one_line
    from pkgops.operate.database import clients

    place = _place(session, project_of(session, name), via)
    text = clients.dump(place, Path(target) if target else None, schema_only=schema_only).decode("utf-8", "replace")
    if target is None:
        return session.console.print_result({"sql": text}, text.rstrip("\n"))
    return session.console.print_result({"file": target}, one_line(f"Wrote {target}."))


@session_command("restore", example="pkgops db restore --from streams.dump\npkgops db restore --from all.dump --clean")
@reached
@click.option("--from", "source", metavar="FILE", required=True, help="A file of pkgops db dump.")
@click.option("--clean", is_flag=True, help="First remove what the dump will make.")
@yes("Restore it")
def restore(session: Session, name: str | None, via: str, source: str, clean: bool, yes: bool) -> None:
    """Carry out a dump in the database, all of it or nothing."""
    from pkgops.cli.confirm import confirm_on_stage
    from pkgops.cli.output.terminal import one_line
    from pkgops.operate.database import clients

    project = project_of(session, name)
    if clean or project.stage.protected:
        question = f"Restore {source} into the database of {project.system.key} on stage {project.stage.name}?"
        confirm_on_stage(session.console, project.stage, question, "Restoring", yes=yes)
    clients.restore(_place(session, project, via), Path(source), clean=clean)
    session.console.print_result({"restored": source}, one_line(f"Restored {source}."))
