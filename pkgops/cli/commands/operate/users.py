"""``pkgops users``: counts, creates and deletes users of user pools, and takes back their passwords and sessions."""

from __future__ import annotations

import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pkgops.cli.command import CommandGroup, session_command
from pkgops.cli.completion import complete_systems
from pkgops.cli.options import systems, yes
from pkgops.wording import counted

if TYPE_CHECKING:
    from collections.abc import Callable

    from pkgops.cli.output.console import Console
    from pkgops.cli.session import Session
    from pkgops.model import Stage
    from pkgops.operate.users.passwords import PoolUsers, ResetResult
    from pkgops.ports.access_keys import AccessKey
    from pkgops.ports.users import Users

_COLUMNS = ("User pool", "Users", "With a password")
_FILE = click.Path(dir_okay=False, path_type=Path)
_EACH = ("User pool", "User", "Address", "State")


@click.group("users", cls=CommandGroup, default="ls")
def command() -> None:
    """Count, create and delete users of Cognito user pools, and take back their passwords and sessions.

    Without a subcommand it counts them.
    """


LS = """\
pkgops users ls
pkgops users ls shop --each
pkgops users ls shop --stage prod --output json"""


@session_command("ls", example=LS)
@systems
@click.option("--each", is_flag=True, help="List every user with address and state.")
def ls(session: Session, names: tuple[str, ...], all_systems: bool, each: bool) -> None:
    """Count the users of the systems' pools, and those of them who may have a password."""
    from pkgops.build.build import synthesized
    from pkgops.operate.users.passwords import pool_users

    console, found = session.console, []
    for project in session.systems(names, all_systems):
        found += pool_users(synthesized(project), session.ports(project), project.stage.name, skip_missing=all_systems)
    rows = [(pool.pool, len(pool.users), len(pool.with_password)) for pool in found]
    value = found if console.mode.json else None
    if each:
        users = [(pool.pool, user.name, user.email, user.status) for pool in found for user in pool.users]
        return console.print_table(_EACH, users, "There are no users.", value)
    return console.print_table(_COLUMNS, rows, "There are no user pools.", value)


CREATE = """\
pkgops users create shop dev@example.com
pkgops users create shop dev@example.com --generate
pkgops users create shop dev@example.com --from password.txt --temporary --attribute name=Ann --stage dev"""
_words = click.argument("words", nargs=-1, required=True, metavar="[SYSTEM] USER", shell_complete=complete_systems)
_pool = click.option("--pool", default="", metavar="LOGICAL_ID", help="Which pool, if the system has several.")


@session_command("create", example=CREATE)
@_words
@click.option("--from", "source", metavar="FILE|-", help="Read the password from there instead of prompting.")
@click.option("--generate", is_flag=True, help="Make a random password and print it, once.")
@click.option("--temporary", is_flag=True, help="Another password has to be chosen at the first login.")
@click.option("--attribute", "attributes", multiple=True, metavar="NAME=VALUE", help="An attribute; may be repeated.")
@_pool
@yes("Create")
def create(session: Session, words: tuple[str, ...], pool: str, yes: bool, **how: Any) -> None:
    """Create USER, an address or another name that the pool takes, in a system's user pool.

    An address counts as verified, and no mail is sent. The password is prompted for; it is never an argument, which
    others on the machine could read. It needs the actions AdminCreateUser and AdminSetUserPassword, which a deployer's
    policy does not have on a protected stage.
    """
    from pkgops.cli.confirm import confirm_on_stage
    from pkgops.operate.users.users import new_user

    console, port, found, name, stage = _selected(session, words, pool)
    if stage.protected:
        confirm_on_stage(console, stage, f"Create {name} in {found}?", "Creating a user", yes=yes)
    password = _password(console, how["source"], how["generate"])
    user = new_user(name, password, how["attributes"], temporary=how["temporary"])
    made = port.create(found, user)
    shown = {"password": password} if how["generate"] else {}
    value = {"pool": found, "name": made.name, "email": made.email, "status": made.status, **shown}
    console.print_value(value, shown.get("password", ""))
    console.print_message(f"Created {name} in {found}.")


@session_command("delete", example="pkgops users delete shop dev@example.com --stage dev")
@_words
@_pool
@yes("Delete")
def delete(session: Session, words: tuple[str, ...], pool: str, yes: bool) -> None:
    """Delete USER, by address or by the pool's own name, from a system's user pool.

    What the system keeps of the user elsewhere stays. Access tokens that an API checks by their signature alone are
    accepted until they expire. It needs the action AdminDeleteUser.
    """
    from pkgops.cli.confirm import confirm_on_stage
    from pkgops.operate.users.users import delete_user

    console, port, found, name, stage = _selected(session, words, pool)
    confirm_on_stage(console, stage, f"Delete {name} from {found}?", "Deleting a user", yes=yes)
    delete_user(found, name, port)
    console.print_result({"pool": found, "deleted": name}, "")
    console.print_message(f"Deleted {name} from {found}.")


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
    from pkgops.operate.users.passwords import pool_users, require_pools, reset

    project, console = session.project(name), session.console
    ports = session.ports(project)
    require_account(project.stage, ports.identity.account())
    pools = require_pools(project.system.key, pool_users(synthesized(project), ports, project.stage.name))
    if dry_run or not any(pool.users for pool in pools):
        return console.print_result(pools if console.mode.json else None, "\n".join(map(_text, pools)))
    question = f"{' '.join(map(_text, pools))} Reset their passwords and end all sessions?"
    confirm_on_stage(console, project.stage, question, "Resetting passwords", yes=yes)
    results = reset(pools, ports.users, console.emit)
    return console.print_result(results, "\n".join(map(_result_text, results)))


