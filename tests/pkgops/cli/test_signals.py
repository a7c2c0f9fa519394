"""The exit codes of signals."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.repository import ROOT

# Ends by itself as the command line does, and then takes longer to shut down than the alarm needs to come twice.
LINGERS = """
import os, signal, sys, time
from pkgops.cli import signals

class Lingers:
    def __del__(self, sleep=time.sleep, seconds=3 * signals._WAKE_INTERVAL):
        sleep(seconds)

sys.lingers = Lingers()  # goes with the last of the interpreter
signal.signal(int(sys.argv[1]), signal.Handlers[sys.argv[2]])  # whatever the tests themselves were started with
signals.install_handlers()
try:
    os.kill(os.getpid(), int(sys.argv[1]))
    if sys.argv[2] == "SIG_IGN":
        sys.exit("goes on")
    signal.pause()
except KeyboardInterrupt:
    sys.exit(signals.exit_code())
"""


def run(number: int, disposition: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", LINGERS, str(number), disposition]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=120)


@pytest.mark.parametrize("number", [1, 2, 15])
def test_the_exit_code_is_the_signal_s_however_long_the_end_takes(number):
    ended = run(number, "SIG_DFL")
    assert (ended.returncode, ended.stderr) == (128 + number, "")


@pytest.mark.parametrize("number", [1, 2])
def test_a_signal_ignored_from_the_start_stays_ignored(number):
    """nohup ignores SIGHUP, a shell's background job SIGINT."""
    ended = run(number, "SIG_IGN")
    assert (ended.returncode, ended.stderr) == (1, "goes on\n")
