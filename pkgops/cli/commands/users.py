"""``pkgops users``: counts the users of user pools, and takes back their passwords and sessions."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from pkgops.cli.command import CommandGroup, session_command
from pkgops.cli.completion import complete_systems
from pkgops.cli.options import systems, yes
from pkgops.wording import counted

if TYPE_CHECKING:
    from pkgops.cli.session import Session
    from pkgops.operate.user_passwords import PoolUsers, ResetResult

_COLUMNS = ("User pool", "Users", "With a password")


@click.group("users", cls=CommandGroup, default="ls")
def command() -> None:
    """Count the users of Cognito user pools, and take back their passwords and sessions.

    Without a subcommand it counts them.
    """


@session_command("ls", example="pkgops users ls\npkgops users ls shop --stage prod --output json")
@systems
def ls(session: Session, names: tuple[str, ...], all_systems: bool) -> None:
    """Count the users of the systems' pools, and those of them who may have a password."""
    from pkgops.build.build import synthesized
    from pkgops.operate.user_passwords import pool_users

    console, found = session.console, []
    for project in session.systems(names, all_systems):
        found += pool_users(synthesized(project), session.ports(project), skip_missing=all_systems)
    rows = [(pool.pool, len(pool.users), len(pool.with_password)) for pool in found]
    console.print_table(_COLUMNS, rows, "There are no user pools.", found if console.mode.json else None)


RESET = """\
pkgops users reset-passwords shop --dry-run
pkgops users reset-passwords shop --stage prod"""


@session_command("reset-passwords", example=RESET)
@click.argument("name", required=False, metavar="[SYSTEM]", shell_complete=complete_systems)
@click.option("--dry-run", is_flag=True, help="Only show how many users there are.")
@yes("Reset")
def reset_passwords(session: Session, name: str | None, dry_run: bool, yes: bool) -> None:
    """Replace the passwords of a system's users by random ones, and end the users' sessions.

    Users log in again as the app offers it: with a code, or after they have chosen a new password. Invitations and
    unconfirmed users stay as they are. Access tokens that an API checks by their signature alone are accepted until
    they expire. An interruption is harmless: run it again. It needs the actions ListUsers, AdminSetUserPassword and
    AdminUserGlobalSignOut, which a deployer's policy does not have on a protected stage.
    """
    from pkgops.build.build import synthesized
    from pkgops.cli.confirm import confirm_on_stage
    from pkgops.config import require_account
    from pkgops.operate.user_passwords import pool_users, require_pools, reset

    project, console = session.project(name), session.console
    ports = session.ports(project)
    require_account(project.stage, ports.identity.account())
    pools = require_pools(project.system.key, pool_users(synthesized(project), ports))
    if dry_run or not any(pool.users for pool in pools):
        return console.print_result(pools if console.mode.json else None, "\n".join(map(_text, pools)))
    question = f"{' '.join(map(_text, pools))} Reset their passwords and end all sessions?"
    confirm_on_stage(console, project.stage, question, "Resetting passwords", yes=yes)
    results = reset(pools, ports.users, console.emit)
    return console.print_result(results, "\n".join(map(_result_text, results)))


def _result_text(row: ResetResult) -> str:
    return f"{row.pool}: {row.passwords} passwords reset, sessions of {row.sessions} users ended"


def _text(pool: PoolUsers) -> str:
    return f"{pool.pool} has {counted(len(pool.users), 'user')}, {len(pool.with_password)} of them with a password."


for _subcommand in (ls, reset_passwords):
    command.add_command(_subcommand)
