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


# The first interruption comes while an object goes, where Python drops it.
DROPPED = """
import os, signal, sys, time
from pkgops.cli import signals

class Goes:
    def __del__(self):
        os.kill(os.getpid(), signal.SIGINT)
        time.sleep(0)

signal.signal(signal.SIGINT, signal.SIG_DFL)
signals.install_handlers()
try:
    Goes()
    time.sleep(20)
    print("goes on")
except KeyboardInterrupt:
    sys.exit(signals.exit_code())
"""


def test_an_interruption_that_python_drops_comes_again():
    command = [sys.executable, "-c", DROPPED]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=120)
    assert (ended.returncode, ended.stdout, ended.stderr) == (130, "", "")


def test_another_exception_that_python_drops_is_told():
    program = DROPPED.replace("os.kill(os.getpid(), signal.SIGINT)", "raise OSError('told')").replace("20", "0")
    command = [sys.executable, "-c", program]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=120)
    assert (ended.returncode, ended.stdout, "OSError: told" in ended.stderr) == (0, "goes on\n", True)
