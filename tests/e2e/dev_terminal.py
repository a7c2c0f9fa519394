"""``pkgops dev`` in a pseudo terminal, driven as a person does: keys in, text out."""

from __future__ import annotations

import os
import pty
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from pathlib import Path

from tests.canary import listen
from tests.waiting import SOON

_ANSI = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


class DevTerminal:
    """The program with a terminal around it. Use as a context manager: it ends with Ctrl-C, or by force."""

    def __init__(self, root: Path, *arguments: str, environment: Mapping[str, str] = os.environ) -> None:
        self._leader, follower = pty.openpty()
        self.words = ("dev", *arguments)
        self.process = subprocess.Popen(
            [sys.executable, "-m", "pkgops.cli", *self.words],
            cwd=root,
            env={**environment, "TERM": "xterm", "COLUMNS": "200"},
            stdin=follower,
            stdout=follower,
            stderr=follower,
            start_new_session=True,
        )
        os.close(follower)
        self._text = ""
        self._more = threading.Condition()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def __enter__(self) -> DevTerminal:
        return self

    def __exit__(self, *_: object) -> None:
        try:
            self.end()
        finally:
            if self.process.poll() is None:
                self.process.kill()
            self.process.wait(SOON)
            os.close(self._leader)
            listen(self.words, self.text, "", "")

    @property
    def text(self) -> str:
        """Everything that was shown, without colors."""
        return _ANSI.sub("", self._text)

    def mark(self) -> int:
        """The place of what is shown next."""
        return len(self.text)

    def shown(self, wanted: str, since: int = 0, patience: float = SOON) -> str:
        """What was shown since a `mark`, once it holds the wanted text."""
        end = time.monotonic() + patience
        with self._more:
            while wanted not in self.text[since:]:
                alive = self.process.poll() is None and time.monotonic() < end
                assert alive or wanted in self.text[since:], f"{wanted!r} is not in {self.text[since:]!r}"
                self._more.wait(0.5)
        return self.text[since:]

    def type(self, text: str) -> None:
        """Types text; it is read with Enter."""
        os.write(self._leader, text.encode())

    def end(self) -> int:
        """Presses Ctrl-C; the exit code."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
        return self.process.wait(SOON)

    def _read(self) -> None:
        while True:
            try:
                chunk = os.read(self._leader, 65536)
            except OSError:  # the program has ended
                return
            with self._more:
                self._text += chunk.decode(errors="replace")
                self._more.notify_all()
