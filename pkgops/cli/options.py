"""The options that commands share."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import click

from pkgops.cli.completion import complete_stages, complete_systems, complete_targets
from pkgops.cli.session import Session

Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]
FORMATS = ("text", "json")


def targets(function: Callable[..., Any]) -> Callable[..., Any]:
    """``[SYSTEM[/STACK] ...]`` and ``--all``: parameters ``names`` and ``all_systems``."""
    function = click.option("--all", "all_systems", is_flag=True, help="Every system.")(function)
    argument = click.argument("names", nargs=-1, metavar="[SYSTEM[/STACK] ...]", shell_complete=complete_targets)
    return argument(function)


def systems(function: Callable[..., Any]) -> Callable[..., Any]:
    """``[SYSTEM ...]`` and ``--all``: parameters ``names`` and ``all_systems``."""
    function = click.option("--all", "all_systems", is_flag=True, help="Every system.")(function)
    return click.argument("names", nargs=-1, metavar="[SYSTEM ...]", shell_complete=complete_systems)(function)


def yes(action: str) -> Decorator:
    """``--yes``: no question is asked."""
    return click.option("--yes", "-y", is_flag=True, help=f"{action} without asking.")


def wait(function: Callable[..., Any]) -> Callable[..., Any]:
    """``--wait``: how many seconds at most to wait for operations of others; None: until they end."""

    def seconds(_ctx: click.Context, _parameter: click.Parameter, text: str | None) -> int | None:
        from pkgops.logs.time_range import parse_duration

        return None if text is None else parse_duration(text)

    help = "Wait at most this long for other operations, then stop with nothing changed (30s, 10m, 0)."
    return click.option("--wait", metavar="DURATION", callback=seconds, help=help)(function)


def concurrency(function: Callable[..., Any]) -> Callable[..., Any]:
    """``--concurrency``: how many stacks at once."""
    return click.option(
        "--concurrency", type=click.IntRange(1, 50), default=8, show_default=True, help="Stacks at once."
    )(function)


def choice(flag: str, values: Sequence[str], help: str, default: str | None = None) -> Decorator:
    """An option with a few values."""
    return click.option(flag, type=click.Choice(values), default=default, show_default=bool(default), help=help)


def stage_option() -> click.Option:
    """``--stage``."""
    return click.Option(
        ["--stage", "-s"],
        envvar="PKGOPS_STAGE",
        metavar="STAGE",
        help="A stage of stages.toml, or a system's name for it (production).  [default: local]",
        show_envvar=True,
        shell_complete=complete_stages,
    )


def local_stage_option() -> click.Option:
    """``--stage`` of a command that only works on stage local."""
    return click.Option(["--stage", "-s"], type=click.Choice(["local"]), default="local", help="Always local.")


def project_option() -> click.Option:
    """``--project``."""
    return click.Option(
        ["--project"],
        envvar="PKGOPS_PROJECT",
        metavar="DIR",
        is_eager=True,
        help="The project's directory.  [default: the nearest one with stages.toml]",
        show_envvar=True,
    )


def system_option() -> click.Option:
    """``--system``."""
    return click.Option(
        ["--system"],
        envvar="PKGOPS_SYSTEM",
        metavar="SYSTEM",
        help="The system to use if none is named.  [default: the project's]",
        show_envvar=True,
        shell_complete=complete_systems,
    )


def output_option() -> click.Option:
    """``--output``, which sets the output mode before other options are parsed."""

    def set_json(ctx: click.Context, _parameter: click.Parameter, value: str) -> None:
        ctx.ensure_object(Session).console.mode.json = value == "json"

    return click.Option(
        ["--output", "-o"],
        type=click.Choice(FORMATS),
        default="text",
        show_default=True,
        is_eager=True,
        expose_value=False,
        callback=set_json,
        help="Output format.",
    )


def debug_option() -> click.Option:
    """``--debug``."""

    def set_debug(ctx: click.Context, _parameter: click.Parameter, value: bool) -> None:
        ctx.ensure_object(Session).console.mode.debug = value

    return click.Option(
        ["--debug"],
        is_flag=True,
        is_eager=True,
        expose_value=False,
        callback=set_debug,
        help="Show more progress, and tracebacks of errors.",
    )


def color_option() -> click.Option:
    """``--color`` and ``--no-color``."""

    def set_color(ctx: click.Context, _parameter: click.Parameter, value: bool | None) -> None:
        ctx.ensure_object(Session).console.mode.color = value

    return click.Option(
        ["--color/--no-color"],
        default=None,
        is_eager=True,
        expose_value=False,
        callback=set_color,
        help="Colors; by default on a terminal unless NO_COLOR is set.",
    )
