"""How is an error said: as text or as JSON, and with which exit code?"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import click

from pkgops.errors import PkgopsError

if TYPE_CHECKING:
    from pathlib import Path

    from pkgops.events import Emit
    from pkgops.model import Stage
    from pkgops.ports.ports import Ports


@dataclass
class Manner:
    """How this run talks: ``json`` to machines, ``debug`` with tracebacks, ``color`` None by terminal; and
    whom it asks: ``connect`` makes the ports of a stage (None: `pkgops.aws.connect`)."""

    json: bool = False
    debug: bool = False
    color: bool | None = None
    connect: Callable[[Stage, Path, Emit], Ports] | None = None

    def guess(self, args: Sequence[str]) -> None:
        """What the arguments ask for, before they are parsed: a parse error must already be said that way."""
        pairs = set(pairwise(args))
        wants_json = {"--output=json", "-ojson"} & set(args) or {("--output", "json"), ("-o", "json")} & pairs
        self.json, self.debug = bool(wants_json), "--debug" in args


def report(error: PkgopsError | click.ClickException, manner: Manner) -> int:
    """Says what went wrong on stderr and returns the exit code."""
    if isinstance(error, click.exceptions.NoArgsIsHelpError):
        click.echo(error.format_message(), err=True)
        return error.exit_code
    if isinstance(error, PkgopsError):
        message, hint, code = error.message, error.hint, error.code
    else:
        message, hint, code = error.format_message(), _click_hint(error), error.exit_code
    if manner.debug:
        import traceback

        traceback.print_exception(error, file=sys.stderr)
    if manner.json:
        import json

        fields = {"error": type(error).__name__, "message": message, "hint": hint, "code": code}
        click.echo(json.dumps(fields), err=True)
        return code
    from pkgops.cli.output.views import colored

    label = click.style("Error:", fg="red", bold=True)
    text = f"{label} {message}" + (f"\n{hint}" if hint else "")
    click.echo(text, err=True, color=colored(manner, sys.stderr))
    return code


def _click_hint(error: click.ClickException) -> str:
    context = getattr(error, "ctx", None)
    if context is None:
        return ""
    if context.parent is None:
        return "Options of a command stand behind it: pkgops deploy --stage dev"
    return f"Help: {context.command_path} --help"
