"""Runs ``pkgops`` and presses Ctrl-C when a certain call begins: at a moment of the program, not of a clock.

    python -m tests.e2e.interrupting

reads a `Moment` a line and answers with a line: the exit code and what was printed. Each run is a process of its own,
forked from one that has everything imported.
"""

from __future__ import annotations

import functools
import importlib
import json
import os
import signal
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from threading import Timer
from typing import Any

import pkgops.aws.artifacts
import pkgops.aws.functions
import pkgops.cli.commands.deploy.dev
import pkgops.cli.dev.terminal
import pkgops.deploy.deployment
import pkgops.dev.loop
import pkgops.dev.system
import pkgops.logs.tail  # noqa: F401 - as the modules above: each run would import it
from pkgops.cli.main import main as pkgops_main

LONGEST = 60.0  # seconds
WATCHED = "pkgops.dev.system:SystemLoop.prepare"  # begins once everything is deployed and watched


@dataclass(frozen=True)
class Moment:
    """``calls`` ("module:Class.method") send SIGINT when each begins for the first time; ``writes`` are files that are
    written at the end of the start-up, as a save."""

    root: str
    words: Sequence[str]
    calls: Sequence[str]
    writes: Mapping[str, str] = field(default_factory=dict)

    @property
    def line(self) -> str:
        """As this module reads it."""
        return json.dumps(asdict(self)) + "\n"


def main() -> None:
    """Runs until standard input ends."""
    for line in sys.stdin:
        moment = Moment(**json.loads(line))
        with tempfile.TemporaryFile() as output:
            child = os.fork()
            if child == 0:
                _run(moment, output.fileno())
            with _at_most(LONGEST, child):
                _, status = os.waitpid(child, 0)
            output.seek(0)
            shown = output.read().decode(errors="replace")
        sys.stdout.write(json.dumps([os.waitstatus_to_exitcode(status), shown]) + "\n")
        sys.stdout.flush()


@contextmanager
def _at_most(seconds: float, child: int) -> Iterator[None]:
    """Kills a run whose moment has not come, or that goes on after it."""
    timer = Timer(seconds, os.kill, (child, signal.SIGKILL))
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        timer.join()  # the next run is forked from a process with one thread


def _run(moment: Moment, output: int) -> None:
    nothing = os.open(os.devnull, os.O_RDONLY)
    for source, target in ((nothing, 0), (output, 1), (output, 2)):
        os.dup2(source, target)
    os.chdir(moment.root)
    if moment.writes:
        _before(WATCHED, lambda: _save(moment.writes))
    for call in moment.calls:
        _before(call, lambda: os.kill(os.getpid(), signal.SIGINT))
    code: Any = 70
    try:
        sys.argv[1:] = moment.words
        pkgops_main()
    except SystemExit as error:
        code = error.code
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code if isinstance(code, int) else 0)


def _save(files: Mapping[str, str]) -> None:
    for path, text in files.items():
        Path(path).write_text(text, encoding="utf-8")


def _before(place: str, act: Callable[[], None]) -> None:
    """Lets ``act`` run when that is called for the first time."""
    module, _, path = place.partition(":")
    *outer, name = path.split(".")
    owner = functools.reduce(getattr, outer, importlib.import_module(module))
    original = getattr(owner, name)
    left = [act]

    @functools.wraps(original)
    def call(*arguments: Any, **named: Any) -> Any:
        if left:
            left.pop()()
        return original(*arguments, **named)

    setattr(owner, name, call)


if __name__ == "__main__":
    main()
