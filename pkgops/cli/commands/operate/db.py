"""``pkgops db``: the databases that systems declare."""

from __future__ import annotations

import click

from pkgops.cli.command import CommandGroup
from pkgops.cli.commands.operate.db_clients import dump, psql, restore, url
from pkgops.cli.commands.operate.db_program import check, migrate, reset, resolve, seed, status


@click.group("db", cls=CommandGroup, default="status")
def command() -> None:
    """Migrate, seed, check and open the database that a system declares.

    A database that nothing outside its network reaches is asked by its migration function. Without a subcommand its
    migrations are listed: pkgops db shop is pkgops db status shop. SYSTEM is the only one with a database by default.
    """


for _subcommand in (status, migrate, resolve, seed, check, psql, url, dump, restore, reset):
    command.add_command(_subcommand)
