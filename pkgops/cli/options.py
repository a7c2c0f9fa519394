"""Which options do commands share, and what does a command look like?

``@verb("status", example=...)`` makes a command whose body gets a `Session` first and its own parameters
after it. Whatever the body returns is the exit code (None: 0).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import click

from pkgops.cli import complete
from pkgops.cli.output.errors import Manner
from pkgops.cli.session import Session

Body = Callable[..., int | None]
Decorator = Callable[[Body], Body]
LAYOUTS = ("text", "json")


class Verb(click.Command):
    """A command with the options every command has, and its examples printed as they are."""

    def __init__(self, *args: Any, example: str, system: bool, everywhere: bool = True, **attributes: Any) -> None:
        super().__init__(*args, **attributes)
        self.example = example
        own = [_stage() if everywhere else _only_local(), *([_system()] if system else [])]
        self.params += [*own, _output(), _debug(), _color()]

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The examples, line by line."""
        with formatter.section("Examples"):
            for line in self.example.splitlines():
                formatter.write(f"{'':>{formatter.current_indent}}{line}\n")

    def invoke(self, ctx: click.Context) -> Any:
        """Hands the body a session made of the shared options."""
        manner = ctx.find_object(Manner) or Manner()
        stage, system = ctx.params.pop("stage", None), ctx.params.pop("system", None)
        assert self.callback is not None  # noqa: S101 - for the type checker: every verb has a body
        with Session(stage, system, manner) as session:
            return ctx.invoke(self.callback, session, **ctx.params)


def verb(name: str, *, example: str, system: bool = True, everywhere: bool = True) -> Callable[[Body], Verb]:
    """Declares a command. ``example`` is one shell line an example; ``system`` False leaves out --system;
    ``everywhere`` False is for commands that know no stage but local."""

    def decorate(body: Body) -> Verb:
        parameters = list(reversed(getattr(body, "__click_params__", [])))
        return Verb(
            name,
            callback=body,
            params=parameters,
            help=body.__doc__,
            example=example,
            system=system,
            everywhere=everywhere,
        )

    return decorate


def targets(body: Body) -> Body:
    """``[SYSTEM[/STACK] ...]`` and ``--all``: passed on as ``names`` and ``everything``."""
    body = click.option("--all", "everything", is_flag=True, help="Every system.")(body)
    argument = click.argument("names", nargs=-1, metavar="[SYSTEM[/STACK] ...]", shell_complete=complete.targets)
    return argument(body)


def yes(what: str) -> Decorator:
    """``--yes``: no question is asked."""
    return click.option("--yes", "-y", is_flag=True, help=f"{what} without asking.")


def wait(body: Body) -> Body:
    """``--wait``: how many seconds at most to wait for somebody else's operation; None: watch it to its end."""

    def seconds(_ctx: click.Context, _parameter: click.Parameter, text: str | None) -> int | None:
        from pkgops.logs.time_range import span

        return None if text is None else span(text)

    help = "If somebody else is at work: wait so long at most, then stop with nothing touched (30s, 10m, 0)."
    return click.option("--wait", metavar="DURATION", callback=seconds, help=help)(body)


def concurrency(body: Body) -> Body:
    """``--concurrency``: how many stacks at once."""
    return click.option(
        "--concurrency", type=click.IntRange(1, 50), default=8, show_default=True, help="Stacks at once."
    )(body)


def choice(flag: str, values: Sequence[str], help: str, default: str | None = None) -> Decorator:
    """An option with a few values."""
    return click.option(flag, type=click.Choice(values), default=default, show_default=bool(default), help=help)


def _remember(attribute: str) -> Callable[[click.Context, click.Parameter, Any], None]:
    def callback(ctx: click.Context, _parameter: click.Parameter, value: Any) -> None:
        manner = ctx.find_object(Manner)
        if manner is not None and value is not None:
            setattr(manner, attribute, value)

    return callback


def _stage() -> click.Option:
    return click.Option(
        ["--stage", "-s"],
        envvar="PKGOPS_STAGE",
        metavar="STAGE",
        help="A stage of stages.toml, or a system's word for it (production).  [default: local]",
        show_envvar=True,
        shell_complete=complete.stages,
    )


def _only_local() -> click.Option:
    return click.Option(["--stage", "-s"], type=click.Choice(["local"]), default="local", help="Always local.")


def _system() -> click.Option:
    return click.Option(
        ["--system"],
        envvar="PKGOPS_SYSTEM",
        metavar="SYSTEM",
        help="The system meant where none is named.  [default: pkgwatch]",
        show_envvar=True,
        shell_complete=complete.systems,
    )


def _output() -> click.Option:
    def callback(ctx: click.Context, _parameter: click.Parameter, value: str) -> None:
        manner = ctx.find_object(Manner)
        if manner is not None:
            manner.json = value == "json"

    return click.Option(
        ["--output", "-o"],
        type=click.Choice(LAYOUTS),
        default="text",
        show_default=True,
        is_eager=True,
        expose_value=False,
        callback=callback,
        help="How the result is written.",
    )


def _debug() -> click.Option:
    return click.Option(
        ["--debug"],
        is_flag=True,
        is_eager=True,
        expose_value=False,
        callback=_remember("debug"),
        help="Show more progress, and tracebacks of errors.",
    )


def _color() -> click.Option:
    return click.Option(
        ["--color/--no-color"],
        default=None,
        is_eager=True,
        expose_value=False,
        callback=_remember("color"),
        help="Colours; by default on a terminal unless NO_COLOR is set.",
    )
