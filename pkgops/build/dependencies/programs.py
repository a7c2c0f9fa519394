"""Which programs does packaging wait for? They end with it when nobody waits for the artifacts any more."""

from __future__ import annotations

import subprocess
import threading
from collections.abc import Mapping, Sequence
from contextvars import ContextVar


class EndedError(Exception):
    """Nobody waits for what a program does."""


class Programs:
    """The programs that run in a context, until they are ended together."""

    def __init__(self) -> None:
        self._running: set[subprocess.Popen[str]] = set()
        self._lock = threading.Lock()
        self.ended = False

    def end(self) -> None:
        """Ends those that run, and lets no other begin. For any thread."""
        with self._lock:
            self.ended = True
            for process in self._running:
                process.kill()

    def run(self, command: Sequence[str], given: str, environment: Mapping[str, str] | None) -> tuple[int, str, str]:
        """As `run`; EndedError if it was ended."""
        with self._lock:
            self._require_going_on()
            process = subprocess.Popen(
                command,
                env=environment,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
            )
            self._running.add(process)
        with process:
            try:
                output, errors = process.communicate(given)
            except BaseException:
                process.kill()
                raise
            finally:
                with self._lock:
                    self._running.discard(process)
        self._require_going_on()
        return process.returncode, output, errors

    def _require_going_on(self) -> None:
        if self.ended:
            raise EndedError


current: ContextVar[Programs] = ContextVar("programs")


def run(command: Sequence[str], given: str = "", environment: Mapping[str, str] | None = None) -> tuple[int, str, str]:
    """The code, the output and the complaints of a program that is ``given`` a text."""
    return (current.get(None) or Programs()).run(command, given, environment)
