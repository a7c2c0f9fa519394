"""``pkgops init``: creates a project."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pkgops.cli.command import session_command
from pkgops.wording import counted

if TYPE_CHECKING:
    from pkgops.cli.output.console import Console
    from pkgops.cli.session import Session

EXAMPLE = """\
pkgops init shop
pkgops init --list
pkgops init tracker --from notes-app"""


@session_command("init", example=EXAMPLE, has_system=False, has_project=False)
@click.argument("name", required=False, metavar="NAME")
@click.option("--from", "example", metavar="SYSTEM", help="Start from a system that ships with pkgops.")
@click.option("--list", "listing", is_flag=True, help="List what a project can start from.")
@click.option("--force", is_flag=True, help="Write into a directory that has files; none of them is overwritten.")
def command(session: Session, name: str | None, example: str | None, listing: bool, force: bool) -> None:
    """Create project NAME in a directory of that name; "." is the current directory.

    The project has one system: an HTTP API, a table, a queue with a worker and a schedule, with tests, a Makefile and
    a CI workflow. It deploys as it is, on the embedded emulator and on AWS.
    """
    from pkgops.init.create import DEFAULT, create
    from pkgops.project import absolute

    if listing:
        return _list_examples(session.console)
    if name is None:
        raise click.UsageError("Missing argument 'NAME'.")
    made = create(name, absolute(Path()), example=example or DEFAULT, force=force)
    session.console.print_result({"project": made.root, "system": made.system, "files": made.files}, str(made.root))
    for stage, wrong in made.incomplete.items():
        session.console.print_message(f"Before stage {stage} can be built, complete its settings: {' '.join(wrong)}")
    inside = "" if name == "." else f"cd {shlex.quote(name)} && "
    return session.console.print_message(f"Created {counted(len(made.files), 'file')}. Next: {inside}pkgops deploy")


def _list_examples(console: Console) -> None:
    from pkgops.init.create import examples

    console.print_table(
        ("Example", "What it is"), [(row.key, row.about) for row in examples()], "There are no examples."
    )
