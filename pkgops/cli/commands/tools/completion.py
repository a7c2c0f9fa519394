"""``pkgops completion``: prints the completion script of a shell."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from pkgops.cli.command import session_command

if TYPE_CHECKING:
    from pkgops.cli.session import Session

EXAMPLE = """\
pkgops completion bash >> ~/.bashrc
pkgops completion zsh > ~/.zfunc/_pkgops
pkgops completion fish > ~/.config/fish/completions/pkgops.fish"""


@session_command("completion", example=EXAMPLE, has_system=False)
@click.argument("shell", type=click.Choice(("bash", "zsh", "fish")))
def command(session: Session, shell: str) -> None:
    """Print the script that completes commands, options and names of the project in SHELL.

    Systems, stages, stacks, functions, outputs, queues, schedules and secrets are completed. The script calls pkgops on
    every press of Tab, so it stays correct when the project changes; it never asks AWS, and takes names that only
    templates have from their last synthesis.
    """
    from click.shell_completion import get_completion_class

    kind = get_completion_class(shell)
    assert kind is not None  # noqa: S101 - for the type checker: the choice above holds only known shells
    root = click.get_current_context().find_root().command
    script = kind(root, {}, "pkgops", "_PKGOPS_COMPLETE").source()
    session.console.print_result({"shell": shell, "script": script}, script.rstrip("\n"))
