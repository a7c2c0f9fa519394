"""A value that takes time: it is made in a thread of its own, and whoever needs it waits."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Generic, TypeVar

Value = TypeVar("Value")


class Later(Generic[Value]):
    """What ``make`` returns, once for all who ask. What it raises is for those who wait: who asks later lets it be made
    again."""

    def __init__(self, make: Callable[[], Value]) -> None:
        self._make = make
        self._made: Future[Value] | None = None
        self._lock = threading.Lock()

    def begin(self) -> Future[Value]:
        """Lets it be made, if that has not begun yet. The thread does not keep the process alive."""
        with self._lock:
            if self._made is None or (self._made.done() and self._made.exception() is not None):
                self._made = Future()
                threading.Thread(target=self._run, args=(self._made,), daemon=True).start()
            return self._made

    def get(self) -> Value:
        """The value, as soon as it is there; what ``make`` raises."""
        return self.begin().result()

    def _run(self, made: Future[Value]) -> None:
        try:
            made.set_result(self._make())
        except BaseException as error:  # whoever asks gets it
            made.set_exception(error)
