"""What does the linter say about templates that are deployed already?

On stage local a deployment takes a fraction of what linting takes, and can be undone: so templates are linted beside
it, by a process of its own that a newer save ends. The findings are kept by content as those of any build, so that only
templates that changed are linted again.

    python -m pkgops.dev.linting ROOT STAGE SYSTEM

writes what is wrong, a JSON string a line, and nothing if nothing is.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

from pkgops.config import Project
from pkgops.dev.events import Checked


class Linting:
    """At most one linter at a time; ``found`` gets its `Checked` in a thread of its own."""

    def __init__(self, project: Project, found: Callable[[Checked], None]) -> None:
        self._project = project
        self._found = found
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Lints what is on disk now, in place of what was being linted."""
        self.stop()
        project = self._project
        words = [str(project.root), project.stage.name, project.system.key]
        process = subprocess.Popen(
            [sys.executable, "-m", "pkgops.dev.linting", *words],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            stdin=subprocess.DEVNULL,
            start_new_session=True,  # Ctrl-C is for the loop, which ends it
        )
        self._process = process
        threading.Thread(target=self._wait, args=(process,), name="lint", daemon=True).start()

    def stop(self) -> None:
        """Ends the linter, if one runs."""
        process, self._process = self._process, None
        if process is not None and process.poll() is None:
            process.kill()

    def _wait(self, process: subprocess.Popen[bytes]) -> None:
        started = time.monotonic()
        output, _ = process.communicate()
        if process is not self._process:  # a newer one has taken its place
            return
        problems = "\n".join(json.loads(line) for line in output.splitlines())
        if process.returncode and not problems:
            problems = f"The linter has ended with {process.returncode}; see: pkgops check"
        self._found(Checked(self._project.system.key, problems, round(time.monotonic() - started, 2)))


def main(root: str, stage: str, system: str) -> int:
    """Checks a system as before a deployment; the exit code."""
    from pkgops.build.build import synthesized
    from pkgops.build.check import problems
    from pkgops.config import load
    from pkgops.errors import PkgopsError

    os.nice(5)  # a save that comes meanwhile goes first
    try:
        project = load(stage, system, Path(root))
        found = problems(project, synthesized(project))
    except PkgopsError as error:
        found = [error.message]
    sys.stdout.writelines(f"{json.dumps(one)}\n" for one in found)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
