"""A function's process, which gets one invocation at a time."""

from __future__ import annotations

import json
import os
import select
import subprocess
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pkgops.local import processes
from pkgops.local.functions.bootstrap import BREAK, END

_MEMORY_CHECK = 0.05  # seconds between checks of the memory of a running function
_LAST_SECONDS = 5.0  # for a process that has closed its pipes to end with its own exit status


@dataclass(slots=True)
class Outcome:
    """``answer`` is what the bootstrap sent, None if it did not: then ``ended`` says why, "timeout", "memory" or
    "exit"; ``lines`` are (epoch ms, text)."""

    answer: dict[str, Any] | None = None
    ended: str = ""
    code: int = 0
    lines: list[tuple[int, str]] = field(default_factory=list)


class FunctionProcess:
    """One running bootstrap. Not thread-safe."""

    def __init__(self, command: list[str], cwd: Path, environment: dict[str, str], memory: int) -> None:
        self._limit = memory * 1024 * 1024
        self._process = subprocess.Popen(
            command,
            cwd=cwd,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            bufsize=0,
            start_new_session=True,
        )
        self.pid = self._process.pid
        self.peak = 0  # bytes, the most seen
        self._log = b""
        self._watched = processes.find(self.pid)
        assert self._process.stdout  # noqa: S101 - for the type checker: they are pipes
        assert self._process.stderr  # noqa: S101
        self._out, self._err = self._process.stdout.fileno(), self._process.stderr.fileno()
        os.set_blocking(self._out, False)
        os.set_blocking(self._err, False)
        self._poll = select.poll()
        for descriptor in (self._out, self._err):
            self._poll.register(descriptor, select.POLLIN)

    def poll(self) -> int | None:
        """The exit code, None while it runs. This, `terminate`, `kill` and `wait` are what the emulator calls."""
        return self._process.poll()

    def call(self, message: dict[str, Any], seconds: float) -> Outcome:
        """Sends one message and waits for its answer and the end of its log. The process has ended if the outcome has
        no answer."""
        outcome = Outcome()
        deadline = time.monotonic() + seconds
        with suppress(BrokenPipeError):  # the reading below finds out why
            assert self._process.stdin  # noqa: S101
            self._process.stdin.write(json.dumps(message).encode() + b"\n")
        answered, logged, text = False, False, b""
        while not (answered and logged):
            left = deadline - time.monotonic()
            if left <= 0:
                return self._end(outcome, "timeout")
            for descriptor, event in self._poll.poll(min(left, _MEMORY_CHECK) * 1000):
                chunk = _read(descriptor)
                if not chunk and event & (select.POLLHUP | select.POLLERR):
                    with suppress(subprocess.TimeoutExpired):
                        self._process.wait(min(left, _LAST_SECONDS))
                    return self._end(outcome, "exit")
                if descriptor == self._err:
                    logged = self._logged(chunk, outcome) or logged
                else:
                    text += chunk
                    answered = text.endswith(b"\n")
            if self._too_large():
                return self._end(outcome, "memory")
        outcome.answer = json.loads(text)
        return outcome

    def terminate(self) -> None:
        """Kills the process and everything it started; there is nothing in it to save."""
        with suppress(ProcessLookupError):
            os.killpg(self.pid, 9)

    kill = terminate

    def wait(self, timeout: float | None = None) -> int:
        """Collects the process; `subprocess.TimeoutExpired` if it takes longer than ``timeout`` seconds."""
        code = self._process.wait(timeout)
        for pipe in (self._process.stdin, self._process.stdout, self._process.stderr):
            if pipe:
                pipe.close()
        return code

    def _end(self, outcome: Outcome, why: str) -> Outcome:
        self.terminate()
        outcome.code = self._process.wait()
        outcome.ended = why
        while chunk := _read(self._err):
            self._logged(chunk, outcome)
        if self._log:
            self._logged(b"\n", outcome)
        self.wait()
        return outcome

    def _logged(self, chunk: bytes, outcome: Outcome) -> bool:
        """Takes what was read from standard error; True once it holds the end mark."""
        now = int(time.time() * 1000)
        *lines, self._log = (self._log + chunk).split(b"\n")
        finished = False
        for line in lines:
            if line.endswith(END[:-1]):
                finished, line = True, line[: 1 - len(END)]  # noqa: PLW2901 - a line without end precedes it
                if not line:
                    continue
            outcome.lines.append((now, line.decode(errors="replace").replace(BREAK, "\n")))
        return finished

    def _too_large(self) -> bool:
        resident = processes.resident(self._watched) or 0
        self.peak = max(self.peak, resident)
        return resident > self._limit


def _read(descriptor: int) -> bytes:
    """What can be read now; b"" if nothing, or at the end."""
    try:
        return os.read(descriptor, 1 << 20)
    except BlockingIOError:
        return b""
