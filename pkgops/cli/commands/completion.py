"""How does a shell learn to complete pkgops?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from pkgops.cli.options import verb

if TYPE_CHECKING:
    from pkgops.cli.session import Session

EXAMPLE = """\
pkgops completion bash >> ~/.bashrc
pkgops completion zsh > ~/.zfunc/_pkgops
pkgops completion fish > ~/.config/fish/completions/pkgops.fish"""


@verb("completion", example=EXAMPLE, system=False)
@click.argument("shell", type=click.Choice(("bash", "zsh", "fish")))
def command(session: Session, shell: str) -> None:
    """Prints the script that makes SHELL complete commands, options, systems, stages, stacks and functions.

    The script asks pkgops at every press of Tab, so it stays right when the project changes.
    """
    from click.shell_completion import get_completion_class

    from pkgops.cli.main import root

    kind = get_completion_class(shell)
    assert kind is not None  # noqa: S101 - for the type checker: the choice above holds only known shells
    script = kind(root, {}, "pkgops", "_PKGOPS_COMPLETE").source()
    session.show({"shell": shell, "script": script}, script.rstrip("\n"))
