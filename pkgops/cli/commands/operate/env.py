"""``pkgops env``: prints the environment variables that a client of a system needs, or writes them to a file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pkgops.cli.command import session_command
from pkgops.cli.completion import complete_systems
from pkgops.cli.options import choice

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pkgops.cli.session import Session
    from pkgops.operate.env import EnvVariable

EXAMPLE = """\
pkgops env shop > .env
pkgops env shop --stage prod --format json
pkgops env shop --existing .env.local --file .env.local --force
eval "$(pkgops env shop --format shell)\""""
_FILE = click.Path(dir_okay=False, path_type=Path)


@session_command("env", example=EXAMPLE)
@click.argument("name", required=False, metavar="[SYSTEM]", shell_complete=complete_systems)
@choice("--format", ("dotenv", "shell", "json"), "How to write the variables.", default="dotenv")
@click.option("--existing", metavar="FILE", type=_FILE, help="Take values that are no outputs from this .env file.")
@click.option("--with-secrets", is_flag=True, help="Read values that are secrets from Secrets Manager.")
@click.option("--app-compat", is_flag=True, help="Add variables the client reads though its documents omit them.")
@click.option("--allow-missing", is_flag=True, help="Leave empty what is not deployed.")
@click.option("--file", metavar="FILE", type=_FILE, help="Write to a new file, readable by its owner alone.")
@click.option("--force", is_flag=True, help="With --file: replace the file.")
def command(session: Session, name: str | None, format: str, **options: Any) -> None:
    """Print the environment variables that a client of a system, such as its frontend, needs to reach its stage.

    The system declares them; their values are outputs of its stacks. On stage local, URLs point to the emulator. No
    secret is among them unless asked for: there is a placeholder instead, or the value of an existing file. For the
    variables with which AWS clients reach the emulator: pkgops local env.
    """
    if options["force"] and options["file"] is None:
        raise click.UsageError("--force goes with --file.")
    found = _variables(session, name, format, **options)
    if options["file"] is not None:
        return _write(session, options["file"], _text(found, format), found, force=options["force"])
    values = {one.name: one.value for one in found}
    if format == "json":
        return session.console.print_document(values)
    return session.console.print_value(values, _text(found, format))


def _variables(session: Session, name: str | None, format: str, **options: Any) -> Sequence[EnvVariable]:
    from pkgops.operate.database.address import address
    from pkgops.operate.env import EnvRequest, client_variables, deployed_rows, read_kept

    kept = read_kept(options["existing"]) if options["existing"] else {}
    request = EnvRequest(kept, options["with_secrets"], options["app_compat"], options["allow_missing"])
    project = session.project(name)
    ports = session.ports(project)
    rows = deployed_rows(project, session.stacks(project), ports, request)
    found = client_variables(project, rows, request, ports.secrets, lambda: address(project, ports).url())
    _tell(session, found, kept, format)
    return found


def _text(found: Sequence[EnvVariable], format: str) -> str:
    import json

    from pkgops.operate.dotenv import format_dotenv
    from pkgops.operate.outputs import format_shell

    values = {one.name: one.value for one in found}
    if format == "dotenv":
        return format_dotenv(values, {one.name: one.heading for one in found})
    return format_shell(values) if format == "shell" else json.dumps(values, indent=2)


def _write(session: Session, file: Path, text: str, found: Sequence[EnvVariable], *, force: bool) -> None:
    from pkgops.own_files import write_private

    write_private(file, text + "\n", force=force)
    names = [one.name for one in found]
    session.console.print_result({"file": str(file), "variables": names}, f"Wrote {len(names)} variables to {file}.")


def _tell(session: Session, found: Sequence[EnvVariable], kept: dict[str, str], format: str) -> None:
    """Says what is left to do, on stderr."""
    from pkgops.events import Note
    from pkgops.operate.dotenv import disputed

    sentences = {
        "To fill in": [one.name for one in found if one.source == "placeholder"],
        "Left empty, as not deployed": [one.name for one in found if one.source == "missing"],
        "Not taken over from the existing file": [*kept.keys() - {one.name for one in found}],
    }
    if format == "dotenv":
        said = "Check these: readers of .env files differ on quotes, $ and line breaks"
        sentences[said] = disputed({one.name: one.value for one in found})
    for what, names in sentences.items():
        if names:
            session.console.emit(Note(f"{what}: {', '.join(sorted(names))}.", "warning"))
