"""Confirmation before a command changes something.

A protected stage requires its name in full: typed on a terminal, or, without one, in a variable together with --yes.
Neither a habit of answering y nor a --yes left in a script deploys to production.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import click

from pkgops.cli.output.terminal import plain
from pkgops.errors import RefusedError

if TYPE_CHECKING:
    from pkgops.cli.output.console import Console
    from pkgops.model import Stage

VARIABLE = "PKGOPS_CONFIRM"


def confirm(console: Console, question: str, action: str, *, yes: bool, word: str = "") -> None:
    """Asks on a terminal unless ``yes``; ``word`` must then be typed in full ("": y or n).

    RefusedError ("Deploying was not confirmed") for any other answer, and without a terminal."""
    if yes:
        return
    console.close_display()
    if not console.interactive:
        raise RefusedError(f"{action} needs confirmation, and there is no terminal to ask on.", "Add --yes.")
    if word:
        prompt = plain(f"{question} Type {word} to continue")
        confirmed = click.prompt(prompt, default="", show_default=False, err=True).strip() == word
    else:
        confirmed = click.confirm(plain(question), err=True)
    if not confirmed:
        raise RefusedError(f"{action} was not confirmed; nothing was changed.")


def confirm_on_stage(console: Console, stage: Stage, question: str, action: str, *, yes: bool, word: str = "") -> None:
    """Asks before something is changed on a stage. ``word`` is what has to be typed where the stage is not protected
    ("": y or n); on a protected one it is the stage's name, and ``yes`` counts only together with `VARIABLE`.

    RefusedError for any other answer, for another stage's name, and without a terminal."""
    if not stage.protected:
        return confirm(console, question, action, yes=yes, word=word)
    named = os.environ.get(VARIABLE, "")
    if named and named != stage.name:
        raise RefusedError(
            f"{VARIABLE} names {named}, but this is stage {stage.name}; nothing was changed.",
            f"Set {VARIABLE}={stage.name} if you mean that stage, else unset it.",
        )
    if yes and named:
        return None
    if not console.interactive:
        missing = VARIABLE if yes else f"--yes and {VARIABLE}"
        raise RefusedError(
            f"Stage {stage.name} is protected: {action} without a terminal also needs {missing}; nothing was changed.",
            f"If you mean stage {stage.name}: {VARIABLE}={stage.name} pkgops ... --yes",
        )
    return confirm(console, f"{question} Stage {stage.name} is protected.", action, yes=False, word=stage.name)
