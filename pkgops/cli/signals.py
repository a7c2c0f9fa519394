"""Signal handling: Ctrl-C, termination, and a second signal while the first is being handled.

The first signal interrupts the command, which stops watching, reports what continues on AWS, and cleans up. A second
one ends the process at once: nothing it could still wait for is worth more than the user's request.
"""

from __future__ import annotations

import atexit
import os
import signal
import sys
from contextlib import suppress
from types import FrameType

HANDLED = ("SIGINT", "SIGTERM", "SIGHUP")  # Ctrl-C, a supervisor or CI, a closed terminal
INTERRUPTED = 130
_SHOW_CURSOR = b"\x1b[?25h"
_ENDED = b"Ended at once. CloudFormation continues what it has started; pkgops status shows it.\n"
_WAKE_INTERVAL = 0.5  # seconds
_received: list[int] = []
_dropped: list[object] = []  # interruptions that came where Python lets no exception out


def install_handlers() -> None:
    """Installs the handlers, except for signals the process was started to ignore (nohup)."""
    for name in HANDLED:
        number = getattr(signal, name, None)  # not every system has all of them
        if number is not None and signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, _handle)
    sys.unraisablehook = _notice


def exit_code() -> int:
    """128 plus the number of the signal that interrupted the command; that of Ctrl-C if none was received."""
    return 128 + _received[0] if _received else INTERRUPTED


def _handle(number: int, _frame: FrameType | None) -> None:
    if _received:
        with suppress(OSError, ValueError):  # the terminal may be gone: SIGHUP comes second when a window is closed
            if sys.stderr.isatty():
                os.write(2, _SHOW_CURSOR)
            os.write(2, _ENDED)
        os._exit(128 + number)
    _received.append(number)
    _wake_regularly()
    raise KeyboardInterrupt


def _notice(dropped: sys.UnraisableHookArgs) -> None:
    """Python lets no exception out of ``__del__`` and of what is called when an object goes. An interruption that comes
    there is repeated, until it comes elsewhere."""
    if dropped.exc_type is KeyboardInterrupt:
        _dropped.append(dropped.exc_type)
    else:
        sys.__unraisablehook__(dropped)


def _wake(_number: int, _frame: FrameType | None) -> None:
    if _dropped:
        _dropped.clear()
        raise KeyboardInterrupt


def _wake_regularly() -> None:
    """A signal that arrives just before the main thread starts to wait for another thread does not wake it: Python
    checks for signals only between bytecodes. An alarm interrupts the wait regularly so that a second signal is
    handled. It stops when the last threads have ended: on shutdown Python removes the handler, and an alarm would
    kill the process."""
    if hasattr(signal, "setitimer"):
        signal.signal(signal.SIGALRM, _wake)
        signal.setitimer(signal.ITIMER_REAL, _WAKE_INTERVAL, _WAKE_INTERVAL)
        atexit.register(signal.setitimer, signal.ITIMER_REAL, 0)
