"""The floor of ``pkgops --help``: a click program with as many commands, and nothing else in it."""

from __future__ import annotations

import click


@click.group()
def main() -> None:
    """Takes serverless systems written in Python to running AWS stacks and keeps them running."""


for number in range(15):

    @main.command(f"command-{number}")
    def command() -> None:
        """Bring stacks to the state the code describes."""


main()
