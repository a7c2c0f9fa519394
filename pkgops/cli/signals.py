"""What happens on Ctrl-C, when the process is told to end, and when that takes too long?

The first signal interrupts the command, which lets go of what runs, says what goes on, and cleans up. A second one
ends the process at once: nothing it could still wait for is worth more than the user's word.
"""

from __future__ import annotations

import atexit
import os
import signal
import sys
from types import FrameType

HEARD = ("SIGINT", "SIGTERM", "SIGHUP")  # Ctrl-C, a supervisor or CI, a closed terminal
INTERRUPTED = 130
_SHOW_CURSOR = b"\x1b[?25h"
_AT_ONCE = b"Ended at once. What CloudFormation has begun goes on; pkgops status shows it.\n"
_WAKE = 0.5  # seconds
_first: list[int] = []


def listen() -> None:
    """Installs the handlers, but for signals the process was started to ignore (nohup)."""
    for name in HEARD:
        number = getattr(signal, name, None)  # not every system has all of them
        if number is not None and signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, _heard)


def exit_code() -> int:
    """128 and the number of the signal that has interrupted the command; that of Ctrl-C if none was heard."""
    return 128 + _first[0] if _first else INTERRUPTED


def _heard(number: int, _frame: FrameType | None) -> None:
    if _first:
        if sys.stderr.isatty():
            os.write(2, _SHOW_CURSOR)
        os.write(2, _AT_ONCE)
        os._exit(128 + number)
    _first.append(number)
    _stay_awake()
    raise KeyboardInterrupt


def _stay_awake() -> None:
    """A signal that comes just before the main thread begins to wait for another does not wake it: Python looks for
    signals only between its own steps. So that a second one is heard, the wait is interrupted now and then. Not
    after the last threads have ended: when Python shuts down it takes the handler away, and an alarm would kill."""
    if hasattr(signal, "setitimer"):
        signal.signal(signal.SIGALRM, lambda _number, _frame: None)
        signal.setitimer(signal.ITIMER_REAL, _WAKE, _WAKE)
        atexit.register(signal.setitimer, signal.ITIMER_REAL, 0)