ACCESS_KEY = """\
pkgops users access-key shop --stage prod
pkgops users access-key shop --file app.env
pkgops users access-key shop --replace
pkgops users access-key shop --delete"""


@session_command("access-key", example=ACCESS_KEY)
@click.argument("name", required=False, metavar="[SYSTEM]", shell_complete=complete_systems)
@click.option("--replace", is_flag=True, help="Make a new key, and end the one there is.")
@click.option("--delete", is_flag=True, help="Delete the user with its keys instead.")
@click.option("--file", metavar="FILE", type=_FILE, help="Write to a new file, readable by its owner alone.")
@click.option("--force", is_flag=True, help="With --file: replace the file.")
@yes("Go on")
def access_key(session: Session, name: str | None, delete: bool, **options: Any) -> None:
    """Make an access key for a system's application that runs outside AWS, and show it once.

    It is the key of a user in IAM, which may do what the system's own policy for its application says and nothing else.
    Its secret is stored nowhere, unless it is written to --file. The stack with that policy can be deleted once the
    user is. It needs permissions of an administrator, which a deployer's policy does not have.
    """
    from pkgops.cli.confirm import confirm_on_stage
    from pkgops.operate.users.access_key import app_user, create_key, delete_key

    _require_sound(delete, **options)
    project, console = session.project(name), session.console
    user, ports = app_user(project), session.ports(project)
    question = f"{'Delete the user' if delete else 'Make an access key for the user'} {user}?"
    confirm_on_stage(console, project.stage, question, "Changing access keys", yes=options["yes"])
    if delete:
        return console.print_message(f"{'Deleted' if delete_key(project, ports) else 'There was no'} user {user}.")
    make = partial(create_key, project, session.stacks(project), ports, replace=options["replace"])
    return _hand_over(console, make, options["file"], options["force"])


def _require_sound(delete: bool, replace: bool, file: Path | None, force: bool, **_: Any) -> None:
    if delete and (replace or file):
        raise click.UsageError("A key is made or deleted, not both.")
    if force and file is None:
        raise click.UsageError("--force goes with --file.")


def _hand_over(console: Console, make: Callable[[], AccessKey], file: Path | None, force: bool) -> None:
    from pkgops.operate.users.access_key import make_into, variables

    if file is None:
        return console.print_value(pair := variables(make()), "\n".join(f"{key}={pair[key]}" for key in pair))
    name = make_into(file, make, force=force).id
    return console.print_result({"file": str(file), "id": name}, f"Wrote the key {name} to {file}.")


def _result_text(row: ResetResult) -> str:
    return f"{row.pool}: {row.passwords} passwords reset, sessions of {row.sessions} users ended"


def _text(pool: PoolUsers) -> str:
    return f"{pool.pool} has {counted(len(pool.users), 'user')}, {len(pool.with_password)} of them with a password."


for _subcommand in (ls, create, delete, reset_passwords, access_key):
    command.add_command(_subcommand)


def _selected(session: Session, words: tuple[str, ...], pool: str) -> tuple[Console, Users, str, str, Stage]:
    """The console, the port, the id of the deployed pool, the user's name, and the stage."""
    from pkgops.build.build import synthesized
    from pkgops.config import require_account
    from pkgops.operate.users.users import only_pool

    if len(words) > 2:
        raise click.UsageError("Name one user, and before it at most a system.")
    project = session.project(words[0] if len(words) == 2 else None)
    ports = session.ports(project)
    require_account(project.stage, ports.identity.account())
    found = only_pool(project.system.key, synthesized(project), ports, pool, project.stage.name)
    return session.console, ports.users, found, words[-1], project.stage


def _password(console: Console, source: str | None, generate: bool) -> str:
    from pkgops.errors import RefusedError, UsageError
    from pkgops.operate.secrets.secrets import read_value
    from pkgops.operate.users.users import generated_password

    if generate and source:
        raise UsageError("A password is generated or read, not both.", "Leave out --generate or --from.")
    given = generated_password() if generate else read_value(source, sys.stdin)
    if given is not None:
        return given
    if not sys.stdin.isatty():
        raise RefusedError(
            "There is no terminal to prompt for the password.", "Use --from FILE, --from - or --generate."
        )
    console.close_display()
    return str(click.prompt("Password", hide_input=True, confirmation_prompt=True, err=True))
