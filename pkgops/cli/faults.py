"""How is an error said: as text or as JSON, and with which exit code?"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import click

from pkgops.errors import PkgopsError


@dataclass
class Manner:
    """How this run talks: ``json`` to machines, ``debug`` with tracebacks, ``color`` None by terminal."""

    json: bool = False
    debug: bool = False
    color: bool | None = None

    @staticmethod
    def guess(args: Sequence[str]) -> Manner:
        """What the arguments ask for, before they are parsed: a parse error must already be said that way."""
        pairs = set(pairwise(args))
        wants_json = {"--output=json", "-ojson"} & set(args) or {("--output", "json"), ("-o", "json")} & pairs
        return Manner(json=bool(wants_json), debug="--debug" in args)


def report(error: PkgopsError | click.ClickException, manner: Manner) -> int:
    """Says what went wrong on stderr and returns the exit code."""
    if isinstance(error, PkgopsError):
        message, hint, code = error.message, error.hint, error.code
    else:
        message, hint, code = error.format_message(), _click_hint(error), error.exit_code
    if manner.debug:
        import traceback

        traceback.print_exception(error, file=sys.stderr)
    if manner.json:
        fields = {"error": type(error).__name__, "message": message, "hint": hint, "code": code}
        click.echo(json.dumps(fields), err=True)
        return code
    label = click.style("Error:", fg="red", bold=True)
    click.echo(f"{label} {message}", err=True, color=manner.color)
    if hint:
        click.echo(hint, err=True, color=manner.color)
    return code


def _click_hint(error: click.ClickException) -> str:
    context = getattr(error, "ctx", None)
    return f"Help: {context.command_path} --help" if context else ""
