"""The loop hears what the system delivers in odd ways."""

from __future__ import annotations

import signal
import threading

import pytest

from pkgops.dev.events import Declined
from pkgops.dev.loop import Loop
from pkgops.events import Event
from tests.pkgops.dev.conftest import Workbench
from tests.waiting import SOON


class _HeardError(Exception):
    """The signal's handler has run."""


def test_a_signal_that_another_thread_gets_ends_the_wait(workbench: Workbench) -> None:
    """The system wakes any thread it likes; Python runs handlers in the first one only."""

    def hear(*_: object) -> None:
        raise _HeardError

    before = signal.signal(signal.SIGUSR1, hear)
    watching, late = threading.Event(), threading.Event()

    def send() -> None:
        watching.wait()
        signal.pthread_kill(threading.get_ident(), signal.SIGUSR1)

    def heard(event: Event) -> None:
        if isinstance(event, Declined):  # all that comes before the wait is done
            watching.set()

    with Loop(workbench.root, [workbench.loop], heard) as loop:
        loop.tell(Declined("notes"))

        def give_up() -> None:  # any item wakes the loop
            late.set()
            loop.stop()

        patience = threading.Timer(SOON, give_up)
        try:
            threading.Thread(target=send, daemon=True).start()
            patience.start()
            with pytest.raises(_HeardError):
                loop.run()
        finally:
            patience.cancel()
            signal.signal(signal.SIGUSR1, before)
    assert not late.is_set()
