"""The program: its table of commands, its exit codes and its error handling.

A command is the object ``command`` in the module of its name (``seed-dev`` is
``pkgops/cli/commands/operate/seed_dev.py``) and one line in `SECTIONS`. Modules are imported when their command runs,
so that ``pkgops --help`` costs what click costs. Data goes to stdout, everything else to stderr.
"""

from __future__ import annotations

import contextlib
import gc
import os
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import Any, NoReturn

import click

from pkgops.cli.output.errors import report_error
from pkgops.cli.output.terminal import guard, guarded, write_line
from pkgops.cli.session import Session
from pkgops.cli.signals import exit_code, install_handlers
from pkgops.errors import OutputError, PkgopsError, unknown

# folder of pkgops/cli/commands -> its commands, as they are listed
SECTIONS = {
    "build": {
        "init": "Create a project.",
        "ls": "List systems, stacks, stages and functions.",
        "synth": "Write the CloudFormation templates.",
        "package": "Build the handlers' artifacts.",
        "check": "Check templates, code and files by rules.",
        "graph": "Draw a system.",
    },
    "deploy": {
        "diff": "Show what a deployment would change.",
        "deploy": "Create or update stacks to match the code.",
        "dev": "Bring every save to a stage until Ctrl-C.",
        "cancel": "Cancel running updates.",
        "destroy": "Delete stacks.",
        "status": "Show the state of each stack.",
        "events": "Show the events of the stacks.",
        "gc": "Delete unused artifacts.",
    },
    "operate": {
        "outputs": "Show the outputs of the stacks.",
        "env": "Print the environment variables a client needs.",
        "web": "Publish web pages.",
        "cost": "Estimate what a system costs in a month.",
        "seed-dev": "Write development data.",
        "smoke": "Try a deployed system.",
        "tail-logs": "Show and follow the functions' logs.",
        "invoke": "Invoke one function.",
        "queues": "List queues and redrive dead letters.",
        "db": "Migrate, seed, check and open a database.",
        "secrets": "List and set secrets.",
        "users": "Count users, reset their passwords and end their sessions.",
    },
    "tools": {
        "doctor": "Check tools, credentials and configuration.",
        "verify": "Try on AWS what was only read about it.",
        "local": "Run the embedded emulator.",
        "console": "Look at a stage in the browser.",
        "completion": "Print a shell completion script.",
    },
}
TITLES = {
    "build": "Write and build",
    "deploy": "Deploy",
    "operate": "Operate",
    "tools": "This machine",
}
COMMANDS = {name: text for commands in SECTIONS.values() for name, text in commands.items()}
_FOLDERS = {name: folder for folder, commands in SECTIONS.items() for name in commands}

BROKEN_PIPE = 141
FAULT = 70  # of the program itself (EX_SOFTWARE); 1 would be taken for what diff --exit-code says of differences


class Root(click.Group):
    """The root command: loads commands on demand and turns errors into messages and exit codes."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The commands in the order of the table, which is the order of a working day."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Imports the command's module."""
        if cmd_name not in COMMANDS:
            return None
        module = import_module(f"pkgops.cli.commands.{_FOLDERS[cmd_name]}.{cmd_name.replace('-', '_')}")
        command: click.Command = module.command
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Suggests the nearest names for an unknown command, as for every unknown name."""
        if args[0] not in COMMANDS and not args[0].startswith("-"):
            raise unknown("command", args[0], COMMANDS)
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Lists the table: no command is imported for the overview."""
        width = max(map(len, COMMANDS))
        for folder, commands in SECTIONS.items():
            with formatter.section(TITLES[folder]):
                formatter.write_dl([(name.ljust(width), text) for name, text in commands.items()])

    def invoke(self, ctx: click.Context) -> Any:
        """Runs a command and returns its exit code."""
        try:
            code = super().invoke(ctx)
            sys.stdout.flush()
        except KeyboardInterrupt:
            ctx.exit(exit_code())
        except BrokenPipeError:
            _discard_stdout()
            ctx.exit(BROKEN_PIPE)
        return code

    def main(self, args: Sequence[str] | None = None, prog_name: str | None = None, **extra: Any) -> NoReturn:  # type: ignore[override]
        """Runs the program and exits: 0, or the code of the error (see `pkgops.errors`)."""
        given = sys.argv[1:] if args is None else list(args)
        session: Session = extra.pop("obj", None) or Session()
        mode = session.console.mode
        mode.detect(given)
        extra["standalone_mode"] = False
        with guarded(mode):
            try:
                code = super().main(given, prog_name or "pkgops", obj=session, **extra)
            except OutputError as error:
                code = error.code
                _discard_stdout()
                with contextlib.suppress(OutputError):  # standard error may be the one
                    report_error(error, mode)
            except (PkgopsError, click.ClickException) as error:
                code = report_error(error, mode)
            except click.Abort:
                code = exit_code()
        sys.exit(code or 0)


def _discard_stdout() -> None:
    """Discards what is buffered: nothing reads it, and the interpreter would report that when it exits."""
    with contextlib.suppress(OSError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _version(ctx: click.Context, _parameter: click.Parameter, wanted: bool) -> None:
    if wanted and not ctx.resilient_parsing:
        from importlib.metadata import PackageNotFoundError, version

        try:
            number = version("pkgops")
        except PackageNotFoundError:
            number = "(not installed)"
        write_line(sys.stdout, f"pkgops {number}", color=False)
        ctx.exit()


root = Root(
    name="pkgops",
    help="Deploy and operate serverless systems written in Python.\n\n"
    "Without --stage everything runs on the embedded emulator; no AWS account is needed.",
    epilog="Start with pkgops deploy. Every command has its own --help, with examples.",
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
    params=[
        click.Option(
            ["--version"],
            is_flag=True,
            is_eager=True,
            expose_value=False,
            callback=_version,
            help="Show the version and exit.",
        )
    ],
)


def main() -> NoReturn:
    """The console script. A command ends before garbage collection pays: with the interpreter's threshold of 700
    the collector takes a tenth of a run, mostly while the SDK reads its models, and the search for cycles with which
    the interpreter ends another tenth. A first deployment makes 150,000 objects that stay."""
    gc.set_threshold(200_000)
    install_handlers()
    session = Session()
    guard(session.console.mode)  # beyond the end of `Root.main`, for the traceback of a bug
    try:
        root.main(obj=session)
    except Exception:
        import traceback

        traceback.print_exc()
        sys.exit(FAULT)
    finally:
        gc.freeze()  # what is left dies with the process
