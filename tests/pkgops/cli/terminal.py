"""A program whose standard input is a terminal with typed input."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from collections.abc import Mapping

from tests.repository import ROOT


def at_terminal(
    script: str, words: bytes, environment: Mapping[str, str] = os.environ
) -> subprocess.CompletedProcess[str]:
    """Runs a script with ``words`` already typed; it must succeed."""
    leader, follower = pty.openpty()
    os.write(leader, words)
    try:
        return subprocess.run(
            [sys.executable, "-c", script],
            cwd=ROOT,
            env=dict(environment),
            stdin=follower,
            capture_output=True,
            text=True,
            timeout=120,
            check=True,
        )
    finally:
        os.close(leader)
        os.close(follower)
