"""Has somebody who can answer for the stage agreed?

A protected stage wants its name in full: typed on a terminal, or, where there is none, in a variable beside --yes.
Neither a habit of answering y nor a --yes left in a script deploys to production.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from pkgops.errors import RefusedError

if TYPE_CHECKING:
    from pkgops.cli.session import Session
    from pkgops.model import Stage

VARIABLE = "PKGOPS_CONFIRM"


def consent(session: Session, stage: Stage, question: str, action: str, *, yes: bool, word: str = "") -> None:
    """Asks before something is changed on a stage. ``word`` is what has to be typed where the stage is not protected
    ("": y or n); on a protected one it is the stage's name, and ``yes`` counts only together with `VARIABLE`.

    RefusedError for any other answer, for another stage's name, and where nobody can answer."""
    if not stage.protected:
        return session.agree(question, action, yes=yes, word=word)
    named = os.environ.get(VARIABLE, "")
    if named and named != stage.name:
        raise RefusedError(
            f"{VARIABLE} names {named}, but this is stage {stage.name}; nothing was changed.",
            f"Set {VARIABLE}={stage.name} if that stage is meant, else unset it.",
        )
    if yes and named:
        return None
    if not session.answers:
        missing = VARIABLE if yes else f"--yes and {VARIABLE}"
        raise RefusedError(
            f"Stage {stage.name} is protected: {action} without a terminal also needs {missing}; nothing was changed.",
            f"If stage {stage.name} is meant: {VARIABLE}={stage.name} pkgops ... --yes",
        )
    return session.agree(f"{question} Stage {stage.name} is protected.", action, yes=False, word=stage.name)
