"""A value that takes time: it is made in a thread of its own, and whoever needs it waits."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Generic, TypeVar

Value = TypeVar("Value")


class Later(Generic[Value]):
    """What ``make`` returns or raises, once for all who ask."""

    def __init__(self, make: Callable[[], Value]) -> None:
        self._make = make
        self._made: Future[Value] = Future()
        self._lock = threading.Lock()
        self._begun = False

    def begin(self) -> Future[Value]:
        """Lets it be made, if that has not begun yet. The thread does not keep the process alive."""
        with self._lock:
            if not self._begun:
                self._begun = True
                threading.Thread(target=self._run, daemon=True).start()
        return self._made

    def get(self) -> Value:
        """The value, as soon as it is there; what ``make`` raises."""
        return self.begin().result()

    def _run(self) -> None:
        try:
            self._made.set_result(self._make())
        except BaseException as error:  # whoever asks gets it
            self._made.set_exception(error)
