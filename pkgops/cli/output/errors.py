"""Error reports on stderr, as text or as one JSON object, and their exit codes."""

from __future__ import annotations

import sys

import click

from pkgops.cli.output.mode import OutputMode
from pkgops.cli.output.terminal import indented, json_escaped, style, write_line
from pkgops.errors import PkgopsError


def report_error(error: PkgopsError | click.ClickException, mode: OutputMode) -> int:
    """Prints what went wrong on stderr and returns the exit code."""
    if isinstance(error, click.exceptions.NoArgsIsHelpError):
        write_line(sys.stderr, error.format_message(), color=False)
        return error.exit_code
    if isinstance(error, PkgopsError):
        message, hint, code = error.message, error.hint, error.code
    else:
        message, hint, code = error.format_message(), _click_hint(error), error.exit_code
    if mode.debug:
        import traceback

        write_line(sys.stderr, indented("".join(traceback.format_exception(error))), color=False)
    if mode.json:
        import json

        kind = error.kind if isinstance(error, PkgopsError) else type(error).__name__
        fields = {"error": kind, "message": message, "hint": hint, "code": code}
        write_line(sys.stderr, json_escaped(json.dumps(fields)), color=False)
        return code
    label = style("Error:", fg="red", bold=True)
    text = f"{label} {indented(message)}" + (f"\n{indented(hint)}" if hint else "")
    write_line(sys.stderr, text, color=mode.colored(sys.stderr))
    return code


def _click_hint(error: click.ClickException) -> str:
    context = getattr(error, "ctx", None)
    if context is None:
        return ""
    if context.parent is None:
        return "Options follow the command: pkgops deploy --stage dev"
    return f"Help: {context.command_path} --help"
