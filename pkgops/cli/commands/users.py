"""``pkgops users``: takes back the passwords and sessions of a user pool's users."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from pkgops.cli.command import CommandGroup, session_command
from pkgops.cli.completion import complete_systems
from pkgops.cli.options import yes

if TYPE_CHECKING:
    from pkgops.cli.session import Session
    from pkgops.operate.user_passwords import PoolUsers, ResetResult


@click.group("users", cls=CommandGroup)
def command() -> None:
    """Take back the passwords and sessions of the users of Cognito user pools."""


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
    from pkgops.operate.user_passwords import pool_users, reset

    project, console = session.project(name), session.console
    ports = session.ports(project)
    require_account(project.stage, ports.identity.account())
    pools = pool_users(project.system.key, synthesized(project), ports)
    if dry_run or not any(pool.users for pool in pools):
        return console.print_result(pools if console.mode.json else None, "\n".join(map(_text, pools)))
    question = f"{' '.join(map(_text, pools))} Reset their passwords and end all sessions?"
    confirm_on_stage(console, project.stage, question, "Resetting passwords", yes=yes)
    results = reset(pools, ports.users, console.emit)
    return console.print_result(results, "\n".join(map(_result_text, results)))


def _result_text(row: ResetResult) -> str:
    return f"{row.pool}: {row.passwords} passwords reset, sessions of {row.sessions} users ended"


def _text(pool: PoolUsers) -> str:
    return f"{pool.pool} has {len(pool.users)} users, {len(pool.with_password)} of them with a password."


command.add_command(reset_passwords)
