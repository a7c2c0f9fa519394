"""Error reports on stderr, as text or as one JSON object, and their exit codes."""

from __future__ import annotations

import sys

import click

from pkgops.cli.output.mode import OutputMode
from pkgops.errors import PkgopsError


def report_error(error: PkgopsError | click.ClickException, mode: OutputMode) -> int:
    """Prints what went wrong on stderr and returns the exit code."""
    if isinstance(error, click.exceptions.NoArgsIsHelpError):
        click.echo(error.format_message(), err=True)
        return error.exit_code
    if isinstance(error, PkgopsError):
        message, hint, code = error.message, error.hint, error.code
    else:
        message, hint, code = error.format_message(), _click_hint(error), error.exit_code
    if mode.debug:
        import traceback

        traceback.print_exception(error, file=sys.stderr)
    if mode.json:
        import json

        kind = error.kind if isinstance(error, PkgopsError) else type(error).__name__
        fields = {"error": kind, "message": message, "hint": hint, "code": code}
        click.echo(json.dumps(fields), err=True)
        return code
    label = click.style("Error:", fg="red", bold=True)
    text = f"{label} {message}" + (f"\n{hint}" if hint else "")
    click.echo(text, err=True, color=mode.colored(sys.stderr))
    return code


def _click_hint(error: click.ClickException) -> str:
    context = getattr(error, "ctx", None)
    if context is None:
        return ""
    if context.parent is None:
        return "Options follow the command: pkgops deploy --stage dev"
    return f"Help: {context.command_path} --help"
