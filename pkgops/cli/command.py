"""Commands and groups of commands, with the options that all of them have.

``@session_command("status", example=...)`` makes a command whose function gets a `Session` first and its own
parameters after it. Its return value is the exit code (None: 0).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click

from pkgops.cli.options import (
    color_option,
    debug_option,
    local_stage_option,
    output_option,
    project_option,
    stage_option,
    system_option,
)
from pkgops.cli.session import Session
from pkgops.errors import NotFoundError, unknown

_WORD = "pkgops.first_word"  # the key of what stood where a command may be named
CommandFunction = Callable[..., int | None]


class SessionCommand(click.Command):
    """A command with the shared options, whose examples are printed line by line."""

    def __init__(self, *args: Any, example: str, **attributes: Any) -> None:
        super().__init__(*args, **attributes)
        self.example = example

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The examples, line by line."""
        with formatter.section("Examples"):
            for line in self.example.splitlines():
                formatter.write(f"{'':>{formatter.current_indent}}{line}\n")

    def invoke(self, ctx: click.Context) -> Any:
        """Calls the function with the session."""
        session = ctx.ensure_object(Session)
        session.directory = ctx.params.pop("project", None)
        session.stage, session.system = ctx.params.pop("stage", None), ctx.params.pop("system", None)
        assert self.callback is not None  # noqa: S101 - for the type checker: every command has a function
        with session:
            return ctx.invoke(self.callback, session, **ctx.params)


def session_command(
    name: str, *, example: str, has_system: bool = True, has_project: bool = True, local_only: bool = False
) -> Callable[[CommandFunction], SessionCommand]:
    """Declares a command. ``example`` has one shell command per line; ``has_system`` False leaves out --system,
    ``has_project`` False also --stage and --project; ``local_only`` is for commands of stage local."""

    def decorate(function: CommandFunction) -> SessionCommand:
        own = list(reversed(getattr(function, "__click_params__", [])))
        stage = local_stage_option() if local_only else stage_option()
        placed = [stage, *([system_option()] if has_system else []), project_option()] if has_project else []
        shared = [*placed, output_option(), debug_option(), color_option()]
        return SessionCommand(name, callback=function, params=[*own, *shared], help=function.__doc__, example=example)

    return decorate


class CommandGroup(click.Group):
    """A group that lists its commands in the order they were added, and runs ``default``, if it has one, when none
    is named: ``queues shop`` is ``queues ls shop``."""

    def __init__(self, *args: Any, default: str = "", **attributes: Any) -> None:
        super().__init__(*args, **attributes)
        self.default = default

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The commands' names in the order they were added."""
        return list(self.commands)

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Inserts the default command where none is named."""
        named = bool(args) and (args[0] in self.commands or args[0] in ctx.help_option_names)
        if not self.default or named:
            return super().parse_args(ctx, args)
        ctx.meta[_WORD] = args[0] if args else ""
        return super().parse_args(ctx, [self.default, *args])

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Suggests the nearest names for an unknown command, as for every unknown name."""
        if args[0] not in self.commands and not args[0].startswith("-"):
            raise self._unknown(args[0])
        return super().resolve_command(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        """Runs the command. What the default one cannot use may be a command with a mistake in its name."""
        word = ctx.meta.get(_WORD, "")
        try:
            return super().invoke(ctx)
        except (NotFoundError, click.UsageError) as error:
            from difflib import get_close_matches

            about_word = isinstance(error, click.UsageError) or repr(word) in error.message
            if about_word and get_close_matches(word, self.commands):
                raise self._unknown(word) from error
            raise

    def _unknown(self, word: str) -> NotFoundError:
        return unknown(f"{self.name} command", word, self.commands)
