"""What does a program answer to an event that it reads from its standard input?"""

from __future__ import annotations

import json
import subprocess
import threading
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from pkgops.errors import PkgopsError

if TYPE_CHECKING:
    from pkgops.build.program import Program

_TRACEBACK = ("Traceback", " ")


def answer_of(
    program: Program, event: Mapping[str, Any], environment: Mapping[str, str], say: Callable[[str], None]
) -> Any:
    """The JSON value that the program writes; what it says on standard error meanwhile goes to ``say`` line by line.
    PkgopsError with its last line if it fails."""
    running = subprocess.Popen(
        program.command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        errors="replace",
        cwd=program.directory,
        env={**program.environment, **environment},
    )
    said: list[str] = []
    listener = threading.Thread(target=_listen, args=(running, said, say), daemon=True)
    listener.start()
    assert running.stdin is not None  # noqa: S101 - for the type checker
    assert running.stdout is not None  # noqa: S101 - for the type checker
    with running.stdin as events:
        events.write(json.dumps(event))
    with running.stdout as answers:
        text = answers.read()
    listener.join()
    if running.wait():
        last = said[-1] if said else "no reason given"
        raise PkgopsError(f"{program.command[-1]} failed as a program: {last}", "Correct it, or what it needs.")
    try:
        return json.loads(text)
    except ValueError:
        return text


def _listen(running: subprocess.Popen[str], said: list[str], say: Callable[[str], None]) -> None:
    assert running.stderr is not None  # noqa: S101 - for the type checker
    with running.stderr as lines:
        for line in lines:
            said.append(line.strip())
            if said[-1] and not line.startswith(_TRACEBACK):
                say(said[-1])
