"""Does another `pkgops dev` watch the same system for the same stage from this project?"""

from __future__ import annotations

import fcntl
import os
from typing import IO

from pkgops.config import Project
from pkgops.errors import RefusedError


def take(project: Project) -> IO[str]:
    """The lock, which holds until it is closed or the process ends. RefusedError if another process has it."""
    folder = project.home / "dev"
    folder.mkdir(parents=True, exist_ok=True)
    file = (folder / f"{project.system.key}-{project.stage.name}.lock").open("a+")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.seek(0)
        pid = file.read().strip() or "another process"
        file.close()
        raise RefusedError(
            f"pkgops dev already watches {project.system.key} for stage {project.stage.name}: process {pid}.",
            "End it with Ctrl-C in its terminal, or watch another stage or system here.",
        ) from None
    file.truncate(0)
    file.write(str(os.getpid()))
    file.flush()
    return file
